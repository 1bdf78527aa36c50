using System.Globalization;
using System.Text.RegularExpressions;
using Nirmaan.Control.Allocation;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>What the optimiser and the domain say in words of their own, as people say it.</summary>
internal static partial class AllocationWords
{
    private const string Exposure = "exposure:", Provider = "provider:", BucketMin = "bucketMin:", BucketMax = "bucketMax:", GpuCap = "gpuCap:", Stake = "stake:", Locked = "locked:";

    /// <summary>A limit's name: "Budget", "Cap on Heurist Llama Points".</summary>
    /// <param name="row">The optimiser's name of it.</param>
    /// <param name="labels">Labels of the pools by name.</param>
    public static string Limit(string row, IReadOnlyDictionary<string, string> labels) => row switch
    {
        "budget" => "Budget",
        "moves" => "Cap on moved and new GPUs",
        _ when After(row, Exposure) is { } pool => $"Cap on {labels.GetValueOrDefault(pool, pool)}",
        _ when After(row, Provider) is { } supplier => $"Cap on {Names.Of(new SupplierName(supplier))}",
        _ when After(row, BucketMin) is { } bucket => $"Floor of {bucket} networks",
        _ when After(row, BucketMax) is { } bucket => $"Cap on {bucket} networks",
        _ when After(row, GpuCap) is { } pool => $"Cap on GPUs of {labels.GetValueOrDefault(pool, pool)}",
        _ when After(row, Stake) is { } pool => $"Stake owned on {labels.GetValueOrDefault(pool, pool)}",
        _ when After(row, Locked) is not null => "GPUs that are paid for stay in use",
        _ => row,
    };

    /// <summary>What a grade rests on.</summary>
    public static string Graded(PlanGrade grade) =>
        $"{(grade.WasCarriedOut ? "What was carried out" : "It was not carried out; graded as if it had been")}, from {Format.Utc(grade.From)} to {Format.Utc(grade.To)}, by {grade.Readings} {(grade.Readings == 1 ? "reading" : "readings")} of what networks paid and others did since.";

    /// <summary>Whether a limit counts GPUs; the others count dollars per hour.</summary>
    public static bool IsCount(string row) => row == "moves" || row.StartsWith(GpuCap, StringComparison.Ordinal) || row.StartsWith(Locked, StringComparison.Ordinal);

    /// <summary>An amount of a limit in its unit: $4.20/h, 6 GPUs.</summary>
    public static string Amount(string row, decimal amount) => IsCount(row) ? Gpus((int)amount) : $"{Format.Usd(amount)}/h";

    /// <summary>A shadow price as a sentence; null = the row binds nobody, or is not a limit that someone sets.</summary>
    public static string? Price(string row, decimal usdPerHour, IReadOnlyDictionary<string, string> labels)
    {
        if (usdPerHour < 0.000001m) { return null; }
        var gain = $"{Format.Usd(usdPerHour, Math.Max(3, Format.UsdDigits(usdPerHour)))} an hour";
        return row switch
        {
            "budget" => $"One more dollar of budget an hour earns {gain}.",
            "moves" => $"One more GPU that may move earns {gain}.",
            _ when After(row, Exposure) is { } pool => $"One more dollar an hour on {labels.GetValueOrDefault(pool, pool)} earns {gain}.",
            _ when After(row, Provider) is { } supplier => $"One more dollar an hour at {Names.Of(new SupplierName(supplier))} earns {gain}.",
            _ when After(row, GpuCap) is { } pool => $"One more GPU on {labels.GetValueOrDefault(pool, pool)} earns {gain}.",
            _ when After(row, BucketMax) is { } bucket => $"One more dollar an hour on {bucket} networks earns {gain}.",
            _ => null,
        };
    }

    /// <summary>Why GPUs are not used: the optimiser's sentence, its rows by the names that people know.</summary>
    public static string WhyNot(string why, IReadOnlyDictionary<string, string> labels)
    {
        var words = RowBeforeDollars().Replace(why, row => Limit(row.Value, labels) is var name ? $"{char.ToLowerInvariant(name[0])}{name[1..]}" : "");
        return words.Length == 0 ? words : $"{char.ToUpperInvariant(words[0])}{words[1..]}";
    }

    /// <summary>What a limit costs as a sentence: "The cap on Heurist Llama Points costs $41.20 a day."</summary>
    public static string Cost(LimitCost cost, IReadOnlyDictionary<string, string> labels)
    {
        var limit = Limit(cost.Row, labels);
        return $"The {char.ToLowerInvariant(limit[0])}{limit[1..]} costs {Format.Usd(cost.UsdPerHour * 24)} a day: that much more the plan would earn without it.";
    }

    /// <summary>How a pool pays, in words.</summary>
    public static string Shape(RewardShape shape) => shape switch
    {
        RewardShape.ProRata => "shared by work",
        RewardShape.DemandCapped => "paid per unit up to the demand",
        _ => "paid per unit at our bid",
    };

