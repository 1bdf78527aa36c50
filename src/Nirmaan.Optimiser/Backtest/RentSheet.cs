namespace Nirmaan.Optimiser.Backtest;

/// <summary>Fills a plan GPU by GPU within the ceilings of an instance, for policies that do not solve it. Floors of buckets are not looked at.</summary>
internal sealed class RentSheet
{
    private readonly Dictionary<string, Workload> _workloads;
    private readonly Dictionary<string, RewardNetwork> _networks;
    private readonly Dictionary<string, double> _left = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _spent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _free;
    private readonly List<Assignment> _assignments = [];

    public RentSheet(AllocationInstance instance)
    {
        _workloads = instance.Workloads.ToDictionary(w => w.Id, StringComparer.Ordinal);
        _networks = instance.Networks.ToDictionary(n => n.Id, StringComparer.Ordinal);
        _free = instance.Items.ToDictionary(i => i.Id, i => i.Available, StringComparer.Ordinal);
        _left[RowNames.Budget] = instance.BudgetUsdPerHour;
        if (instance.Caps.MaxMoves is { } moves) { _left[RowNames.Moves] = moves; }
        foreach (var n in instance.Networks)
        {
            if (n.ExposureCapUsdPerHour is { } cap) { _left[RowNames.Exposure(n.Id)] = cap; }
            if (n.GpuCap is { } gpus) { _left[RowNames.GpuCap(n.Id)] = gpus; }
            if (n.StakeOwned is { } stake) { _left[RowNames.Stake(n.Id)] = stake; }
        }
        foreach (var (provider, cap) in instance.Caps.ProviderUsdPerHour ?? new Dictionary<string, double>()) { _left[RowNames.Provider(provider)] = cap; }
        foreach (var (bucket, cap) in instance.Caps.BucketMaxUsdPerHour ?? new Dictionary<string, double>()) { _left[RowNames.BucketMax(bucket)] = cap; }
    }

    public IReadOnlyList<Assignment> Assignments => _assignments;

    public Workload Workload(string id) => _workloads[id];

    /// <summary>Rent on a network so far.</summary>
    public double SpentOn(string network) => _spent.GetValueOrDefault(network);

    /// <summary>Adds whole miners up to a number of GPUs, as far as every ceiling allows.</summary>
    /// <returns>GPUs that were added.</returns>
    public int AddUpTo(AllocationItem item, Workload workload, int most)
    {
        if (!workload.WorkPerGpuHour.ContainsKey(item.Gpu)) { return 0; }
        var count = Math.Min(most, _free[item.Id]);
        foreach (var (row, perGpu) in Uses(item, workload))
        {
            if (perGpu > 0 && _left.TryGetValue(row, out var left)) { count = Math.Min(count, (int)Math.Floor((Math.Max(0, left) / perGpu) + 1e-9)); }
        }
        count -= count % workload.GpusPerMiner;
        Add(item, workload, count);
        return Math.Max(0, count);
    }

    /// <summary>Adds GPUs whether or not a ceiling allows it: what is held is held.</summary>
    public void Add(AllocationItem item, Workload workload, int count)
    {
        if (count <= 0) { return; }
        foreach (var (row, perGpu) in Uses(item, workload))
        {
            if (_left.TryGetValue(row, out var left)) { _left[row] = left - (count * perGpu); }
        }
        _free[item.Id] -= count;
        _spent[workload.Network] = _spent.GetValueOrDefault(workload.Network) + (count * item.UsdPerGpuHour);
        _assignments.Add(new Assignment(item.Id, workload.Id, count));
    }

    private IEnumerable<(string Row, double PerGpu)> Uses(AllocationItem item, Workload workload) =>
    [
        (RowNames.Budget, item.UsdPerGpuHour),
        (RowNames.Exposure(workload.Network), item.UsdPerGpuHour),
        (RowNames.Provider(item.Provider), item.UsdPerGpuHour),
        (RowNames.BucketMax(_networks[workload.Network].Bucket), item.UsdPerGpuHour),
        (RowNames.GpuCap(workload.Network), 1),
        (RowNames.Stake(workload.Network), workload.StakePerGpu ?? 0),
        (RowNames.Moves, item.Held?.Workload == workload.Id ? 0 : 1),
    ];
}
