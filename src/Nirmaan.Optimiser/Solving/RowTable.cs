namespace Nirmaan.Optimiser.Solving;

/// <summary>The coupling rows of a model, each "usage at most limit" (a floor is one with its signs turned).</summary>
internal sealed class RowTable
{
    private readonly List<Row> _rows = [];

    public RowTable(AllocationInstance instance, NetworkTable networks, WorkloadTable workloads, ItemTable items, double usdScale)
    {
        var caps = instance.Caps;
        Tolerance = PlanEvaluator.Tolerance * usdScale;
        Budget = Add(RowNames.Budget, instance.BudgetUsdPerHour * usdScale, Tolerance, null);
        Provider = [.. items.Providers.Select((p, i) => Money(RowNames.Provider(p), Cap(caps.ProviderUsdPerHour, p), usdScale, null, i))];
        var buckets = networks.Source.Select(n => n.Bucket).Distinct(StringComparer.Ordinal).ToArray();
        foreach (var bucket in (caps.BucketMinUsdPerHour?.Keys ?? []).Except(buckets, StringComparer.Ordinal))
        {
            buckets = [.. buckets, bucket]; // A floor under a bucket without networks is a contradiction, not a typing error.
        }
        int[] In(string bucket) => [.. Enumerable.Range(0, networks.Count).Where(n => networks.Source[n].Bucket == bucket)];
        int Ceiling(string b) => Money(RowNames.BucketMax(b), Cap(caps.BucketMaxUsdPerHour, b), usdScale, In(b));
        int Bottom(string b) => Floor(RowNames.BucketMin(b), Cap(caps.BucketMinUsdPerHour, b), usdScale, In(b));
        var ceilings = buckets.ToDictionary(b => b, Ceiling, StringComparer.Ordinal);
        var floors = buckets.ToDictionary(b => b, Bottom, StringComparer.Ordinal);
        BucketMax = Array.ConvertAll(networks.Source, n => ceilings[n.Bucket]);
        BucketMin = Array.ConvertAll(networks.Source, n => floors[n.Bucket]);
        Exposure = [.. networks.Source.Select((n, i) => Money(RowNames.Exposure(n.Id), n.ExposureCapUsdPerHour, usdScale, [i]))];
        GpuCap = [.. networks.Source.Select((n, i) => n.GpuCap is { } gpus ? Add(RowNames.GpuCap(n.Id), gpus, 0, [i]) : -1)];
        Stake = new int[networks.Count];
        StakeScale = new double[networks.Count];
        for (var n = 0; n < networks.Count; n++)
        {
            var most = Enumerable.Range(0, workloads.Count).Where(w => workloads.Network[w] == n).Select(w => workloads.Stake[w]).DefaultIfEmpty(0).Max();
            StakeScale[n] = Math.ScaleB(1, -Model.Exponent(most));
            Stake[n] = networks.Source[n].StakeOwned is { } owned
                ? Add(RowNames.Stake(networks.Source[n].Id), owned * StakeScale[n], PlanEvaluator.Tolerance * StakeScale[n], [n])
                : -1;
        }
        Moves = caps.MaxMoves is { } moves ? Add(RowNames.Moves, moves, 0, null) : -1;
        _usdScale = usdScale;
    }

    private readonly double _usdScale;

    public int Count => _rows.Count;

    public Row this[int row] => _rows[row];

    /// <summary>What money rows may be broken by, in model USD.</summary>
    public double Tolerance { get; }

    /// <summary>Row index; every other index below is -1 where there is no such row.</summary>
    public int Budget { get; }

    public int[] Provider { get; }

    public int[] BucketMax { get; }

    public int[] BucketMin { get; }

    public int[] Exposure { get; }

    public int[] GpuCap { get; }

    public int[] Stake { get; }

    public int Moves { get; }

    /// <summary>Multiplies stake of the instance to stake of the model, per network.</summary>
    public double[] StakeScale { get; }

    /// <summary>A price of the model in USD of the instance per unit of the instance's row.</summary>
    public double PriceOutside(int row, double price)
    {
        var name = _rows[row].Name;
        if (name == RowNames.Moves || name.StartsWith("gpuCap:", StringComparison.Ordinal))
        {
            return price / _usdScale;
        }
        var stake = Array.IndexOf(Stake, row);
        return stake >= 0 ? price * StakeScale[stake] / _usdScale : _rows[row].IsFloor ? -price : price;
    }

    /// <summary>The inverse of <see cref="PriceOutside"/>.</summary>
    public double PriceInside(int row, double price)
    {
        var unit = PriceOutside(row, 1);
        return price / unit;
    }

    private static double? Cap(IReadOnlyDictionary<string, double>? caps, string key) => caps is not null && caps.TryGetValue(key, out var cap) ? cap : null;

    private int Money(string name, double? cap, double usdScale, int[]? networks, int provider = -1) =>
        cap is { } usd ? Add(name, usd * usdScale, Tolerance, networks, provider) : -1;

    private int Floor(string name, double? floor, double usdScale, int[] networks)
    {
        if (floor is not > 0)
        {
            return -1; // A floor of 0 is none.
        }
        _rows.Add(new Row(name, -floor.Value * usdScale, Tolerance, IsFloor: true, networks, Provider: -1));
        return _rows.Count - 1;
    }

    private int Add(string name, double limit, double tolerance, int[]? networks, int provider = -1)
    {
        _rows.Add(new Row(name, limit, tolerance, IsFloor: false, networks, provider));
        return _rows.Count - 1;
    }
}

/// <summary>One row: usage at most <see cref="Limit"/>.</summary>
/// <param name="Name">As in <see cref="RowNames"/>.</param>
/// <param name="Limit">In the model's units; the negative of a floor.</param>
/// <param name="Tolerance">By how much usage may exceed it.</param>
/// <param name="IsFloor">Usage counts negative.</param>
/// <param name="Networks">The networks whose GPUs use it, null for all.</param>
/// <param name="Provider">The provider whose GPUs use it, -1 for all.</param>
internal sealed record Row(string Name, double Limit, double Tolerance, bool IsFloor, int[]? Networks, int Provider)
{
    /// <summary>What prices take the limit to be greater by: the tolerance, or next to nothing.</summary>
    public double Hair => Math.Max(Tolerance, PlanEvaluator.Tolerance);
}
