namespace Nirmaan.Optimiser;

/// <summary>What each item can be worth at the prices, whatever it is used for.</summary>
public sealed partial class DualCertificate
{
    private const int LargestCounted = 512;

    private void AddItems()
    {
        var pins = (_instance.Pins ?? []).ToLookup(p => p.Item, StringComparer.Ordinal);
        foreach (var item in _instance.Items)
        {
            var uses = Allowed(item);
            var worth = pins.Contains(item.Id) ? WorthPinned(item, [.. pins[item.Id]], uses) : Worth(item, uses);
            Add(worth, item.Available * item.UsdPerGpuHour * _byProvider[item.Provider]);
        }
    }

    private double Worth(AllocationItem item, ReadOnlySpan<Use> uses) =>
        item.Held is { Count: > 0 } held ? WorthHeld(item, held, uses) : WorthFree(item, uses);

    /// <summary>What no veto forbids.</summary>
    private Use[] Allowed(AllocationItem item)
    {
        var uses = _byGpu[item.Gpu];
        return _instance.Vetoes is { } vetoes && vetoes.Any(v => v.Concerns(item))
            ? Array.FindAll(uses, u => !vetoes.Any(v => v.Concerns(item) && v.Forbids(u.Workload)))
            : uses;
    }

    /// <summary>GPUs that are not held.</summary>
    private double WorthFree(AllocationItem item, ReadOnlySpan<Use> uses)
    {
        var first = 0;
        while (first < uses.Length && uses[first].Size > item.Available)
        {
            first++;
        }
        if (first == uses.Length)
        {
            return 0;
        }
        var largest = uses[first].Size;
        if (largest == uses[^1].Size)
        {
            // One miner size, as nearly always: no ranges to tell apart.
            return item.Available / largest * largest * Math.Max(0, Best(item, uses[first..], largest));
        }
        return WorthInMiners(item, uses[first..], 0, (in use, worth) => worth - use.Start - _moves);
    }

    /// <summary>
    /// The most that whole miners of the given worths per GPU are worth on an item, using no fewer GPUs than given; items of
    /// more GPUs than anyone offers count as divisible.
    /// </summary>
    private double WorthInMiners(AllocationItem item, ReadOnlySpan<Use> uses, int atLeast, Worthing worthing)
    {
        var rent = item.UsdPerGpuHour * _byProvider[item.Provider];
        Span<double> best = stackalloc double[uses.Length];
        var most = 0.0;
        for (var u = 0; u < uses.Length; u++)
        {
            best[u] = worthing(uses[u], uses[u].Worth(item.Reliability, item.UsdPerGpuHour, rent));
            most = Math.Max(most, best[u]);
        }
        if (item.Available > LargestCounted)
        {
            return atLeast > 0 ? double.PositiveInfinity : item.Available * most;
        }
        Span<double> worth = stackalloc double[item.Available + 1];
        for (var gpus = 1; gpus <= item.Available; gpus++)
        {
            worth[gpus] = double.NegativeInfinity;
            for (var u = 0; u < uses.Length; u++)
            {
                if (uses[u].Size <= gpus)
                {
                    worth[gpus] = Math.Max(worth[gpus], worth[gpus - uses[u].Size] + (uses[u].Size * best[u]));
                }
            }
        }
        var top = double.NegativeInfinity;
        for (var gpus = atLeast; gpus <= item.Available; gpus++)
        {
            top = Math.Max(top, worth[gpus]);
        }
        return top;
    }

    /// <summary>What one GPU of a use is worth, given what it is worth before switching.</summary>
    private delegate double Worthing(in Use use, double worth);

    /// <summary>The best worth of one new GPU among the uses whose miners are no larger than <paramref name="size"/>.</summary>
    private double Best(AllocationItem item, ReadOnlySpan<Use> uses, int size)
    {
        var best = double.NegativeInfinity;
        var (rent, reliability) = (item.UsdPerGpuHour * _byProvider[item.Provider], item.Reliability);
        foreach (ref readonly var use in uses)
        {
            if (use.Size <= size)
            {
                best = Math.Max(best, use.Worth(reliability, item.UsdPerGpuHour, rent) - use.Start);
            }
        }
        return best - _moves;
    }

