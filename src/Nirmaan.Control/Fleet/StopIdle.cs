using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Uptime;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>
/// Gives back machines to which no work came for as long as their template allows. Only a machine that is heard of is idle: of one that is silent
/// it is not known whether it works.
/// </summary>
public sealed class StopIdle(IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, Standstills standstills, RetireInstance retire, IOptions<UptimeOptions> uptime, TimeProvider clock)
{
    /// <summary>One line of what was done.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var still = await standstills.ReadAsync(cancellationToken);
        if (still.Freeze is { } freeze) { return $"nothing is given back: {freeze}"; }
        var stopped = 0;
        foreach (var template in networks.Templates.Where(t => t.IdleStopHours is not null).ToList())
        {
            var (now, workload) = (clock.GetUtcNow(), template.WorkloadName);
            var (before, heardSince) = (now.AddHours(-template.IdleStopHours!.Value), now - uptime.Value.SilentAfter);
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var machines = await db.Instances.AsNoTracking().Where(i => i.State == InstanceState.Running && i.Cordon == null && i.Workload == workload && i.RunningAt <= before)
                .Join(db.Miners.Where(m => m.State != MinerState.Stopped && m.CreatedAt <= before && m.LastHeartbeatAt >= heardSince), i => i.Id, m => m.InstanceId, (i, m) => new { i.Id, i.Supplier, i.RunningAt, m.LastJobAt, m.LastCreditAt })
                .OrderBy(x => x.Id).ToListAsync(cancellationToken);
            foreach (var machine in machines.Where(m => still.At(m.Supplier) is null && !(m.LastJobAt > before) && !(m.LastCreditAt > before)))
            {
                var last = machine.LastCreditAt > machine.LastJobAt || machine.LastJobAt is null ? machine.LastCreditAt : machine.LastJobAt;
                var why = string.Create(CultureInfo.InvariantCulture, $"no work for {template.IdleStopHours} h ({(last is { } at ? $"the last at {at:u}" : "none ever came")}); {template.Name} is given back then");
                if (await retire.RunAsync(machine.Id, nameof(StopIdle), why, cancellationToken) == RetireOutcome.Retiring) { stopped++; }
            }
        }
        return $"{stopped} machines without work are given back";
    }
}
