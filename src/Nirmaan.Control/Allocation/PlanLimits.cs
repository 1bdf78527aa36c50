using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Allocation;
using Nirmaan.Optimiser;

namespace Nirmaan.Control.Allocation;

/// <summary>
/// A plan's question under the limits that bind it now: its own, and those that an admin set since, where they are tighter. A limit that was
/// loosened since changes nothing: the plan was never asked about it.
/// </summary>
internal static class PlanLimits
{
    /// <summary>The question; as it was stored when no newer limits are in force.</summary>
    public static async Task<AllocationInstance> ReadAsync(NirmaanDbContext db, Plan plan, CancellationToken cancellationToken)
    {
        var instance = AllocationInstance.Parse(plan.Instance);
        var newest = await db.Constraints.AsNoTracking().OrderByDescending(c => c.Version).FirstOrDefaultAsync(cancellationToken);
        return newest is null || newest.Version <= plan.ConstraintsVersion ? instance : Tighten(instance, newest);
    }

    private static AllocationInstance Tighten(AllocationInstance instance, Constraints limits) => instance with
    {
        BudgetUsdPerHour = Math.Min(instance.BudgetUsdPerHour, (double)limits.BudgetUsdPerHour),
        Networks = [.. instance.Networks.Select(n => n with { ExposureCapUsdPerHour = Least(n.ExposureCapUsdPerHour, limits.ExposureUsdPerHour, n.Id) })],
        Caps = instance.Caps with
        {
            ProviderUsdPerHour = instance.Items.Select(i => i.Provider).Distinct().Select(p => (p, Cap: Least(instance.Caps.ProviderUsdPerHour is { } caps && caps.TryGetValue(p, out var own) ? own : null, limits.ProviderUsdPerHour, p)))
                .Where(c => c.Cap is not null).ToDictionary(c => c.p, c => c.Cap!.Value),
            MaxMoves = Math.Min(instance.Caps.MaxMoves ?? int.MaxValue, limits.MaxMoves ?? int.MaxValue) is var most and < int.MaxValue ? most : null,
        },
    };

    private static double? Least(double? own, IReadOnlyDictionary<string, decimal> since, string key) =>
        since.TryGetValue(key, out var cap) && !(own <= (double)cap) ? (double)cap : own;
}
