using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Allocation;

/// <summary>
/// Tells which of the admin's limits a launch by hand would go beyond. These limits bind plans, not people, so a launch is not refused; but the
/// next plan would give the machines back.
/// </summary>
public sealed class LimitWatch(SetConstraints constraints)
{
    /// <summary>One sentence per limit.</summary>
    /// <param name="usdPerHour">Rent that would be added, by supplier.</param>
    internal async Task<IReadOnlyList<string>> BeyondAsync(NirmaanDbContext db, WorkloadName workload, IReadOnlyDictionary<SupplierName, decimal> usdPerHour, CancellationToken cancellationToken)
    {
        if (usdPerHour.Count == 0) { return []; }
        var limits = await constraints.ReadAsync(cancellationToken);
        var added = usdPerHour.Values.Sum();
        var rents = await db.Instances.AsNoTracking().Where(i => i.State != InstanceState.Closed && i.State != InstanceState.Failed)
            .GroupBy(i => new { i.Supplier, i.Workload }).Select(g => new { g.Key.Supplier, g.Key.Workload, Usd = g.Sum(i => (i.UsdPerGpuHour ?? 0) * i.GpuCount) }).ToListAsync(cancellationToken);
        List<string> beyond = [];
        void Compare(string what, decimal now, decimal more, decimal limit)
        {
            if (now + more > limit) { beyond.Add(string.Create(CultureInfo.InvariantCulture, $"{what} would cost ${now + more:0.00} an hour; plans keep to ${limit:0.00}.")); }
        }
        Compare("All GPUs together", rents.Sum(r => r.Usd), added, limits.BudgetUsdPerHour);
        var estimate = await db.Estimates.AsNoTracking().OrderByDescending(e => e.At).FirstOrDefaultAsync(cancellationToken);
        foreach (var pool in (estimate?.Pools ?? []).Where(p => p.Work.Any(w => w.Workload == workload)))
        {
            if (!limits.ExposureUsdPerHour.TryGetValue(pool.Pool.Value, out var limit)) { continue; }
            var inPool = pool.Work.Select(w => w.Workload).ToHashSet();
            Compare($"GPUs working for {pool.Label}", rents.Where(r => inPool.Contains(r.Workload)).Sum(r => r.Usd), added, limit);
        }
        foreach (var (supplier, more) in usdPerHour)
        {
            if (limits.ProviderUsdPerHour.TryGetValue(supplier.Value, out var limit)) { Compare($"GPUs at {supplier}", rents.Where(r => r.Supplier == supplier).Sum(r => r.Usd), more, limit); }
        }
        return beyond;
    }
}
