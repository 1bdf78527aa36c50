using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>
/// Compares where each running miner is paid, as its agent and its network tell, with the address that it was launched for. One that is paid
/// elsewhere is stopped, and its machine given back: every hour of it is rent for somebody else. Safe to repeat.
/// </summary>
public sealed partial class CheckPayouts(
    IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, RetireInstance retire, ControlEvents events, TimeProvider clock, ILogger<CheckPayouts> logger)
{
    private const string Actor = nameof(CheckPayouts);

    /// <summary>Checks every live miner.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var miners = await db.Miners.AsNoTracking().Where(m => m.State != MinerState.Stopped)
            .Select(m => new { m.Id, m.InstanceId, m.Network, m.NetworkKey, m.PayoutAddress, m.Payouts, IsEnrolled = m.EnrolledAt != null }).ToListAsync(cancellationToken);
        List<NetworkName> unread = [];
        var (read, stopped) = (0, 0);
        foreach (var network in miners.GroupBy(m => m.Network))
        {
            IReadOnlyDictionary<string, IReadOnlyList<PayoutReading>> told = new Dictionary<string, IReadOnlyList<PayoutReading>>();
            // What the network does not know yet it pays nowhere.
            try { told = networks.Find(network.Key) is { } found && network.Any(m => m.IsEnrolled) ? await found.ReadPayoutsAsync([.. network.Where(m => m.IsEnrolled).Select(m => m.NetworkKey)], cancellationToken) : told; }
            catch (SupplierUnavailableException e) { LogUnread(network.Key, e); unread.Add(network.Key); }
            foreach (var miner in network)
            {
                List<PayoutReading> readings = [.. miner.Payouts ?? [], .. told.GetValueOrDefault(miner.NetworkKey) ?? []];
                if (readings.Count > 0) { read++; }
                if (PayoutRules.Differing(miner.PayoutAddress, readings) is not { Count: > 0 } differing) { continue; }
                var why = PayoutRules.Words(miner.PayoutAddress, differing);
                LogStopped(miner.Id, why);
                // The machine first: a run that ends between the two finds the miner live and does the rest.
                await retire.RunAsync(miner.InstanceId, Actor, why, cancellationToken);
                await StopAsync(miner.Id, why, cancellationToken);
                stopped++;
            }
        }
        if (stopped > 0) { events.Changed(Topic.Fleet); }
        return $"{miners.Count} miners: {read} read back, {stopped} stopped{(unread.Count > 0 ? $"; not readable: {string.Join(", ", unread)}" : "")}.";
    }

    private async Task StopAsync(MinerId id, string why, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Miners.SingleAsync(m => m.Id == id, cancellationToken) is not { IsLive: true } miner) { return; }
        await db.StopMinerAsync(miner, clock.GetUtcNow(), Actor, why, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Miner {Miner} is stopped: {Why}")]
    private partial void LogStopped(MinerId miner, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Network} could not be read; where it pays is taken from the agents alone")]
    private partial void LogUnread(NetworkName network, SupplierUnavailableException exception);
}