    /// <summary>GPUs of which some are held; where miners have several, whole miners at the least they can cost to switch to bound the worth as well.</summary>
    private double WorthHeld(AllocationItem item, HeldGpus held, ReadOnlySpan<Use> uses)
    {
        var free = item.Available - held.Count;
        var divisible = Divisible(item, held, uses);
        return uses.Length == 0 || uses[0].Size == 1 ? divisible : Math.Min(divisible, WorthInMiners(item, uses, held.Locked ? held.Count : 0, Cheapest));

        double Cheapest(in Use use, double worth)
        {
            if (use.Workload.Id == held.Workload)
            {
                return worth;
            }
            return worth - _moves - (free == 0 ? use.Move : Math.Min(use.Move, use.Start));
        }
    }

    /// <summary>
    /// GPUs of which some are held, as if divisible. Either all held ones stay and the others are new anywhere, or some leave and then
    /// nothing new starts on the held workload (held GPUs count as staying first).
    /// </summary>
    private double Divisible(AllocationItem item, HeldGpus held, ReadOnlySpan<Use> uses)
    {
        var rent = item.UsdPerGpuHour * _byProvider[item.Provider];
        var (stay, moved) = (double.NegativeInfinity, double.NegativeInfinity);
        var (newThere, newElsewhere) = (double.NegativeInfinity, double.NegativeInfinity);
        foreach (ref readonly var use in uses)
        {
            if (use.Size > item.Available)
            {
                continue;
            }
            var worth = use.Worth(item.Reliability, item.UsdPerGpuHour, rent);
            if (use.Workload.Id == held.Workload)
            {
                (stay, newThere) = (worth, worth - use.Start - _moves);
            }
            else
            {
                moved = Math.Max(moved, worth - use.Move - _moves);
                newElsewhere = Math.Max(newElsewhere, worth - use.Start - _moves);
            }
        }
        var free = item.Available - held.Count;
        var leave = Math.Max(stay, moved);
        var allStay = (held.Count * stay) + (free * Math.Max(0, Math.Max(newThere, newElsewhere)));
        var someLeave = (held.Count * (held.Locked ? leave : Math.Max(0, leave))) + (free * Math.Max(0, newElsewhere));
        return Math.Max(allStay, someLeave);
    }

    private static Use Charge(AllocationInstance instance, Workload workload, IReadOnlyDictionary<string, double> prices)
    {
        var network = instance.Networks.First(n => n.Id == workload.Network);
        return new Use
        {
            Workload = workload,
            Size = workload.GpusPerMiner,
            Move = workload.MoveCostUsd / instance.HorizonHours,
            Start = workload.StartCostUsd / instance.HorizonHours,
            PerWork = Price(prices, RowNames.Work(network.Id)),
            PerUsd = Price(prices, RowNames.Exposure(network.Id))
                + Price(prices, RowNames.BucketMax(network.Bucket))
                + Price(prices, RowNames.BucketMin(network.Bucket)),
            PerGpu = Price(prices, RowNames.GpuCap(network.Id)) + (Price(prices, RowNames.Stake(network.Id)) * (workload.StakePerGpu ?? 0)),
        };
    }

    /// <summary>One workload on one GPU model, with all that its rows charge per unit.</summary>
    private readonly record struct Use
    {
        public required Workload Workload { get; init; }

        public required int Size { get; init; }

        public required double Move { get; init; }

        public required double Start { get; init; }

        public required double PerWork { get; init; }

        public required double PerUsd { get; init; }

        public required double PerGpu { get; init; }

        public double Work { get; private init; }

        public Use On(string gpu) => this with { Work = Workload.WorkPerGpuHour[gpu] };

        /// <summary>One GPU-hour's work at the network's price, less rent and the rows it uses.</summary>
        public double Worth(double reliability, double usdPerGpuHour, double rent) =>
            (reliability * Work * PerWork) - (rent + (usdPerGpuHour * PerUsd)) - PerGpu;
    }
}
