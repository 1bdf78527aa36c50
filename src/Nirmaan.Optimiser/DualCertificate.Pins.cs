namespace Nirmaan.Optimiser;

/// <summary>What an item can be worth whose use is fixed in part.</summary>
public sealed partial class DualCertificate
{
    /// <summary>
    /// The pinned GPUs at the prices, and the most the others can be worth. Held GPUs stay first. Of the pinned ones that run something
    /// else, so many are moved as the plan likes between the least and the most there can be; the worth of the others is
    /// convex in that number, so its ends bound it, and where the number is open each pinned GPU costs the cheaper switch.
    /// </summary>
    private double WorthPinned(AllocationItem item, Pin[] pins, Use[] uses)
    {
        var (held, home) = (item.Held?.Count ?? 0, item.Held?.Workload);
        var elsewhere = pins.Where(p => p.Workload != home).Sum(p => p.Count);
        var atHome = pins.Where(p => p.Workload == home).Sum(p => p.Count);
        var left = Math.Max(0, held - atHome);
        var free = item.Available - held - Math.Max(0, atHome - held);
        var (least, most) = (Math.Max(0, elsewhere - free), Math.Min(elsewhere, left));
        var worth = 0.0;
        foreach (var pin in pins)
        {
            var at = Array.FindIndex(uses, u => u.Workload.Id == pin.Workload);
            if (at < 0)
            {
                return double.NegativeInfinity; // Pinned to what a veto forbids.
            }
            ref readonly var use = ref uses[at];
            var perGpu = use.Worth(item.Reliability, item.UsdPerGpuHour, item.UsdPerGpuHour * _byProvider[item.Provider]);
            var stay = pin.Workload == home ? Math.Min(pin.Count, held) : 0;
            var start = pin.Workload == home || most == 0;
            var switching = start ? use.Start : least == elsewhere ? use.Move : Math.Min(use.Move, use.Start);
            worth += (pin.Count * perGpu) - ((pin.Count - stay) * (switching + _moves));
        }
        var others = item.Available - elsewhere - atHome;
        if (least == most)
        {
            return worth + Worth(Rest(least), uses);
        }
        return worth + Math.Max(AsDivisible(Rest(least)), AsDivisible(Rest(most)));

        AllocationItem Rest(int moved) => item with { Available = others, Held = left > moved ? item.Held! with { Count = left - moved } : null };

        double AsDivisible(AllocationItem rest)
        {
            if (rest.Held is { } still)
            {
                return Divisible(rest, still, uses);
            }
            var best = 0.0;
            foreach (ref readonly var use in uses.AsSpan())
            {
                var perGpu = use.Worth(item.Reliability, item.UsdPerGpuHour, item.UsdPerGpuHour * _byProvider[item.Provider]);
                best = Math.Max(best, perGpu - use.Start - _moves);
            }
            return others * best;
        }
    }
}
