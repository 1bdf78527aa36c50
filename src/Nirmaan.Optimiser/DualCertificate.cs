namespace Nirmaan.Optimiser;

/// <summary>
/// Computes, from an instance and a set of row prices, a number that no feasible plan's objective can exceed. Weak duality:
/// charge each use of a row at its price, and let every item and every network do what is best for it alone. Any prices
/// give a true bound; good prices give a tight one. Shares no code with the solver, so it can be used to check it.
/// </summary>
public sealed partial class DualCertificate
{
    private readonly AllocationInstance _instance;
    private readonly Dictionary<string, Use[]> _byGpu = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _byProvider = new(StringComparer.Ordinal);
    private readonly double _moves;
    private double _sum, _lost, _magnitude;

    private DualCertificate(AllocationInstance instance, IReadOnlyDictionary<string, double> prices)
    {
        _instance = instance;
        _moves = Price(prices, RowNames.Moves);
        var charges = instance.Workloads.Select(w => Charge(instance, w, prices)).OrderByDescending(u => u.Size).ToArray();
        foreach (var item in instance.Items)
        {
            if (!_byGpu.ContainsKey(item.Gpu))
            {
                _byGpu.Add(item.Gpu, [.. charges.Where(u => u.Workload.WorkPerGpuHour.ContainsKey(item.Gpu)).Select(u => u.On(item.Gpu))]);
            }
            if (!_byProvider.ContainsKey(item.Provider))
            {
                _byProvider.Add(item.Provider, 1 + Price(prices, RowNames.Budget) + Price(prices, RowNames.Provider(item.Provider)));
            }
        }
        AddRows(prices);
        AddItems();
    }

    /// <summary>The bound in USD per hour, rounded up; negative infinity if some locked GPU fits no workload at all.</summary>
    /// <param name="instance">A valid instance.</param>
    /// <param name="prices">USD per hour per unit, by <see cref="RowNames"/>; an absent row has price 0.</param>
    /// <param name="scenarioWeights">
    /// One weight per scenario, in [0, 1/(1-tailLevel)] with mean 1: how much the tail counts each. Without them the
    /// weights that suit the prices are searched for; weights off these rules are brought back to them.
    /// </param>
    /// <exception cref="ArgumentException">A price has the wrong sign, is no number, or names no row.</exception>
    public static double Bound(AllocationInstance instance, IReadOnlyDictionary<string, double> prices, IReadOnlyList<double>? scenarioWeights = null)
    {
        CheckPrices(instance, prices);
        var certificate = new DualCertificate(instance, prices);
        var networks = new NetworkTerms(instance, prices, certificate.LeastWork());
        foreach (var (term, scale) in networks.At(scenarioWeights))
        {
            certificate.Add(term, scale);
        }
        return certificate.RoundedUp();
    }

    private static double Price(IReadOnlyDictionary<string, double> prices, string row) => prices.GetValueOrDefault(row);

    private static void CheckPrices(AllocationInstance instance, IReadOnlyDictionary<string, double> prices)
    {
        foreach (var (row, price) in prices)
        {
            var floor = row.StartsWith("bucketMin:", StringComparison.Ordinal);
            if (!double.IsFinite(price) || (floor ? price > 0 : price < 0))
            {
                throw new ArgumentException($"The price of {row} is {price}; expected a number {(floor ? "<= 0" : ">= 0")}.", nameof(prices));
            }
            if (price != 0 && !IsRow(instance, row))
            {
                throw new ArgumentException($"{row} is no row of this instance, so it cannot have a price.", nameof(prices));
            }
        }
    }

