using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>A machine that runs another recipe than its template is now.</summary>
/// <param name="RunsVersion">The version its miner was made from; of the same number where only the content differs.</param>
/// <param name="InPlace">True = its supplier sets it to the new recipe without giving the machine back.</param>
/// <param name="Moves">What is being done about it; null = nothing.</param>
/// <param name="Cordon">Why no roll touches it; null = one may.</param>
public sealed record DriftedMachine(InstanceId Id, SupplierName Supplier, MinerId MinerId, int RunsVersion, bool InPlace, string? Moves, string? Cordon = null);

/// <summary>A template as it is now, and the machines that run it.</summary>
/// <param name="Hash">SHA-256 of it, hex.</param>
/// <param name="Machines">That run with a miner of it, of whatever version.</param>
/// <param name="Starting">Machines of the present recipe whose miner does not serve yet.</param>
/// <param name="Roll">The last wish to bring them to the present recipe; null = nobody asked.</param>
/// <param name="Upstream">What its program's makers published last; null = not watched, or not looked at yet.</param>
public sealed record TemplateState(Template Template, string Hash, int Machines, int Starting, IReadOnlyList<DriftedMachine> Drifted, TemplateRoll? Roll, UpstreamRelease? Upstream = null)
{
    /// <summary>The newest release where the recipe packs an older one; null = it does not, or nothing is known.</summary>
    public UpstreamRelease? Newer => Upstream is { Tag: { } tag, PublishedAt: { } at } && Template.Upstream!.IsOlderThan(tag, at) ? Upstream : null;
}

/// <summary>Reads of templates, and of machines that run an older one.</summary>
public sealed class TemplateQueries(IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, SupplierShelf suppliers, Jobs.SettingBook settings)
{
    /// <summary>Every template, by workload.</summary>
    public async Task<IReadOnlyList<TemplateState>> ListAsync(CancellationToken cancellationToken)
    {
        List<TemplateState> states = [];
        foreach (var template in networks.Templates.OrderBy(t => t.Workload, StringComparer.Ordinal)) { states.Add(await ReadAsync(template, cancellationToken)); }
        return states;
    }

    /// <summary>One template.</summary>
    public async Task<TemplateState> ReadAsync(Template template, CancellationToken cancellationToken)
    {
        var (hash, workload) = (Hashes.OfJson(template), template.WorkloadName);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var running = await db.Miners.AsNoTracking().Where(m => m.Workload == workload && m.State != MinerState.Stopped)
            .Join(db.Instances.Where(i => i.State == InstanceState.Running), m => m.InstanceId, i => i.Id, (m, i) => new { Miner = m, i.Id, i.Supplier, i.LeavesWhy, i.Cordon }).ToListAsync(cancellationToken);
        var ids = running.Select(r => (InstanceId?)r.Id).ToList();
        var changing = (await db.Operations.AsNoTracking()
            .Where(o => ids.Contains(o.InstanceId) && o.Kind == OperationKind.Change && (o.State == OperationState.Intended || o.State == OperationState.Sent || o.State == OperationState.Unknown))
            .Select(o => new { o.InstanceId, o.State }).ToListAsync(cancellationToken)).ToLookup(o => o.InstanceId!.Value, o => o.State);
        // While a machine is set anew it has two miners: the one that runs is the older.
        var current = running.GroupBy(r => r.Id).Select(g => g.OrderBy(r => r.Miner.CreatedAt).ThenBy(r => r.Miner.Id.Value).First()).ToList();
        var repository = template.Upstream?.Repository;
        var upstream = repository is null ? null : await db.UpstreamReleases.AsNoTracking().SingleOrDefaultAsync(r => r.Repository == repository, cancellationToken);
        bool IsPresent(Miner m) => m.TemplateHash is { } made ? made == hash : m.TemplateVersion == template.Version;
        return new TemplateState(template, hash, current.Count,
            current.Count(r => IsPresent(r.Miner) && r.Miner.State is MinerState.Installing or MinerState.WarmingUp),
            [.. current.Where(r => !IsPresent(r.Miner)).OrderBy(r => r.Id.Value).Select(r => new DriftedMachine(
                r.Id, r.Supplier, r.Miner.Id, r.Miner.TemplateVersion, suppliers.Find(r.Supplier) is { Traits.ChangesInPlace: true },
                changing[r.Id].Any() ? $"its change is {changing[r.Id].First()}".ToLowerInvariant() : r.LeavesWhy is null ? null : "another is to take its place", r.Cordon?.ToString()))],
            await settings.FindAsync<TemplateRoll>(RollTemplate.KeyOf(workload), cancellationToken), upstream);
    }
}
