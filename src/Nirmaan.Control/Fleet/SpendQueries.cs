using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>Rent of one supplier against its cap, USD per hour.</summary>
/// <param name="UsdPerHour">Of everything live or on its way, as the cap counts it.</param>
/// <param name="Unpriced">Machines whose price is unknown; they are not in the sum.</param>
public sealed record SupplierSpend(SupplierName Supplier, decimal UsdPerHour, decimal MaxUsdPerHour, int Unpriced);

/// <summary>What may still be spent.</summary>
/// <param name="TodayUsd">Left the treasury since midnight UTC.</param>
/// <param name="EnteredTo">Rent of every machine is entered up to here; null = nothing bills.</param>
/// <param name="Stop">Who stopped all spending, when and why; null = it is allowed.</param>
public sealed record SpendState(
    decimal TodayUsd, decimal MaxUsdPerDay, decimal MaxUsdPerHourPerLaunch, int MaxMinersPerLaunch, IReadOnlyList<SupplierSpend> Suppliers, SpendingSwitch.Stop? Stop, DateTimeOffset At, DateTimeOffset? EnteredTo = null);

/// <summary>Reads of caps and of how far they are used.</summary>
public sealed class SpendQueries(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, SpendingSwitch spending, IOptions<FleetOptions> options, TimeProvider clock)
{
    /// <summary>Every cap beside what is spent now.</summary>
    public async Task<SpendState> ReadAsync(CancellationToken cancellationToken)
    {
        var (caps, now) = (options.Value, clock.GetUtcNow());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var live = await db.Instances.AsNoTracking().Where(i => i.State != InstanceState.Closed && i.State != InstanceState.Failed)
            .Select(i => new { i.Supplier, i.UsdPerGpuHour, i.GpuCount, i.BilledFrom, i.MeteredTo }).ToListAsync(cancellationToken);
        return new SpendState(
            await SpendGuard.SpentTodayAsync(db, now, cancellationToken), caps.MaxUsdPerDay, caps.MaxUsdPerHourPerLaunch, caps.MaxMinersPerLaunch,
            [.. suppliers.All.Select(s => s.Supplier).Union(live.Select(i => i.Supplier)).OrderBy(s => s.Value, StringComparer.Ordinal).Select(s =>
            {
                var mine = live.Where(i => i.Supplier == s).ToList();
                return new SupplierSpend(s, mine.Sum(i => (i.UsdPerGpuHour ?? 0) * i.GpuCount), caps.MaxUsdPerHourPerSupplier, mine.Count(i => i.UsdPerGpuHour is null));
            })],
            await spending.ReadAsync(cancellationToken), now, live.Where(i => i.BilledFrom != null).Min(i => i.MeteredTo));
    }
}
