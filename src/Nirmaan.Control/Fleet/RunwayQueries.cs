using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>How long a supplier's money lasts.</summary>
/// <param name="BalanceUsd">Credit that can be spent; null = the supplier does not say.</param>
/// <param name="HoursLeft">Balance over burn; null = unknown or nothing burns.</param>
/// <param name="WhyUnknown">Why the supplier does not say its balance; null = it does, or nobody knows why.</param>
/// <param name="FirstToDie">The instance whose paid time ends first.</param>
public sealed record Runway(SupplierName Supplier, decimal? BalanceUsd, decimal? ReservedUsd, decimal BurnUsdPerHour, decimal? HoursLeft, InstanceId? FirstToDie, DateTimeOffset? FirstToDieAt, DateTimeOffset? AsOf, string? Error, string? WhyUnknown = null);

/// <summary>Reads of what is left to spend.</summary>
public sealed class RunwayQueries(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers)
{
    /// <summary>Per supplier; balances are asked of the supplier now.</summary>
    public async Task<IReadOnlyList<Runway>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        List<Runway> result = [];
        foreach (var supplier in suppliers.All.OrderBy(s => s.Supplier.Value, StringComparer.Ordinal))
        {
            var live = await db.Instances.AsNoTracking()
                .Where(i => i.Supplier == supplier.Supplier && i.BilledFrom != null && i.ClosedAt == null && i.State != InstanceState.Closed)
                .Select(i => new { i.Id, i.UsdPerGpuHour, i.GpuCount, i.PaidUntil }).ToListAsync(cancellationToken);
            var burn = live.Sum(i => (i.UsdPerGpuHour ?? 0) * i.GpuCount);
            var first = live.Where(i => i.PaidUntil is not null).MinBy(i => i.PaidUntil);
            try
            {
                var balance = await supplier.ReadBalanceAsync(cancellationToken);
                result.Add(new Runway(supplier.Supplier, balance.AvailableUsd, balance.ReservedUsd, burn, burn > 0 && balance.AvailableUsd is { } usd ? decimal.Round((usd + (balance.ReservedUsd ?? 0)) / burn, 2) : null, first?.Id, first?.PaidUntil, balance.At, null, balance.WhyUnknown));
            }
            catch (SupplierUnavailableException e)
            {
                result.Add(new Runway(supplier.Supplier, null, null, burn, null, first?.Id, first?.PaidUntil, null, e.Message));
            }
        }
        return result;
    }
}
