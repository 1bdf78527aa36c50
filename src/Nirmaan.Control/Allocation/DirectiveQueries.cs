using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Optimiser;

namespace Nirmaan.Control.Allocation;

/// <summary>A pin or veto and what it holds.</summary>
/// <param name="Held">Pins in force: GPUs that do its work now; they may be fewer than it asks for, since a pin rents nothing.</param>
public sealed record DirectiveRow(Directive Directive, bool IsInForce, int? Held);

/// <summary>What directives can speak of now.</summary>
public sealed record DirectiveChoices(IReadOnlyList<string> Networks, IReadOnlyList<string> Workloads, IReadOnlyList<string> Suppliers, IReadOnlyList<string> Gpus);

/// <summary>Reads of pins and vetoes.</summary>
public sealed class DirectiveQueries
{
    private const int MostEnded = 500;

    private readonly IDbContextFactory<NirmaanDbContext> _contexts;
    private readonly PlanBasis _basis;
    private readonly SetConstraints _constraints;
    private readonly NetworkShelf _networks;
    private readonly SupplierShelf _suppliers;
    private readonly TimeProvider _clock;

    internal DirectiveQueries(IDbContextFactory<NirmaanDbContext> contexts, PlanBasis basis, SetConstraints constraints, NetworkShelf networks, SupplierShelf suppliers, TimeProvider clock) =>
        (_contexts, _basis, _constraints, _networks, _suppliers, _clock) = (contexts, basis, constraints, networks, suppliers, clock);

    /// <summary>Those in force, the next to end first; then those that ended, newest first.</summary>
    public async Task<IReadOnlyList<DirectiveRow>> ListAsync(CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        await using var db = await _contexts.CreateDbContextAsync(cancellationToken);
        var inForce = await InForce(db, now).OrderBy(d => d.Until).ToListAsync(cancellationToken);
        var ended = await db.Directives.AsNoTracking().Where(d => d.EndedAt != null || d.Until <= now).OrderByDescending(d => d.EndedAt ?? d.Until).Take(MostEnded).ToListAsync(cancellationToken);
        var held = await PlanBasis.Held(db).Where(i => i.GpuCount == 1).Select(i => new { i.Workload, i.Gpu }).ToListAsync(cancellationToken);
        var rules = new DirectiveRules(inForce, PlanBasis.NetworksOf(_networks), await PriceQueries.FrozenAsync(db, now, cancellationToken));
        return
        [
            .. inForce.Select(d => new DirectiveRow(d, true, d.Kind == DirectiveKind.Pin ? held.Count(i => rules.IsOf(d, i.Workload) && (d.Gpu is null || d.Gpu == i.Gpu.Id)) : null)),
            .. ended.Select(d => new DirectiveRow(d, false, null)),
        ];
    }

    /// <summary>What each one in force costs, USD per hour: the plan is solved again without it. Null = no plan can be made with it, or without it.</summary>
    /// <exception cref="CannotPlanException">There is nothing to plan with.</exception>
    public async Task<IReadOnlyDictionary<DirectiveId, decimal?>> PriceAsync(CancellationToken cancellationToken)
    {
        var limits = await _constraints.ReadAsync(cancellationToken);
        var all = await _basis.ReadAsync(limits, cancellationToken);
        if (all.Directives.Count == 0) { return new Dictionary<DirectiveId, decimal?>(); }
        var with = Worth(all, cancellationToken);
        Dictionary<DirectiveId, decimal?> costs = [];
        foreach (var directive in all.Directives)
        {
            var without = Worth(await _basis.ReadAsync(limits, cancellationToken, except: directive.Id), cancellationToken);
            costs[directive.Id] = without - with is { } cost ? Math.Max(0, cost) : null;
        }
        return costs;
    }

    /// <summary>What directives can speak of now.</summary>
    public async Task<DirectiveChoices> ChoicesAsync(CancellationToken cancellationToken)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellationToken);
        var offered = await db.Offers.AsNoTracking().Where(o => o.GoneAt == null).Select(o => o.Gpu).Distinct().ToListAsync(cancellationToken);
        var held = await PlanBasis.Held(db).Select(i => i.Gpu).Distinct().ToListAsync(cancellationToken);
        return new DirectiveChoices(
            [.. _networks.All.Select(n => n.Network.Value).Order(StringComparer.Ordinal)], [.. _networks.Templates.Select(t => t.Workload).Distinct().Order(StringComparer.Ordinal)],
            [.. _suppliers.All.Select(s => s.Supplier.Value).Order(StringComparer.Ordinal)], [.. offered.Union(held).Select(g => g.Id).Order(StringComparer.Ordinal)]);
    }

    /// <summary>The rules of those in force now.</summary>
    internal static async Task<DirectiveRules> RulesAsync(NirmaanDbContext db, NetworkShelf networks, DateTimeOffset now, CancellationToken cancellationToken) =>
        new(await InForce(db, now).OrderBy(d => d.At).ToListAsync(cancellationToken), PlanBasis.NetworksOf(networks), await PriceQueries.FrozenAsync(db, now, cancellationToken));

    internal static IQueryable<Directive> InForce(NirmaanDbContext db, DateTimeOffset now) => db.Directives.AsNoTracking().Where(d => d.EndedAt == null && d.Until > now);

    private static decimal? Worth(Basis read, CancellationToken cancellationToken)
    {
        try { return PlanAllocation.Usd(AllocationSolver.Solve(read.Instance, SolveOptions.Default, cancellationToken).Plan.ObjectiveUsdPerHour); }
        catch (InfeasibleInstanceException) { return null; }
    }
}
