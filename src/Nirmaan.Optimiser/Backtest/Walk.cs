namespace Nirmaan.Optimiser.Backtest;

/// <summary>Takes one policy through a history: it sees only what was believed at each decision, and earns what turned out to be true.</summary>
internal sealed class Walk(BacktestHistory history, BacktestOptions options)
{
    private readonly ILookup<string, Outcome> _outcomes = history.Outcomes.ToLookup(o => o.Network, StringComparer.Ordinal);

    public PolicyResult Run(string name, IPolicy policy, CancellationToken cancellationToken)
    {
        var fleet = new Fleet(options);
        var books = new Books(history);
        foreach (var (decision, until) in history.Steps())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var at = decision.At;
            var hours = (until - at).TotalHours;
            if (books.Decisions > 0) { fleet.LoseMachines(at, hours); }
            var seen = fleet.See(decision);
            var chosen = policy.Decide(seen, cancellationToken);
            var judged = PlanEvaluator.Evaluate(seen, chosen);
            if (judged.Faults.Count > 0) { throw new InvalidOperationException($"{name} at {at:O}: {judged.Faults[0]}"); }
            books.Decided(fleet.Apply(seen, chosen, at), judged.IsFeasible, decision.Instance.BudgetUsdPerHour * hours);
            books.Held(fleet.Holdings.Sum(h => h.Count), hours);
            Earn(decision.Instance, fleet.Holdings, at, until, books);
        }
        return books.Result(name);
    }

    /// <summary>Buys tokens on the market with the whole budget instead: worth what was paid, less what buying costs.</summary>
    public PolicyResult Buy(string name)
    {
        var books = new Books(history);
        foreach (var ((at, instance), until) in history.Steps())
        {
            var spent = instance.BudgetUsdPerHour * (until - at).TotalHours;
            books.Decided(default, isFeasible: true, spent);
            books.Earned(at, until, spent / (1 + options.Slippage), spent, 0);
        }
        return books.Result(name);
    }

    /// <summary>
    /// More than any policy can have earned, USD: for each outcome the certified bound of the true question with nothing to switch, with every
    /// offer at the lowest price and the greatest number seen so far, because a lease keeps the price at which it was made.
    /// </summary>
    public double ClairvoyantUsd(CancellationToken cancellationToken)
    {
        var boundOnly = options.Solving with { GapWanted = 1, MaxMovesTried = 0 };
        var best = new Dictionary<string, AllocationItem>(StringComparer.Ordinal);
        var sum = 0.0;
        foreach (var (decision, until) in history.Steps())
        {
            foreach (var item in decision.Instance.Items)
            {
                best[item.Id] = best.TryGetValue(item.Id, out var known)
                    ? item with { Held = null, Available = Math.Max(known.Available, item.Available), UsdPerGpuHour = Math.Min(known.UsdPerGpuHour, item.UsdPerGpuHour), Reliability = Math.Max(known.Reliability, item.Reliability) }
                    : item with { Held = null };
            }
            foreach (var (from, to) in Pieces(decision.Instance, [], decision.At, until))
            {
                var truth = decision.Instance with
                {
                    Items = [.. best.Values],
                    RiskWeight = 0,
                    Networks = [.. decision.Instance.Networks.Select(n => True(n, from))],
                    Workloads = [.. decision.Instance.Workloads.Select(w => w with { MoveCostUsd = 0, StartCostUsd = 0 })],
                    // What moves nothing needs no room to move, and a floor only takes away.
                    Caps = decision.Instance.Caps with { MaxMoves = null, BucketMinUsdPerHour = null },
                };
                sum += AllocationSolver.Solve(truth, boundOnly, cancellationToken).Plan.BoundUsdPerHour * (to - from).TotalHours;
            }
        }
        return sum;
    }

    private void Earn(AllocationInstance instance, List<Holding> holdings, DateTimeOffset at, DateTimeOffset until, Books books)
    {
        var workloads = instance.Workloads.ToDictionary(w => w.Id, StringComparer.Ordinal);
        var rent = holdings.Sum(h => h.UsdPerHour);
        var rentOf = holdings.Where(h => workloads.ContainsKey(h.Workload))
            .GroupBy(h => workloads[h.Workload].Network, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(h => h.UsdPerHour), StringComparer.Ordinal);
        foreach (var (from, to) in Pieces(instance, holdings, at, until))
        {
            // A workload that left the instance earns nothing more, though its GPUs cost what they cost.
            var work = holdings.Where(h => h.WorksFrom <= from && workloads.ContainsKey(h.Workload))
                .GroupBy(h => workloads[h.Workload].Network, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.Sum(h => h.Count * h.Reliability * workloads[h.Workload].WorkPerGpuHour.GetValueOrDefault(h.Gpu)), StringComparer.Ordinal);
            var hours = (to - from).TotalHours;
            var revenue = 0.0;
            foreach (var truth in instance.Networks.Select(n => True(n, from)))
            {
                var own = work.GetValueOrDefault(truth.Id);
                var paid = PlanEvaluator.Reward(truth, truth.ValueUsdPerHour, own);
                revenue += paid;
                books.EarnedOn(truth.Id, paid * hours, rentOf.GetValueOrDefault(truth.Id) * hours, own * hours, own > 0 ? truth.OthersWork * hours : 0);
            }
            books.Earned(from, to, revenue * hours, rent * hours, hours * holdings.Where(h => h.WorksFrom > from).Sum(h => h.Count));
        }
    }

    /// <summary>The stretches of a step in which nothing changes: no outcome, no GPU that begins to work, no new day of the books.</summary>
    private IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Pieces(AllocationInstance instance, List<Holding> holdings, DateTimeOffset at, DateTimeOffset until)
    {
        var cuts = new SortedSet<DateTimeOffset> { at, until };
        foreach (var n in instance.Networks) { cuts.UnionWith(_outcomes[n.Id].Select(o => o.At)); }
        cuts.UnionWith(holdings.Select(h => h.WorksFrom));
        for (var day = history.Decisions[0].At; day < until; day = day.AddDays(1)) { cuts.Add(day); }
        DateTimeOffset[] inside = [.. cuts.GetViewBetween(at, until)];
        return inside.Zip(inside.Skip(1));
    }

    private RewardNetwork True(RewardNetwork network, DateTimeOffset at)
    {
        var now = _outcomes[network.Id].Last(o => o.At <= at);
        return network with { ValueUsdPerHour = now.ValueUsdPerHour, OthersWork = now.OthersWork, ScenarioValuesUsdPerHour = null };
    }
}

