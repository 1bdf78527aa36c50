using System.Globalization;

namespace Nirmaan.Optimiser.Explaining;

/// <summary>Explains a plan from its instance and its prices, and by solving the instance again with one thing changed.</summary>
public static class Explainer
{
    /// <summary>Explains a plan. Prices are slopes: true for small changes. What a limit costs is therefore solved again and comes with ends that are certain.</summary>
    /// <exception cref="InvalidInstanceException">The instance breaks a rule of its format.</exception>
    /// <exception cref="ArgumentException">The plan is none of this instance: it breaks a row, or has a price that cannot be one.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static PlanExplanation Explain(AllocationInstance instance, AllocationPlan plan, ExplainOptions? options = null, CancellationToken cancellationToken = default)
    {
        instance.Validate();
        return new Explanation(instance, plan, options ?? new ExplainOptions(), cancellationToken).Run();
    }
}

/// <summary>One explanation from start to end.</summary>
internal sealed class Explanation
{
    /// <summary>Changes tried of a network's value and of others' work.</summary>
    private static readonly double[] s_changes = [0.05, 0.1, 0.2, 0.4, 0.8];

    private readonly AllocationInstance _instance;
    private readonly AllocationPlan _plan;
    private readonly ExplainOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly PlanEvaluation _evaluation;
    private readonly double _objective, _bound;
    private int _solves;
    private bool _isShort;

    public Explanation(AllocationInstance instance, AllocationPlan plan, ExplainOptions options, CancellationToken cancellationToken)
    {
        (_instance, _plan, _options, _cancellation) = (instance, plan, options, cancellationToken);
        _evaluation = PlanEvaluator.Evaluate(instance, plan.Assignments);
        if (!_evaluation.IsFeasible)
        {
            throw new ArgumentException($"The plan breaks {string.Join(", ", _evaluation.Rows.Where(r => !r.Holds).Select(r => r.Name).Concat(_evaluation.Faults))}.", nameof(plan));
        }
        _objective = _evaluation.ObjectiveUsdPerHour;
        _bound = Math.Max(_objective, DualCertificate.Bound(instance, plan.Prices, options.ScenarioWeights));
    }

    public PlanExplanation Run()
    {
        var rules = (_instance.Pins ?? []).Select(p => p.Row).Concat((_instance.Vetoes ?? []).Select(v => v.Row)).Distinct(StringComparer.Ordinal).Select(Rule).ToList();
        var rows = _evaluation.Rows.Where(r => r.Name.Split(':')[0] is not ("locked" or "pin" or "veto"))
            .OrderByDescending(r => Math.Abs(Price(r)) * Math.Max(1, Math.Abs(r.Limit))).ThenBy(r => r.Name, StringComparer.Ordinal).Select(Row).ToList();
        var uses = new PricedUses(_instance, _plan, _bound - _objective);
        var earning = _instance.Networks.Where(n => _evaluation.WorkPerHour[n.Id] > 0).OrderByDescending(n => PlanEvaluator.Reward(n, Mean(n), _evaluation.WorkPerHour[n.Id]));
        return new PlanExplanation
        {
            ObjectiveUsdPerHour = _objective,
            BoundUsdPerHour = _bound,
            Rules = rules,
            Rows = [.. rows.OrderByDescending(r => r.WholeGain?.UsdPerHour ?? 0)],
            Workloads = [.. uses.Workloads().OrderBy(w => w.BestItem is null).ThenBy(w => w.ShortUsd)],
            Rejected = [.. uses.Rejected().OrderByDescending(i => i.WorthUsd).Take(_options.MostItems)],
            Chosen = [.. uses.Chosen().OrderBy(i => i.WorthUsd - Math.Max(0, i.NextWorthUsd ?? 0)).Take(_options.MostItems)],
            Networks = [.. earning.SelectMany(Sensitivities)],
            Solves = _solves,
            IsComplete = !_isShort,
        };
    }

    private double Price(RowState row) => _plan.Prices.GetValueOrDefault(row.Name);

    private RuleExplanation Rule(string row)
    {
        var gain = GainOf(RowLimits.With(_instance, row, null));
        var cost = gain is null ? "was not solved without it" : $"costs {Usd(gain.UsdPerDay)} a day (certainly between {Usd(24 * gain.AtLeastUsdPerHour)} and {Usd(24 * gain.AtMostUsdPerHour)})";
        return new RuleExplanation(row, gain, $"{RowLimits.Words(row)} {cost}");
    }

