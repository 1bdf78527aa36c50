namespace Nirmaan.Optimiser;

/// <summary>
/// The certificate's part for networks: per network the most that value less the price of work can be, over every amount
/// of work. Value is weighted over scenarios, and every admissible weighting gives a true bound.
/// </summary>
internal sealed class NetworkTerms(AllocationInstance instance, IReadOnlyDictionary<string, double> prices, Dictionary<string, double> leastWork)
{
    private const int SearchSteps = 2000;

    private readonly int _scenarios = instance.Networks.FirstOrDefault(n => n.ScenarioValuesUsdPerHour is not null)?.ScenarioValuesUsdPerHour!.Count ?? 1;

    /// <summary>Each network's term, and the size of the numbers whose difference it is.</summary>
    public IEnumerable<(double Term, double Scale)> At(IReadOnlyList<double>? weights)
    {
        var tail = Admissible(weights);
        if (weights is null && instance.RiskWeight > 0 && _scenarios > 1)
        {
            Search(tail);
        }
        // Value is never negative, so weights that are a hair too heavy can only raise the bound.
        var heavier = Array.ConvertAll(tail, z => z * (1 + 1e-12));
        return instance.Networks.Select(n => (Conjugate(n, Value(n, heavier)).Term, Value(n, heavier)));
    }

    /// <summary>Brings weights to [0, 1/(1-a)] and mean 1; without any, all are 1.</summary>
    private double[] Admissible(IReadOnlyList<double>? weights)
    {
        var most = 1 / (1 - instance.TailLevel);
        var tail = new double[_scenarios];
        for (var s = 0; s < _scenarios; s++)
        {
            var weight = weights is { } given && given.Count == _scenarios ? given[s] : 1;
            tail[s] = double.IsFinite(weight) ? Math.Clamp(weight, 0, most) : 1;
        }
        var off = _scenarios - tail.Sum();
        for (var round = 0; round < 100 && Math.Abs(off) > 1e-13 * _scenarios; round++)
        {
            for (var s = 0; s < _scenarios && off != 0; s++)
            {
                var next = Math.Clamp(tail[s] + off, 0, most);
                (off, tail[s]) = (off - (next - tail[s]), next);
            }
        }
        return tail;
    }

    private double Value(RewardNetwork network, double[] tail)
    {
        if (network.ScenarioValuesUsdPerHour is not { } values)
        {
            return network.ValueUsdPerHour;
        }
        var sum = 0.0;
        for (var s = 0; s < values.Count; s++)
        {
            sum += (1 - instance.RiskWeight + (instance.RiskWeight * tail[s])) * values[s];
        }
        return sum / values.Count;
    }

    /// <summary>max over E = 0 or E >= the least work of reward(V, E) - price * E, and its slope in V.</summary>
    private (double Term, double Slope) Conjugate(RewardNetwork network, double value)
    {
        var least = leastWork.GetValueOrDefault(network.Id);
        if (least <= 0 || value <= 0)
        {
            return (0, 0); // No GPU can do this network's work, or nobody pays for it.
        }
        var price = prices.GetValueOrDefault(RowNames.Work(network.Id));
        var work = BestWork(network, value, price, least);
        var share = double.IsPositiveInfinity(work) ? 1 : PlanEvaluator.Reward(network, 1, work);
        var term = (value * share) - (price == 0 ? 0 : price * work);
        return term > 0 ? (term, share) : (0, 0);
    }

    private static double BestWork(RewardNetwork network, double value, double price, double least) => network.Reward switch
    {
        RewardShape.ProRata when price == 0 => double.PositiveInfinity,
        RewardShape.ProRata => Math.Max(least, Math.Sqrt(value * network.OthersWork / price) - network.OthersWork),
        _ => value >= price * network.DemandWorkPerHour!.Value ? Math.Max(least, network.DemandWorkPerHour.Value) : least,
    };

    /// <summary>
    /// Lowers the sum over the weights: each step shifts weight from the scenario that costs most to the one that costs
    /// least, as far as it pays (the sum is convex in the weights). However early it stops, the weights are admissible.
    /// </summary>
    private void Search(double[] tail)
    {
        var most = 1 / (1 - instance.TailLevel);
        for (var step = 0; step < SearchSteps; step++)
        {
            var cost = new double[_scenarios];
            foreach (var network in instance.Networks)
            {
                if (network.ScenarioValuesUsdPerHour is { } values)
                {
                    var slope = Conjugate(network, Value(network, tail)).Slope;
                    for (var s = 0; s < _scenarios; s++)
                    {
                        cost[s] += slope * values[s];
                    }
                }
            }
            var (from, to) = (-1, -1);
            for (var s = 0; s < _scenarios; s++)
            {
                from = tail[s] > 0 && (from < 0 || cost[s] > cost[from]) ? s : from;
                to = tail[s] < most && (to < 0 || cost[s] < cost[to]) ? s : to;
            }
            if (from < 0 || to < 0 || cost[from] - cost[to] <= 1e-12 * Math.Abs(cost[from]))
            {
                return;
            }
            Shift(tail, from, to, Math.Min(tail[from], most - tail[to]));
        }
    }

    private void Shift(double[] tail, int from, int to, double room)
    {
        var (start, end) = (tail[from], tail[to]);
        var (low, high) = (0.0, room);
        for (var halving = 0; halving < 40; halving++)
        {
            var middle = (low + high) / 2;
            (tail[from], tail[to]) = (start - middle, end + middle);
            var slope = 0.0;
            foreach (var network in instance.Networks)
            {
                if (network.ScenarioValuesUsdPerHour is { } values)
                {
                    slope += Conjugate(network, Value(network, tail)).Slope * (values[to] - values[from]);
                }
            }
            (low, high) = slope < 0 ? (middle, high) : (low, middle);
        }
        var shift = high >= room - (1e-12 * room) ? room : low;
        (tail[from], tail[to]) = (start - shift, end + shift);
    }
}
