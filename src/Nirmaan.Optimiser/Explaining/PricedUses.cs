using System.Globalization;

namespace Nirmaan.Optimiser.Explaining;

/// <summary>What each use of each item is worth at a plan's prices, per GPU-hour.</summary>
internal sealed class PricedUses
{
    private readonly AllocationInstance _instance;
    private readonly IReadOnlyDictionary<string, double> _prices;
    private readonly Dictionary<string, (double PerWork, double PerRent, double PerGpu)> _charges;
    private readonly Dictionary<string, double> _providers;
    private readonly Dictionary<string, string> _networkOf;
    private readonly double _moves;
    private readonly Dictionary<string, Workload[]> _byGpu;
    private readonly Dictionary<string, Assignment[]> _plan;
    private readonly HashSet<string> _pinned;
    private readonly double _gap;

    public PricedUses(AllocationInstance instance, AllocationPlan plan, double gap)
    {
        (_instance, _prices, _gap) = (instance, plan.Prices, gap);
        _moves = Price(RowNames.Moves);
        _plan = plan.Assignments.GroupBy(a => a.Item, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        _networkOf = instance.Workloads.ToDictionary(w => w.Id, w => w.Network, StringComparer.Ordinal);
        _charges = instance.Workloads.ToDictionary(w => w.Id, Charges, StringComparer.Ordinal);
        _providers = instance.Items.Select(i => i.Provider).Distinct(StringComparer.Ordinal)
            .ToDictionary(p => p, p => 1 + Price(RowNames.Budget) + Price(RowNames.Provider(p)), StringComparer.Ordinal);
        _byGpu = instance.Items.Select(i => i.Gpu).Distinct(StringComparer.Ordinal)
            .ToDictionary(g => g, g => instance.Workloads.Where(w => w.WorkPerGpuHour.ContainsKey(g)).ToArray(), StringComparer.Ordinal);
        _pinned = [.. (instance.Pins ?? []).Select(p => p.Row)];
    }

    /// <summary>The items without a use that could have one.</summary>
    public IEnumerable<ItemExplanation> Rejected()
    {
        foreach (var item in _instance.Items.Where(i => !_plan.ContainsKey(i.Id)))
        {
            if (Allowed(item).Select(w => (Use?)At(item, w)).MaxBy(u => u!.Value.Worth) is { } best)
            {
                var text = best.Worth < -1e-6
                    ? $"{item.Id} is {Usd(-best.Worth)} per GPU-hour short on {best.Workload.Id}, its best use{(best.BreakEven is { } rent ? $"; it gets in below {Usd(rent)} (now {Usd(item.UsdPerGpuHour)})" : "")}"
                    : $"{item.Id} would do as well on {best.Workload.Id} as what was taken, and is left out because miners are whole";
                yield return Explained(item, best, 0, IsCertain(-best.Worth, best.Workload), text);
            }
        }
    }

    /// <summary>The uses in the plan that nobody has pinned.</summary>
    public IEnumerable<ItemExplanation> Chosen()
    {
        foreach (var item in _instance.Items)
        {
            foreach (var (_, workload, gpus) in _plan.GetValueOrDefault(item.Id, []))
            {
                if (_pinned.Contains(RowNames.Pin(item.Id, workload)))
                {
                    continue;
                }
                var use = At(item, _instance.Workloads.First(w => w.Id == workload));
                var next = Allowed(item).Where(w => w.Id != workload).Select(w => (Use?)At(item, w)).MaxBy(u => u!.Value.Worth);
                var beside = next is { } other ? $"; its next best use, {other.Workload.Id}, is worth {Usd(use.Worth - other.Worth)} less" : "";
                var text = $"{gpus} GPUs of {item.Id} on {workload}: {(use.BreakEven is { } rent ? $"worth it up to a rent of {Usd(rent)} (now {Usd(item.UsdPerGpuHour)})" : "at any rent")}{beside}";
                yield return Explained(item, use, gpus, isCertain: false, text) with { NextWorkload = next?.Workload.Id, NextWorthUsd = next?.Worth };
            }
        }
    }

    /// <summary>The workloads without a GPU.</summary>
    public IEnumerable<WorkloadExplanation> Workloads()
    {
        var used = _plan.Values.SelectMany(a => a).Select(a => a.Workload).ToHashSet(StringComparer.Ordinal);
        var nearest = _instance.Workloads.Where(w => !used.Contains(w.Id)).ToDictionary(w => w.Id, _ => new Nearest(), StringComparer.Ordinal);
        foreach (var item in _instance.Items)
        {
            var uses = Allowed(item).Select(w => At(item, w)).OrderByDescending(u => u.Worth).ToList();
            var nothing = item.Held is { Locked: true, Count: > 0 } ? double.NegativeInfinity : 0;
            // Where only some GPUs are held the best use may be open to those alone: what is certain then is only that nothing need run.
            var isMixed = item.Held is { Count: > 0 } held && held.Count < item.Available;
            for (var u = 0; u < uses.Count; u++)
            {
                if (nearest.TryGetValue(uses[u].Workload.Id, out var best))
                {
                    var rival = uses.Count > 1 ? uses[u == 0 ? 1 : 0] : (Use?)null;
                    best.Consider(item, uses[u], rival, nothing, isMixed);
                }
            }
        }
        return _instance.Workloads.Where(w => nearest.ContainsKey(w.Id)).Select(w => Explained(w, nearest[w.Id]));
    }

    private WorkloadExplanation Explained(Workload workload, Nearest best)
    {
        if (best.Item is not { } item)
        {
            return new WorkloadExplanation(workload.Id, null, 0, null, null, IsCertain: true, $"{workload.Id}: nothing on offer may run it");
        }
        var missed = Math.Max(0, best.Short);
        double? factor = best.Use.Earns > 0 ? (best.Use.Earns + missed) / best.Use.Earns : null;
        var than = best.Rival is { } rival ? rival.Workload.Id : "not renting it";
        var text = missed > 1e-6
            ? $"{workload.Id} comes nearest on {item.Id}, {Usd(missed)} per GPU-hour behind {than}{(factor is { } f ? Invariant($"; its work would have to be worth {f:0.00} times as much") : "; its work is worth nothing")}"
            : $"{workload.Id} would do as well on {item.Id} as {than}; miners are whole";
        return new WorkloadExplanation(workload.Id, item.Id, missed, factor, best.Rival?.Workload.Id, IsCertain(best.CertainLoss, workload), text);
    }

    /// <summary>At the prices every plan loses at least so much by such a miner against the bound: more than the gap, and no better plan has one.</summary>
    private bool IsCertain(double lossPerGpu, Workload workload) => lossPerGpu * workload.GpusPerMiner > _gap && _instance.Workloads.All(w => w.GpusPerMiner == 1);

    private IEnumerable<Workload> Allowed(AllocationItem item) => _byGpu[item.Gpu]
        .Where(w => w.GpusPerMiner <= item.Available && _instance.Vetoes?.Any(v => v.Concerns(item) && v.Forbids(w)) != true);

    private double Price(string row) => _prices.GetValueOrDefault(row);

    private Use At(AllocationItem item, Workload workload)
    {
        var stays = item.Held is { Count: > 0 } held && held.Workload == workload.Id;
        var mustMove = item.Held is { Count: > 0 } all && all.Count == item.Available;
        var cost = mustMove ? workload.MoveCostUsd : item.Held is { Count: > 0 } ? Math.Min(workload.MoveCostUsd, workload.StartCostUsd) : workload.StartCostUsd;
        var switching = stays ? 0 : (cost / _instance.HorizonHours) + _moves;
        var (perWork, perRent, perGpu) = _charges[workload.Id];
        var perUsd = _providers[item.Provider] + perRent;
        var earns = item.Reliability * workload.WorkPerGpuHour[item.Gpu] * perWork;
        var left = earns - perGpu - switching;
        return new Use(workload, earns, left - (item.UsdPerGpuHour * perUsd), perUsd > 0 && left > 0 ? left / perUsd : null);
    }

    /// <summary>Per workload: what its work is worth, and what its rows charge per dollar of rent and per GPU.</summary>
    private (double PerWork, double PerRent, double PerGpu) Charges(Workload workload)
    {
        var network = _instance.Networks.First(n => n.Id == workload.Network);
        return (WorkPrice(network),
            Price(RowNames.Exposure(network.Id)) + Price(RowNames.BucketMax(network.Bucket)) + Price(RowNames.BucketMin(network.Bucket)),
            Price(RowNames.GpuCap(network.Id)) + (Price(RowNames.Stake(network.Id)) * (workload.StakePerGpu ?? 0)));
    }

    /// <summary>
    /// Where nobody of ours works, a price of work is only known to be no less than the first work earns: the least of them that keeps the bound says
    /// what is missing. With scenarios the first work earns at most what the best of them pays for risk's share.
    /// </summary>
    private double WorkPrice(RewardNetwork network)
    {
        var price = Price(RowNames.Work(network.Id));
        if (_plan.Values.SelectMany(a => a).Any(a => _networkOf[a.Workload] == network.Id))
        {
            return price;
        }
        var value = network.ScenarioValuesUsdPerHour is { } values ? ((1 - _instance.RiskWeight) * values.Average()) + (_instance.RiskWeight * values.Max()) : network.ValueUsdPerHour;
        var work = network.Reward == RewardShape.ProRata ? network.OthersWork : network.DemandWorkPerHour!.Value;
        return work > 0 ? Math.Min(price, value / work) : price;
    }

    private static ItemExplanation Explained(AllocationItem item, Use use, int gpus, bool isCertain, string text) => new()
    {
        Item = item.Id,
        Workload = use.Workload.Id,
        Gpus = gpus,
        RentUsd = item.UsdPerGpuHour,
        EarnsUsd = use.Earns,
        WorthUsd = use.Worth,
        BreakEvenRentUsd = use.BreakEven,
        IsCertain = isCertain,
        Text = text,
    };

    private static string Usd(double usd) => Invariant($"${usd:0.0000}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Use(Workload Workload, double Earns, double Worth, double? BreakEven);

    /// <summary>Where a workload comes nearest to a use.</summary>
    private sealed class Nearest
    {
        public double Short { get; private set; } = double.PositiveInfinity;

        public AllocationItem? Item { get; private set; }

        public Use Use { get; private set; }

        public Use? Rival { get; private set; }

        /// <summary>What one GPU of it costs against the bound, at least, wherever it runs.</summary>
        public double CertainLoss { get; private set; } = double.PositiveInfinity;

        public void Consider(AllocationItem item, Use use, Use? rival, double nothing, bool isMixed)
        {
            var alternative = Math.Max(nothing, rival?.Worth ?? double.NegativeInfinity);
            CertainLoss = Math.Min(CertainLoss, (isMixed ? nothing : alternative) - use.Worth);
            if (alternative - use.Worth < Short)
            {
                (Short, Item, Use, Rival) = (alternative - use.Worth, item, use, rival is { } r && r.Worth > nothing ? rival : null);
            }
        }
    }
}