    private RowExplanation Row(RowState row)
    {
        var (slope, unit, words) = (Math.Abs(Price(row)), RowLimits.Unit(row.Name), RowLimits.Words(row.Name));
        var room = Math.Max(0, -row.Breach);
        var step = RowLimits.Step(_instance, row.Name, row.Limit);
        // A price that not even a whole step turns into a millionth of the plan is the solver's rounding.
        var binds = slope * step > 1e-6 * Math.Abs(_bound);
        var relaxed = row.IsFloor ? Math.Max(0, row.Limit - step) : row.Limit + step;
        var stepGain = binds ? GainOf(RowLimits.With(_instance, row.Name, relaxed)) : null;
        var whole = binds ? GainOf(RowLimits.With(_instance, row.Name, null)) : null;
        var one = unit switch { "USD/h" => "dollar an hour", "GPUs" => "GPU", "moves" => "move", _ => "unit of stake" };
        var text = !binds
            ? $"{words} costs nothing: {Number(room)} {unit} of room"
            : $"{words}: one {one} {(row.IsFloor ? "less" : "more")} earns {Usd(slope)} an hour (a slope)"
                + (stepGain is null ? "" : $", {Number(step)} {unit} {(row.IsFloor ? "less" : "more")} {Usd(stepGain.UsdPerHour)} an hour")
                + (whole is null ? "" : $"; it costs {Usd(whole.UsdPerDay)} a day (certainly between {Usd(24 * whole.AtLeastUsdPerHour)} and {Usd(24 * whole.AtMostUsdPerHour)})");
        return new RowExplanation
        {
            Row = row.Name,
            Unit = unit,
            Usage = row.Usage,
            Limit = row.Limit,
            IsFloor = row.IsFloor,
            Room = room,
            SlopeUsdPerHour = slope,
            Step = binds ? step : null,
            StepGain = stepGain,
            WholeGain = whole,
            Text = text,
        };
    }

    private IEnumerable<NetworkSensitivity> Sensitivities(RewardNetwork network)
    {
        yield return Sensitivity(network, "value", f => network with { ValueUsdPerHour = network.ValueUsdPerHour * f, ScenarioValuesUsdPerHour = network.ScenarioValuesUsdPerHour?.Select(v => v * f).ToArray() });
        if (network.Reward == RewardShape.ProRata && network.OthersWork > 0)
        {
            yield return Sensitivity(network, "others' work", f => network with { OthersWork = network.OthersWork * f });
        }
    }

    private NetworkSensitivity Sensitivity(RewardNetwork network, string of, Func<double, RewardNetwork> times)
    {
        var (down, up) = (Tip(network, s => times(1 - s)), Tip(network, s => times(1 + s)));
        static string Side(Tipping? tip, string way) => tip switch
        {
            null => $"not solved for {way}",
            { ChangesAt: { } at } => $"changes between {100 * tip.HoldsAt:0} and {100 * at:0} % {way}",
            _ => $"holds at {100 * tip.HoldsAt:0} % {way}",
        };
        return new NetworkSensitivity(network.Id, of, down, up, $"{network.Id}, {of}: the plan {Side(down, "less")}, {Side(up, "more")}");
    }

    /// <summary>Where keeping the plan begins to lose, by halving the changes: what pays against a small change pays against a greater one.</summary>
    private Tipping? Tip(RewardNetwork network, Func<double, RewardNetwork> changed)
    {
        var (low, high, lost) = (-1, s_changes.Length, 0.0);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            var instance = _instance with { Networks = [.. _instance.Networks.Select(n => n.Id == network.Id ? changed(s_changes[middle]) : n)] };
            if (Solve(instance) is not { } best)
            {
                return null;
            }
            var kept = PlanEvaluator.Evaluate(instance, _plan.Assignments).ObjectiveUsdPerHour;
            var regret = best.Plan.ObjectiveUsdPerHour - kept;
            // What the search itself may have left lying is no reason to change.
            if (regret > Math.Max(1e-4 * Math.Abs(_objective), _bound - _objective))
            {
                (high, lost) = (middle, regret);
            }
            else
            {
                low = middle;
            }
        }
        return new Tipping(low < 0 ? 0 : s_changes[low], high < s_changes.Length ? s_changes[high] : null, lost);
    }

    /// <summary>The plan is one of the relaxed question too, so the gain is never negative; plans and bounds of both questions enclose it.</summary>
    private Gain? GainOf(AllocationInstance relaxed)
    {
        if (Solve(relaxed) is not { } better)
        {
            return null;
        }
        // Where every plan that could be better was looked at, the plan itself is the bound: whole miners reach no more.
        var now = _options.IsProvedOptimal ? _objective : _bound;
        var then = better.IsProvedOptimal ? better.Plan.ObjectiveUsdPerHour : better.Plan.BoundUsdPerHour;
        var most = Math.Max(0, then - _objective);
        var least = Math.Min(most, Math.Max(0, better.Plan.ObjectiveUsdPerHour - now));
        return new Gain(Math.Clamp(then - now, least, most), least, most);
    }

    private AllocationSolution? Solve(AllocationInstance instance)
    {
        if (_solves >= _options.MaxSolves)
        {
            _isShort = true;
            return null;
        }
        var solution = AllocationSolver.Solve(instance, _options.Solving with { WarmStart = _plan, WarmScenarioWeights = _options.ScenarioWeights, Progress = null }, _cancellation);
        _options.Progress?.Report((++_solves, _options.MaxSolves));
        return solution;
    }

    private static double Mean(RewardNetwork network) => network.ScenarioValuesUsdPerHour?.Average() ?? network.ValueUsdPerHour;

    private static string Usd(double usd) => usd.ToString(usd >= 100 ? "$0" : usd >= 0.1 ? "$0.00" : "$0.0000", CultureInfo.InvariantCulture);

    private static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