    /// <summary>How a pool pays, explained.</summary>
    public static string ShapeWhy(RewardShape shape) => shape switch
    {
        RewardShape.ProRata => "The pool's value is shared by everyone's work: more of ours earns more, each further unit less.",
        RewardShape.DemandCapped => "Every unit earns the same until the demand is met; beyond it nothing.",
        _ => "Every unit earns the same at our bid, until the demand that the bid wins is met; beyond it nothing.",
    };

    /// <summary>Why no plan may rest on a pool, in words.</summary>
    public static string Frozen(string why) => why switch
    {
        "no price" => "Its token has no recent price: what it pays is unknown.",
        "no totals" => "The work of all others is not known, so neither is our share.",
        "stale" => "It was not read for too long; it is left out of plans.",
        "no demand" => "No demand is known: nobody was seen to pay.",
        _ => why,
    };

    /// <summary>What an estimate was measured on: "312 GPU-hours in 48 h, 1,204 payments, 3,900 jobs".</summary>
    public static string Evidence(WorkEvidence seen) =>
        $"{Format.Brief(seen.GpuHours)} GPU-hours in {Format.Span(seen.To - seen.From)}, {(seen.Payments > 0 ? Format.Count(seen.Payments, "payment") + ", " : "")}{Format.Count(seen.Jobs, "job")}";

    /// <summary>What explains most of the difference between a day's received and expected.</summary>
    public static string Cause(PoolDay day) => day.Cause switch
    {
        DayCause.AsExpected => "as expected",
        DayCause.Downtime => $"likely cause: downtime, machines were up {Format.Percent(day.UpShare)} of the time and not {Format.Percent(day.AssumedUpShare)}",
        DayCause.LessWork => "likely cause: our share of the work was lower than modelled; the estimate follows what was measured",
        _ => "more work came to our GPUs than was modelled; the estimate follows what was measured",
    };

    /// <summary>What a move does, in words: "Switch 4 × RTX A6000".</summary>
    public static string Kind(MoveKind kind) => kind switch { MoveKind.Start => "Rent", MoveKind.Switch => "Switch", _ => "Give back" };

    /// <summary>Where GPUs come from or go to.</summary>
    public static string Place(WorkloadName? workload, bool isOrigin) => workload?.Value ?? (isOrigin ? "the market" : "given back");

    /// <summary>6 GPUs, 1 GPU.</summary>
    public static string Gpus(int count) => count == 1 ? "1 GPU" : $"{Format.Count(count)} GPUs";

    /// <summary>What becomes of GPUs: "2 GPUs switched, 4 rented, 9 given back".</summary>
    public static string Counts(Func<MoveKind, int> of) => $"{Gpus(of(MoveKind.Switch))} switched, {Format.Count(of(MoveKind.Start))} rented, {Format.Count(of(MoveKind.Release))} given back";

    /// <summary>What moving and renting GPUs really cost so far, as a sentence.</summary>
    public static string Measured(IReadOnlyList<MeasuredMoves> measured) => measured.Count == 0
        ? "Measured so far: nothing, since no move was carried out yet."
        : $"Measured so far: {string.Join("; ", measured.Select(m => $"{(m.Kind == MoveKind.Switch ? "switching" : "renting")} {Gpus(m.Gpus)} took {Format.Span(m.Took)} until they served, {Format.Usd(m.UsdPerGpu, Format.UsdDigits(m.UsdPerGpu))} of rent each"))}.";

    /// <summary>+4, −2; nothing for no change.</summary>
    public static string Signed(int count) => count == 0 ? "" : (count > 0 ? "+" : "\u2212") + Math.Abs(count).ToString(CultureInfo.InvariantCulture);

    /// <summary>What no plan can be worth more than: a proof ends what the bound leaves open.</summary>
    public static string Bound(bool isProvedBest, decimal boundUsdPerHour) =>
        isProvedBest ? "proved best: every plan that could be better was looked at" : $"bound {Format.Usd(boundUsdPerHour * 24)} a day";

    /// <summary>A gap to the bound: 0 %, 0.0123 %.</summary>
    public static string Gap(decimal gap) => gap == 0 ? "0 %" : Format.Percent((double)gap, gap < 0.001m ? 4 : 2);

    /// <summary>How far a plan's moves got: "10 of 20 moves approved, 3 done".</summary>
    public static string Progress(PlanRow plan) => plan.MovesApproved == 0 ? $"{plan.Moves} {(plan.Moves == 1 ? "move" : "moves")}"
        : plan.MovesApproved == plan.Moves ? $"{plan.MovesDone} of {plan.Moves} moves done" : $"{plan.MovesApproved} of {plan.Moves} moves approved, {plan.MovesDone} done";

    /// <summary>What was approved of a plan beside the whole: "10 of 20 approved: gain $4.10 of $9.00 per day, cost $3.00 of $6.20 once".</summary>
    public static string Part(PlanRow plan, PlanChoice part, decimal costOfAll) =>
        $"{plan.MovesApproved} of {plan.Moves} approved: gain {Format.Usd((part.ObjectiveUsdPerHour - plan.NowUsdPerHour) * 24)} of {Format.Usd((plan.ObjectiveUsdPerHour - plan.NowUsdPerHour) * 24)} per day, cost {Format.Usd(part.CostUsd)} of {Format.Usd(costOfAll)} once.";

