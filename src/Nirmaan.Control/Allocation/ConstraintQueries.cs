using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Allocation;

/// <summary>One limit that a version changed.</summary>
/// <param name="Field">As <see cref="Constraints"/> names it, camelCase.</param>
/// <param name="Key">Pool or supplier, where the limit is one of several.</param>
/// <param name="Before">Null = there was no such limit.</param>
/// <param name="After">Null = there is no such limit any more.</param>
public sealed record LimitChange(string Field, string? Key, decimal? Before, decimal? After);

/// <summary>A version of the limits and what it changed.</summary>
/// <param name="Plans">Plans made under it.</param>
public sealed record ConstraintVersion(Constraints Limits, IReadOnlyList<LimitChange> Changes, int Plans);

/// <summary>What limits can be set on.</summary>
/// <param name="Pools">Of the newest estimate, and those that a limit names.</param>
/// <param name="Suppliers">Switched on, and those that a limit names.</param>
public sealed record ConstraintChoices(IReadOnlyList<(PoolName Pool, string Label)> Pools, IReadOnlyList<SupplierName> Suppliers);

/// <summary>Reads of the limits.</summary>
public sealed class ConstraintQueries(IDbContextFactory<NirmaanDbContext> contexts, SetConstraints constraints, SupplierShelf suppliers)
{
    /// <summary>Every version, newest first.</summary>
    public async Task<IReadOnlyList<ConstraintVersion>> VersionsAsync(CancellationToken cancellationToken)
    {
        await constraints.ReadAsync(cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var versions = await db.Constraints.AsNoTracking().OrderBy(c => c.Version).ToListAsync(cancellationToken);
        var plans = await db.Plans.AsNoTracking().GroupBy(p => p.ConstraintsVersion).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        return [.. versions.Select((v, i) => new ConstraintVersion(v, i == 0 ? [] : ChangesBetween(versions[i - 1], v), plans.GetValueOrDefault(v.Version))).Reverse()];
    }

    /// <summary>What limits can be set on now.</summary>
    public async Task<ConstraintChoices> ChoicesAsync(CancellationToken cancellationToken)
    {
        var present = await constraints.ReadAsync(cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var estimate = await db.Estimates.AsNoTracking().OrderByDescending(e => e.At).FirstOrDefaultAsync(cancellationToken);
        var labels = (estimate?.Pools ?? []).ToDictionary(p => p.Pool.Value, p => p.Label);
        return new ConstraintChoices(
            [.. labels.Keys.Union(present.ExposureUsdPerHour.Keys).Order(StringComparer.Ordinal).Select(p => (new PoolName(p), labels.GetValueOrDefault(p, p)))],
            [.. suppliers.All.Select(s => s.Supplier.Value).Union(present.ProviderUsdPerHour.Keys).Order(StringComparer.Ordinal).Select(s => new SupplierName(s))]);
    }

    /// <summary>What differs between two versions, in the order in which limits are shown.</summary>
    public static IReadOnlyList<LimitChange> ChangesBetween(Constraints before, Constraints after) =>
    [
        .. Plain("budgetUsdPerHour", before.BudgetUsdPerHour, after.BudgetUsdPerHour),
        .. Keyed("exposureUsdPerHour", before.ExposureUsdPerHour, after.ExposureUsdPerHour),
        .. Keyed("providerUsdPerHour", before.ProviderUsdPerHour, after.ProviderUsdPerHour),
        .. Plain("maxMoves", before.MaxMoves, after.MaxMoves),
        .. Plain("horizonHours", before.HorizonHours, after.HorizonHours),
        .. Plain("riskWeight", (decimal)before.RiskWeight, (decimal)after.RiskWeight),
        .. Plain("moveCostUsd", before.MoveCostUsd, after.MoveCostUsd),
        .. Plain("startCostUsd", before.StartCostUsd, after.StartCostUsd),
    ];

    private static IEnumerable<LimitChange> Plain(string field, decimal? before, decimal? after) => before == after ? [] : [new LimitChange(field, null, before, after)];

    private static IEnumerable<LimitChange> Keyed(string field, IReadOnlyDictionary<string, decimal> before, IReadOnlyDictionary<string, decimal> after) =>
        before.Keys.Union(after.Keys).Order(StringComparer.Ordinal).Select(key => new LimitChange(
            field, key, before.TryGetValue(key, out var was) ? was : null, after.TryGetValue(key, out var becomes) ? becomes : null)).Where(c => c.Before != c.After);
}
