namespace Nirmaan.Optimiser;

/// <summary>Sums the assignments of a plan into rent, work, moves and rows.</summary>
internal sealed class PlanTally
{
    private readonly AllocationInstance _instance;
    private readonly Dictionary<string, int> _networks;
    private readonly Dictionary<string, double> _byProvider = new(StringComparer.Ordinal);
    private readonly double[] _rent;
    private readonly double[] _stake;
    private readonly long[] _gpus;
    private readonly long[] _vetoed;
    private readonly Dictionary<(string, string), int> _pinned = [];
    private readonly Dictionary<string, int> _usedOfLocked = new(StringComparer.Ordinal);

    public PlanTally(AllocationInstance instance, IReadOnlyList<Assignment> assignments)
    {
        _instance = instance;
        _networks = instance.Networks.Select((n, i) => (n.Id, i)).ToDictionary(x => x.Id, x => x.i, StringComparer.Ordinal);
        _vetoed = new long[instance.Vetoes?.Count ?? 0];
        (Work, _rent, _stake, _gpus) = (new double[_networks.Count], new double[_networks.Count], new double[_networks.Count], new long[_networks.Count]);
        var workloads = instance.Workloads.ToDictionary(w => w.Id, StringComparer.Ordinal);
        var byItem = assignments.ToLookup(a => a.Item, StringComparer.Ordinal);
        foreach (var item in instance.Items)
        {
            if (byItem.Contains(item.Id) || item.Held is { Locked: true, Count: > 0 })
            {
                Add(item, Uses(item, [.. byItem[item.Id]], workloads));
            }
        }
        var known = instance.Items.Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        Faults.AddRange(byItem.Where(g => !known.Contains(g.Key)).Select(g => $"item {g.Key} is not in the instance"));
    }

    public List<string> Faults { get; } = [];

    public double[] Work { get; }

    public double Rent { get; private set; }

    public double Switching { get; private set; }

    public int Moves { get; private set; }

    private List<(Workload Workload, int Count)> Uses(AllocationItem item, Assignment[] assignments, Dictionary<string, Workload> workloads)
    {
        var uses = new List<(Workload, int)>(assignments.Length);
        foreach (var assignment in assignments)
        {
            if (!workloads.TryGetValue(assignment.Workload, out var workload))
            {
                Faults.Add($"workload {assignment.Workload} is not in the instance");
            }
            else if (assignment.Count < 0 || assignment.Count % workload.GpusPerMiner != 0)
            {
                Faults.Add($"{assignment.Count} GPUs of {item.Id} on {workload.Id} are not whole miners of {workload.GpusPerMiner}");
            }
            else if (!workload.WorkPerGpuHour.ContainsKey(item.Gpu))
            {
                Faults.Add($"{item.Gpu} of {item.Id} is not eligible for {workload.Id}");
            }
            else if (uses.Exists(u => u.Item1 == workload))
            {
                Faults.Add($"{item.Id} on {workload.Id} is given twice");
            }
            else if (assignment.Count > 0)
            {
                uses.Add((workload, assignment.Count));
            }
        }
        return uses;
    }

    private void Add(AllocationItem item, List<(Workload Workload, int Count)> uses)
    {
        var total = uses.Sum(u => (long)u.Count);
        if (total > item.Available)
        {
            Faults.Add($"{total} GPUs of {item.Id} are used, {item.Available} are available");
            return;
        }
        if (item.Held is { Locked: true } locked)
        {
            _usedOfLocked[item.Id] = (int)total;
            if (total < locked.Count)
            {
                return; // The locked row reports it; there is no reading of its switching cost.
            }
        }
        foreach (var (workload, count) in uses)
        {
            Rules(item, workload, count);
            var n = _networks[workload.Network];
            var rent = item.UsdPerGpuHour * count;
            Rent += rent;
            _rent[n] += rent;
            _gpus[n] += count;
            _stake[n] += (workload.StakePerGpu ?? 0) * count;
            Work[n] += item.Reliability * workload.WorkPerGpuHour[item.Gpu] * count;
            _byProvider[item.Provider] = _byProvider.GetValueOrDefault(item.Provider) + rent;
        }
        Switch(item, uses);
    }

    private void Rules(AllocationItem item, Workload workload, int count)
    {
        if (_instance.Pins is { Count: > 0 })
        {
            _pinned[(item.Id, workload.Id)] = count;
        }
        for (var v = 0; v < _vetoed.Length; v++)
        {
            var veto = _instance.Vetoes![v];
            _vetoed[v] += veto.Concerns(item) && veto.Forbids(workload) ? count : 0;
        }
    }

