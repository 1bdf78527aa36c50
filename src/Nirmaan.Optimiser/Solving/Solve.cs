namespace Nirmaan.Optimiser.Solving;

/// <summary>One solve from start to end.</summary>
internal sealed class Solve
{
    /// <summary>Prices are followed down to this temperature: what smoothing adds to the bound is then out of sight.</summary>
    private const double LastTemperature = 2e-7;
    private const int CoreOptions = 20_000, RepairMoves = 20_000;

    private readonly AllocationInstance _instance;
    private readonly SolveOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly long _started;
    private readonly Model _model;
    private readonly PriceSearch _search;
    private long _tried;

    public Solve(AllocationInstance instance, SolveOptions options, CancellationToken cancellationToken)
    {
        (_instance, _options, _cancellation, _started) = (instance, options, cancellationToken, options.Clock.GetTimestamp());
        _model = new Model(instance);
        _search = new PriceSearch(_model, new SmoothedDual(_model));
    }

    public AllocationSolution Run()
    {
        LockedItems.Check(_model);
        if (!_search.Run(LastTemperature, _options.MaxPriceSteps, Warm(), AfterStage, _cancellation))
        {
            throw new Contradiction(_instance, _cancellation).Explain();
        }
        var prices = _search.Prices.ToArray();
        var lagrangian = new Lagrangian(_model, prices, _search.ScenarioWeights.ToArray());
        var best = Improve(Starts(lagrangian), lagrangian);
        var outside = PricesOutside(prices);
        var bound = DualCertificate.Bound(_instance, outside, _search.ScenarioWeights.Length > 0 ? _search.ScenarioWeights.ToArray() : null);
        var isProved = new ExactSearch(_model, best, lagrangian).Run(bound * _model.UsdScale, _cancellation);
        return Finish(best, lagrangian, outside, bound, isProved);
    }

    private void AfterStage(double temperature) => _options.Progress?.Report(new SolveProgress(SolveStage.Prices, _search.Value / _model.UsdScale, null));

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

    /// <summary>Feasible plans to improve on: the rounded one, everything left where it is, and the warm start's.</summary>
    private List<PlanState> Starts(Lagrangian lagrangian)
    {
        var rounded = new PlanState(_model);
        Rounding.Fill(_model, rounded, _search.Prices, _search.Temperature);
        var starts = new List<PlanState> { rounded };
        if (Assigned.Held(_model) is { } held)
        {
            starts.Add(held);
        }
        if (_options.WarmStart is { } warm)
        {
            starts.Add(Assigned.From(_model, warm.Assignments));
        }
        var feasible = starts.Where(s => new Repair(_model, s, lagrangian).Run(RepairMoves, _cancellation)).ToList();
        if (feasible.Count == 0)
        {
            var search = new ExactSearch(_model, rounded, lagrangian);
            var isProof = search.Run(_search.Value, _cancellation);
            if (!search.IsFeasible)
            {
                throw new Contradiction(_instance, _cancellation).Explain(_model, rounded, lagrangian, isProof);
            }
            feasible.Add(rounded);
        }
        _options.Progress?.Report(new SolveProgress(SolveStage.Rounded, _search.Value / _model.UsdScale, feasible.Max(s => s.Objective) / _model.UsdScale));
        return feasible;
    }

    private PlanState Improve(List<PlanState> starts, Lagrangian lagrangian)
    {
        var core = Core.Select(_model, lagrangian, CoreOptions);
        var promising = starts.Max(s => s.Objective);
        var worthwhile = starts.Where(s => s.Objective >= promising - (0.01 * Math.Abs(promising))).ToList();
        PlanState? best = null;
        foreach (var start in worthwhile)
        {
            var local = new LocalSearch(_model, start, lagrangian, core);
            local.Run(_options.MaxMovesTried / worthwhile.Count, _cancellation);
            _tried += local.Tried;
            best = best is null || start.Objective > best.Objective ? start : best;
            _options.Progress?.Report(new SolveProgress(SolveStage.Improved, _search.Value / _model.UsdScale, best.Objective / _model.UsdScale));
        }
        return best!;
    }

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

    private AllocationSolution Finish(PlanState best, Lagrangian lagrangian, Dictionary<string, double> prices, double bound, bool isProved)
    {
        var assignments = Assigned.To(_model, best, _instance);
        var evaluation = PlanEvaluator.Evaluate(_instance, assignments);
        if (!evaluation.IsFeasible)
        {
            throw new InvalidOperationException("The plan breaks " + string.Join(", ", evaluation.Rows.Where(r => !r.Holds).Select(r => r.Name).Concat(evaluation.Faults)));
        }
        var objective = Math.Round(evaluation.ObjectiveUsdPerHour, 8);
        var reported = Math.Max(objective, Math.Ceiling(bound * 1e8) / 1e8);
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
            MovesTried = _tried,
        };
    }
}