/// <summary>Adds up what a policy earned and did.</summary>
internal sealed class Books(BacktestHistory history)
{
    private readonly double[] _days = new double[(int)Math.Ceiling(history.Hours / 24)];
    private double _budget, _revenue, _rent, _idleGpuHours, _gpuHours;
    private readonly SortedDictionary<string, (double Revenue, double Rent, double Work, double Others)> _networks = new(StringComparer.Ordinal);
    private long _started, _moved, _released, _failed;
    private int _broken;

    /// <summary>Decisions so far.</summary>
    public int Decisions { get; private set; }

    public void Decided(Changes changes, bool isFeasible, double budgetUsd)
    {
        Decisions++;
        _broken += isFeasible ? 0 : 1;
        _budget += budgetUsd;
        _started += changes.Started;
        _moved += changes.Moved;
        _released += changes.Released;
        _failed += changes.FailedBids;
    }

    public void Earned(DateTimeOffset from, DateTimeOffset to, double revenue, double rent, double idleGpuHours)
    {
        _revenue += revenue;
        _rent += rent;
        _idleGpuHours += idleGpuHours;
        _days[(int)((from - history.Decisions[0].At).TotalHours / 24)] += revenue - rent;
    }

    /// <summary>A network's part of what was earned; others' work counts while we work.</summary>
    public void EarnedOn(string network, double revenue, double rent, double work, double othersWork)
    {
        var sum = _networks.GetValueOrDefault(network);
        _networks[network] = (sum.Revenue + revenue, sum.Rent + rent, sum.Work + work, sum.Others + othersWork);
    }

    public void Held(int gpus, double hours) => _gpuHours += gpus * hours;

    public PolicyResult Result(string name)
    {
        var budgetPerDay = _budget / history.Hours * 24;
        var (sum, peak, fall) = (0.0, 0.0, 0.0);
        foreach (var day in _days)
        {
            sum += day;
            peak = Math.Max(peak, sum);
            fall = Math.Max(fall, peak - sum);
        }
        // The last day may be cut short, and a part of a day is not a worst day.
        var whole = history.Hours % 24 == 0 ? _days : _days[..^1];
        return new PolicyResult
        {
            Policy = name,
            ProfitUsd = _revenue - _rent,
            ProfitOfBudget = (_revenue - _rent) / _budget,
            RevenueUsd = _revenue,
            RentUsd = _rent,
            AcquisitionCost = _revenue > 0 ? _rent / _revenue : null,
            GpusStarted = _started,
            GpusMoved = _moved,
            GpusReleased = _released,
            FailedBids = _failed,
            MovesPerGpuDay = _gpuHours > 0 ? (_started + _moved) / (_gpuHours / 24) : 0,
            IdleShare = _gpuHours > 0 ? _idleGpuHours / _gpuHours : 0,
            WorstDayOfBudget = whole.Length > 0 ? whole.Min() / budgetPerDay : null,
            DrawdownBudgetDays = fall / budgetPerDay,
            DecisionsBeyondLimits = _broken,
            DailyProfitUsd = [.. _days],
            Networks = [.. _networks.Where(n => n.Value.Rent > 0).Select(n => new NetworkResult
            {
                Network = n.Key,
                RentUsd = n.Value.Rent,
                RevenueUsd = n.Value.Revenue,
                Share = n.Value.Work > 0 ? n.Value.Work / (n.Value.Work + n.Value.Others) : null,
            })],
        };
    }
}