    /// <summary>
    /// Held GPUs stay where they are first. Of the others, as many are moved (from the rest of the held ones) or new (from
    /// the rest of the offer) as is cheapest; the rest of locked ones must all move, for none may be released.
    /// </summary>
    private void Switch(AllocationItem item, List<(Workload Workload, int Count)> uses)
    {
        var held = item.Held?.Count ?? 0;
        var stay = 0;
        var elsewhere = new List<(double Move, double Start, int Count)>(uses.Count);
        var cost = 0.0;
        var free = item.Available - held;
        foreach (var (workload, count) in uses)
        {
            if (item.Held is { } h && h.Workload == workload.Id)
            {
                stay = Math.Min(count, held);
                cost += (count - stay) * workload.StartCostUsd;
                free -= count - stay;
            }
            else
            {
                elsewhere.Add((workload.MoveCostUsd, workload.StartCostUsd, count));
            }
        }
        var others = elsewhere.Sum(e => e.Count);
        var mustMove = item.Held is { Locked: true } ? held - stay : Math.Max(0, others - free);
        var mayMove = Math.Min(others, held - stay);
        foreach (var (move, start, count) in elsewhere.OrderBy(e => e.Move - e.Start))
        {
            var moved = Math.Min(count, move <= start ? mayMove : mustMove);
            cost += (moved * move) + ((count - moved) * start);
            (mayMove, mustMove) = (mayMove - moved, Math.Max(0, mustMove - moved));
        }
        Switching += cost / _instance.HorizonHours;
        Moves += (int)uses.Sum(u => (long)u.Count) - stay;
    }

    public IReadOnlyList<RowState> Rows()
    {
        var rows = new List<RowState> { Money(RowNames.Budget, Rent, _instance.BudgetUsdPerHour) };
        var caps = _instance.Caps;
        foreach (var (provider, cap) in caps.ProviderUsdPerHour ?? new Dictionary<string, double>())
        {
            rows.Add(Money(RowNames.Provider(provider), _byProvider.GetValueOrDefault(provider), cap));
        }
        foreach (var (bucket, floor) in caps.BucketMinUsdPerHour ?? new Dictionary<string, double>())
        {
            rows.Add(Money(RowNames.BucketMin(bucket), RentOf(bucket), floor, isFloor: true));
        }
        foreach (var (bucket, cap) in caps.BucketMaxUsdPerHour ?? new Dictionary<string, double>())
        {
            rows.Add(Money(RowNames.BucketMax(bucket), RentOf(bucket), cap));
        }
        for (var n = 0; n < _instance.Networks.Count; n++)
        {
            var network = _instance.Networks[n];
            if (network.ExposureCapUsdPerHour is { } exposure)
            {
                rows.Add(Money(RowNames.Exposure(network.Id), _rent[n], exposure));
            }
            if (network.GpuCap is { } gpus)
            {
                rows.Add(new RowState(RowNames.GpuCap(network.Id), _gpus[n], gpus, IsFloor: false, Tolerance: 0));
            }
            if (network.StakeOwned is { } stake)
            {
                rows.Add(Money(RowNames.Stake(network.Id), _stake[n], stake));
            }
        }
        if (caps.MaxMoves is { } moves)
        {
            rows.Add(new RowState(RowNames.Moves, Moves, moves, IsFloor: false, Tolerance: 0));
        }
        foreach (var item in _instance.Items)
        {
            if (item.Held is { Locked: true } held)
            {
                rows.Add(new RowState(RowNames.Locked(item.Id), _usedOfLocked.GetValueOrDefault(item.Id), held.Count, IsFloor: true, Tolerance: 0));
            }
        }
        foreach (var pin in _instance.Pins ?? [])
        {
            rows.Add(new RowState(pin.Row, _pinned.GetValueOrDefault((pin.Item, pin.Workload)), pin.Count, IsFloor: true, Tolerance: 0));
        }
        for (var v = 0; v < _vetoed.Length; v++)
        {
            rows.Add(new RowState(_instance.Vetoes![v].Row, _vetoed[v], 0, IsFloor: false, Tolerance: 0));
        }
        return rows;
    }

    private static RowState Money(string name, double usage, double limit, bool isFloor = false) => new(name, usage, limit, isFloor, PlanEvaluator.Tolerance);

    private double RentOf(string bucket)
    {
        var sum = 0.0;
        for (var n = 0; n < _rent.Length; n++)
        {
            sum += _instance.Networks[n].Bucket == bucket ? _rent[n] : 0;
        }
        return sum;
    }
}
