namespace Nirmaan.Optimiser.Solving;

/// <summary>One solve from start to end.</summary>
internal sealed class Solve
{
    /// <summary>Prices are followed down to these temperatures: what smoothing adds to the bound is then out of sight.</summary>
    private const double LastTemperature = 2e-9, LastTemperatureOfMany = 2e-7;
    private const int ManyItems = 20_000;
    private const int CoreOptions = 20_000, RepairMoves = 20_000, FewRepairMoves = 50, MovesPerOption = 300;
    private const double NearShare = 0.01;

    /// <summary>GPUs that a network has on average, up to which its packs are few enough to be looked through.</summary>
    private const double FewGpus = 12;

    private readonly AllocationInstance _instance;
    private readonly SolveOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly long _started;
    private readonly Model _model;
    private readonly PriceSearch _search;

    public Solve(AllocationInstance instance, SolveOptions options, CancellationToken cancellationToken)
    {
        (_instance, _options, _cancellation, _started) = (instance, options, cancellationToken, options.Clock.GetTimestamp());
        _model = new Model(instance);
        _search = new PriceSearch(_model, new SmoothedDual(_model));
    }

    public AllocationSolution Run()
    {
        LockedItems.Check(_model);
        if (!_search.Run(_model.Items.Count < ManyItems ? LastTemperature : LastTemperatureOfMany, _options.MaxPriceSteps, Warm(), AfterStage, _cancellation))
        {
            throw new Contradiction(_instance, _cancellation).Explain();
        }
        var prices = _search.Prices.ToArray();
        _model.Zeros.Price(_model, prices);
        var lagrangian = new Lagrangian(_model, prices, _search.ScenarioWeights.ToArray());
        var core = Core.Select(_model, lagrangian, CoreOptions);
        var searches = Improve(Starts(lagrangian, core), lagrangian, core);
        var outside = PricesOutside(prices);
        var bound = DualCertificate.Bound(_instance, outside, lagrangian.ScenarioWeights.Length > 0 ? lagrangian.ScenarioWeights : null);
        var best = searches.MaxBy(s => s.Plan.Objective)!.Plan;
        var isProved = new ExactSearch(_model, best, lagrangian).Run(bound * _model.UsdScale, _cancellation);
        if (!isProved)
        {
            best = Kick(searches, best, core);
            Repack(best, lagrangian, core);
        }
        return Finish(best, lagrangian, outside, bound, isProved, searches.Sum(s => s.Tried));
    }

    /// <summary>A plan worth this much is as near to the bound as is wanted.</summary>
    private double Enough => _search.Value - (_options.GapWanted * Math.Abs(_search.Value));

    private void AfterStage(double bound) => _options.Progress?.Report(new SolveProgress(SolveStage.Prices, bound / _model.UsdScale, null));

    private SolveStart? Warm()
    {
        if (_options.WarmStart is not { } plan)
        {
            return null;
        }
        var prices = new double[_model.Dimensions];
        for (var n = 0; n < _model.Networks.Count; n++)
        {
            prices[n] = plan.Prices.GetValueOrDefault(RowNames.Work(_model.Networks.Source[n].Id)) * _model.UsdScale / _model.Networks.WorkScale[n];
        }
        for (var r = 0; r < _model.Rows.Count; r++)
        {
            prices[_model.Networks.Count + r] = _model.Rows.PriceInside(r, plan.Prices.GetValueOrDefault(_model.Rows[r].Name));
        }
        return new SolveStart(prices, _options.WarmScenarioWeights ?? []);
    }

    /// <summary>Feasible plans to improve on: the rounded one; everything left where it is and the warm start's if they come near it.</summary>
    private List<PlanState> Starts(Lagrangian lagrangian, Core core)
    {
        var rounded = new PlanState(_model);
        Rounding.Fill(_model, rounded, _search.Prices, _search.Temperature);
        var feasible = new List<PlanState>();
        Consider(rounded, RepairMoves);
        if (feasible.Count > 0 && rounded.Objective >= Enough && _model.Items.Count >= ManyItems)
        {
            return feasible;
        }
        var near = rounded.Objective - (NearShare * Math.Abs(rounded.Objective));
        foreach (var start in new[] { Assigned.Held(_model), _options.WarmStart is { } warm ? Assigned.From(_model, warm.Assignments) : null })
        {
            if (start is not null)
            {
                Assigned.Copy(_model, rounded, start, item => core.OptionsOf[item] is null);
                if (start.Objective > near)
                {
                    Consider(start, FewRepairMoves);
                }
            }
        }
        if (feasible.Count == 0)
        {
            var search = new ExactSearch(_model, rounded, lagrangian);
            var isProof = search.Run(_search.Value, _cancellation);
            if (!search.IsFeasible)
            {
                throw new Contradiction(_instance, _cancellation).Explain(_model, rounded, new Repair(_model, rounded, lagrangian, core), isProof);
            }
            feasible.Add(rounded);
        }
        Report(SolveStage.Rounded, feasible.Max(s => s.Objective));
        return feasible;

        void Consider(PlanState start, int moves)
        {
            if (new Repair(_model, start, lagrangian, core).Run(moves, _cancellation))
            {
                feasible.Add(start);
            }
        }
    }

