namespace Nirmaan.Optimiser;

/// <summary>What each item can be worth at the prices, whatever it is used for.</summary>
public sealed partial class DualCertificate
{
    private void AddItems()
    {
        foreach (var item in _instance.Items)
        {
            var uses = _byGpu[item.Gpu];
            var worth = item.Held is { Count: > 0 } held ? WorthHeld(item, held, uses) : WorthFree(item, uses);
            Add(worth, item.Available * item.UsdPerGpuHour * _byProvider[item.Provider]);
        }
    }

    /// <summary>
    /// GPUs that are not held. Where each miner size divides the next larger one, miners can be placed on aligned ranges of
    /// the item, so a range that a large miner cannot fill is left to the smaller ones; else GPUs count as divisible.
    /// </summary>
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
        return IsChain(uses[first..])
            ? WorthInRanges(item, uses[first..])
            : item.Available * Math.Max(0, Best(item, uses[first..], largest));
    }

    private double WorthInRanges(AllocationItem item, ReadOnlySpan<Use> uses)
    {
        var (worth, left) = (0.0, item.Available);
        foreach (ref readonly var use in uses)
        {
            var size = use.Size;
            var range = left / size * size;
            if (range > 0)
            {
                worth += range * Math.Max(0, Best(item, uses, size));
                left -= range;
            }
        }
        return worth;
    }

    private static bool IsChain(ReadOnlySpan<Use> uses)
    {
        for (var i = 1; i < uses.Length; i++)
        {
            if (uses[i - 1].Size % uses[i].Size != 0)
            {
                return false;
            }
        }
        return true;
    }

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

    /// <summary>
    /// GPUs of which some are held. Either all held ones stay and the others are new anywhere, or some leave and then
    /// nothing new starts on the held workload (held GPUs count as staying first). Whole miners are not enforced here.
    /// </summary>
    private double WorthHeld(AllocationItem item, HeldGpus held, ReadOnlySpan<Use> uses)
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
            PerUsd = Price(prices, RowNames.Exposure(network.Id)) + Price(prices, RowNames.BucketMax(network.Bucket)) + Price(prices, RowNames.BucketMin(network.Bucket)),
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