    private static bool IsRow(AllocationInstance instance, string row)
    {
        var name = row[(row.IndexOf(':', StringComparison.Ordinal) + 1)..];
        bool Has(Func<RewardNetwork, bool> that) => instance.Networks.Any(n => n.Id == name && that(n));
        return row switch
        {
            RowNames.Budget => true,
            RowNames.Moves => instance.Caps.MaxMoves is not null,
            _ when row.StartsWith("work:", StringComparison.Ordinal) => Has(_ => true),
            _ when row.StartsWith("exposure:", StringComparison.Ordinal) => Has(n => n.ExposureCapUsdPerHour is not null),
            _ when row.StartsWith("gpuCap:", StringComparison.Ordinal) => Has(n => n.GpuCap is not null),
            _ when row.StartsWith("stake:", StringComparison.Ordinal) => Has(n => n.StakeOwned is not null),
            _ when row.StartsWith("provider:", StringComparison.Ordinal) => instance.Caps.ProviderUsdPerHour?.ContainsKey(name) == true,
            _ when row.StartsWith("bucketMin:", StringComparison.Ordinal) => instance.Caps.BucketMinUsdPerHour?.ContainsKey(name) == true,
            _ when row.StartsWith("bucketMax:", StringComparison.Ordinal) => instance.Caps.BucketMaxUsdPerHour?.ContainsKey(name) == true,
            _ => false,
        };
    }

    /// <summary>Each row's limit, at its price. Limits in money are met within a tolerance, so it is charged for.</summary>
    private void AddRows(IReadOnlyDictionary<string, double> prices)
    {
        var caps = _instance.Caps;
        Limit(RowNames.Budget, _instance.BudgetUsdPerHour);
        foreach (var (provider, cap) in caps.ProviderUsdPerHour ?? new Dictionary<string, double>()) { Limit(RowNames.Provider(provider), cap); }
        foreach (var (bucket, cap) in caps.BucketMaxUsdPerHour ?? new Dictionary<string, double>()) { Limit(RowNames.BucketMax(bucket), cap); }
        foreach (var (bucket, cap) in caps.BucketMinUsdPerHour ?? new Dictionary<string, double>()) { Limit(RowNames.BucketMin(bucket), cap); }
        foreach (var network in _instance.Networks)
        {
            Limit(RowNames.Exposure(network.Id), network.ExposureCapUsdPerHour ?? 0);
            Limit(RowNames.Stake(network.Id), network.StakeOwned ?? 0);
            Add(Price(prices, RowNames.GpuCap(network.Id)) * (network.GpuCap ?? 0));
        }
        Add(_moves * (caps.MaxMoves ?? 0));

        void Limit(string row, double limit)
        {
            var price = Price(prices, row);
            Add(price * limit);
            Add(Math.Abs(price) * PlanEvaluator.Tolerance);
        }
    }

    /// <summary>Adds a term; <paramref name="scale"/> is the size of the numbers whose difference it is.</summary>
    private void Add(double term, double scale = 0)
    {
        // Neumaier's sum: what the addition loses is kept aside.
        var sum = _sum + term;
        _lost += Math.Abs(_sum) >= Math.Abs(term) ? _sum - sum + term : term - sum + _sum;
        _sum = sum;
        _magnitude += Math.Abs(term) + scale;
    }

    /// <summary>The sum, raised by more than rounding can have taken from it: each term is right to a few units in 1e16.</summary>
    private double RoundedUp() => double.IsNegativeInfinity(_sum) ? _sum : _sum + _lost + (1e-14 * _magnitude);

    /// <summary>
    /// Per network the least work above 0 that whole miners can deliver. A network is either left alone or gets at least
    /// that, which makes the bound tighter where others' work is next to nothing.
    /// </summary>
    private Dictionary<string, double> LeastWork()
    {
        var least = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var item in _instance.Items)
        {
            foreach (var use in _byGpu[item.Gpu])
            {
                var work = item.Reliability * use.Work * use.Size;
                if (use.Size <= item.Available && work > 0 && work < least.GetValueOrDefault(use.Workload.Network, double.PositiveInfinity))
                {
                    least[use.Workload.Network] = work;
                }
            }
        }
        return least.ToDictionary(l => l.Key, l => l.Value * (1 - 1e-12), StringComparer.Ordinal);
    }
}