    /// <summary>Local search from every start that comes near the best.</summary>
    private List<LocalSearch> Improve(List<PlanState> starts, Lagrangian lagrangian, Core core)
    {
        var promising = starts.Max(s => s.Objective);
        var worthwhile = starts.Where(s => s.Objective >= promising - (NearShare * Math.Abs(promising))).ToList();
        var moves = MovesOf(_options.MaxMovesTried, core, worthwhile.Count);
        var searches = new List<LocalSearch>();
        foreach (var start in worthwhile.OrderByDescending(s => s.Objective).TakeWhile(_ => searches.All(s => s.Plan.Objective < Enough)))
        {
            var local = new LocalSearch(_model, start, lagrangian, core, moves, Enough);
            local.Run(_cancellation);
            searches.Add(local);
            Report(SolveStage.Improved, searches.Max(s => s.Plan.Objective));
        }
        return searches;
    }

    /// <summary>Moves of each of so many searches. Around few choices little is to be found, and a move costs more the more scenarios it is valued in.</summary>
    private long MovesOf(long most, Core core, int searches) =>
        Math.Min(most, MovesPerOption * (long)core.Count) / searches / (_model.Networks.TailWeight > 0 ? 1 + (_model.Networks.Scenarios / 64) : 1);

    /// <summary>What is left of the moves goes into kicks, and more of them where the bound is far.</summary>
    private PlanState Kick(List<LocalSearch> searches, PlanState best, Core core)
    {
        var isFar = best.Objective < _search.Value - (_options.FarGap * Math.Abs(_search.Value));
        foreach (var local in searches)
        {
            if (isFar) { local.Limit = Math.Max(local.Limit, MovesOf(_options.FarFactor * _options.MaxMovesTried, core, searches.Count)); }
            local.Kick(new SplitMix((ulong)_options.Seed), _cancellation);
            best = local.Plan.Objective > best.Objective ? local.Plan : best;
            Report(SolveStage.Improved, best.Objective);
        }
        return best;
    }

    /// <summary>Where the bound stays far because networks have only a few GPUs, all that they have is exchanged at once.</summary>
    private void Repack(PlanState best, Lagrangian lagrangian, Core core)
    {
        var isFar = best.Objective < _search.Value - (_options.FarGap * Math.Abs(_search.Value));
        if (!isFar || _options.MaxPacksTried <= 0 || _model.Networks.TailWeight > 0 || GpusPerNetwork(best) > FewGpus)
        {
            return;
        }
        var before = best.Objective;
        if (new PackSearch(_model, best, lagrangian, core, _options.MaxPacksTried, _cancellation).Run(before, new SplitMix((ulong)_options.Seed), _cancellation))
        {
            new LocalSearch(_model, best, lagrangian, core, MovesOf(_options.MaxMovesTried, core, 1), Enough).Run(_cancellation);
            Report(SolveStage.Improved, best.Objective);
        }
    }

    private static double GpusPerNetwork(PlanState plan) => plan.Used.Sum() / Math.Max(1.0, plan.Revenue.Work.Count(work => work > 0));

    private void Report(SolveStage stage, double objective) =>
        _options.Progress?.Report(new SolveProgress(stage, _search.Value / _model.UsdScale, objective / _model.UsdScale));

    private Dictionary<string, double> PricesOutside(double[] prices)
    {
        var outside = new Dictionary<string, double>(prices.Length, StringComparer.Ordinal);
        for (var r = 0; r < _model.Rows.Count; r++)
        {
            outside.Add(_model.Rows[r].Name, _model.Rows.PriceOutside(r, prices[_model.Networks.Count + r]));
        }
        for (var n = 0; n < _model.Networks.Count; n++)
        {
            outside.Add(RowNames.Work(_model.Networks.Source[n].Id), prices[n] * _model.Networks.WorkScale[n] / _model.UsdScale);
        }
        return outside;
    }

    private AllocationSolution Finish(PlanState best, Lagrangian lagrangian, Dictionary<string, double> prices, double bound, bool isProved, long tried)
    {
        var assignments = Assigned.To(_model, best, _instance);
        var evaluation = PlanEvaluator.Evaluate(_instance, assignments);
        if (!evaluation.IsFeasible)
        {
            var broken = evaluation.Rows.Where(r => !r.Holds).Select(r => r.Name).Concat(evaluation.Faults);
            throw new InvalidOperationException($"The solver's plan breaks {string.Join(", ", broken)}.");
        }
        var objective = Math.Round(evaluation.ObjectiveUsdPerHour, 8);
        var reported = Math.Max(objective, Math.Ceiling(bound * 1e8) / 1e8);
        if (reported > bound + 1e-7 + (1e-9 * Math.Abs(bound)))
        {
            throw new InvalidOperationException($"The solver's plan is worth {objective}, above its bound of {bound}.");
        }
        _options.Progress?.Report(new SolveProgress(SolveStage.Certified, reported, objective));
        return new AllocationSolution
        {
            Plan = new AllocationPlan
            {
                ObjectiveUsdPerHour = objective,
                BoundUsdPerHour = reported,
                Gap = AllocationPlan.GapOf(objective, reported),
                Feasible = true,
                Assignments = assignments,
                Prices = prices,
                Rejected = new RejectedItems(_model, best, lagrangian),
                Seconds = Math.Round(_options.Clock.GetElapsedTime(_started).TotalSeconds, 4),
            },
            Evaluation = evaluation,
            ScenarioWeights = lagrangian.ScenarioWeights,
            IsProvedOptimal = isProved,
            PriceSteps = _search.Steps,
            MovesTried = tried,
        };
    }
}