    /// <summary>A limit that a choice breaks, with its figures and what would make it fit; moves by the numbers of the table.</summary>
    public static string Broken(LimitUse broken, PlanChoice choice, IReadOnlyDictionary<string, string> labels)
    {
        var row = broken.Row;
        var how = choice.WouldFitWith.Count > 0 ? $" Tick {Moves(choice.WouldFitWith)} as well to make it fit." : choice.WouldFitWithout.Count > 0 ? $" Leave out {Moves(choice.WouldFitWithout)} to make it fit." : "";
        return $"{Limit(row, labels)}: the limit is {(broken.IsFloor ? "at least " : "")}{Amount(row, broken.Limit)}, this choice would make it {Amount(row, broken.Usage)}, {Amount(row, broken.Beyond)} {(broken.IsFloor ? "short" : "over")}.{how}";
    }

    /// <summary>What the hour's budget of a network holds back: "Moves 3 and 4 wait: plans took 28 of 30 GPUs from Heurist within the hour; next at 14:20 UTC."</summary>
    public static string Waits(IReadOnlyList<DisruptionWait> waits)
    {
        var (first, moves) = (waits[0], Moves([.. waits.Select(w => w.Rank)]));
        return $"{char.ToUpperInvariant(moves[0])}{moves[1..]} {(waits.Count == 1 ? "waits" : "wait")}: plans took {first.Used} of {Gpus(first.Most)} from {Names.Of(first.Network)} within the hour; next at {Format.DayTime(waits.Min(w => w.NextAt))} UTC.";
    }

    /// <summary>move 3, moves 3, 4 and 7.</summary>
    public static string Moves(IReadOnlyList<int> ranks) => ranks.Count == 1 ? $"move {ranks[0]}" : $"moves {string.Join(", ", ranks.SkipLast(1))} and {ranks[^1]}";

    /// <summary>What a rent will pay: "$0.4562 estimated; bids decide, at most $0.5018 per GPU-hour". Null = its price is known.</summary>
    public static string? Price(MoveRow move) => move.IsEstimated
        ? $"{Format.Usd(move.UsdPerGpuHour, 4)} estimated; bids decide, at most {Format.Usd(move.CeilingUsdPerGpuHour, 4)} per GPU-hour" : null;

    /// <summary>Why a move that loses is ticked or not; null = it does not lose.</summary>
    public static string? Loss(MoveRow move, bool isChosen) => move.GainUsdPerHour >= 0 ? null
        : isChosen ? "It loses by itself, but makes room under a limit for others." : "Left out: it loses, and no chosen move needs the room it makes.";

    /// <summary>Where what came true lies in what an estimate held possible.</summary>
    public static string Place(EstimateCheck check) => check switch
    {
        { InHalf: true } => "as expected",
        { InNineTenths: true } => check.Place < 0.5 ? "lower half" : "upper half",
        _ => check.Place < 0.5 ? "less than thought possible" : "more than thought possible",
    };

    /// <summary>Tone of that.</summary>
    public static Tone OfPlace(EstimateCheck check) => check.InNineTenths ? Tone.Good : Tone.Warn;

    /// <summary>Whether the plan's question still gives the plan.</summary>
    public static string Replayed(PlanReplay replay) => replay switch
    {
        { IsSame: true } => "Solved again after its horizon, its question gave this very plan.",
        { IsFault: true } => $"Solved again by the same version of the optimiser, its question gave another plan, which must not be ({replay.Differs}).",
        _ => $"Solved again by a newer version of the optimiser, its question gives another plan ({replay.Differs}).",
    };

    /// <summary>Tone of a plan's state.</summary>
    public static Tone OfPlan(PlanState state) => state switch
    {
        PlanState.Proposed => Tone.Warn,
        PlanState.Approved => Tone.Busy,
        PlanState.Done => Tone.Good,
        _ => Tone.Neutral,
    };

    /// <summary>Tone of a move's state.</summary>
    public static Tone OfMove(MoveState state) => state switch
    {
        MoveState.Approved or MoveState.Running => Tone.Busy,
        MoveState.Done => Tone.Good,
        MoveState.Failed => Tone.Bad,
        _ => Tone.Neutral,
    };

    /// <summary>The last digits of a plan's id: the first ones are only its time.</summary>
    public static string Brief(PlanId id) => id.Value.ToString("N")[^8..];

    /// <summary>Labels of an estimate's pools by name.</summary>
    public static IReadOnlyDictionary<string, string> Labels(YieldEstimate? estimate) => (estimate?.Pools ?? []).ToDictionary(p => p.Pool.Value, p => p.Label);

    [GeneratedRegex(@"\b(budget|moves|[a-zA-Z]+:\S+)(?= \$)")]
    private static partial Regex RowBeforeDollars();

    private static string? After(string row, string prefix) => row.StartsWith(prefix, StringComparison.Ordinal) ? row[prefix.Length..] : null;
}
