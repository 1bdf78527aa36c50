using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Web.Components.Fleet;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>One plan, from its proposal to its end.</summary>
public sealed partial class PlanPage
{
    private const int MostLinks = 8, MostEvents = 8;

    private readonly HashSet<MoveId> _chosen = [];
    private Confirm? _approve;
    private ConfirmWithReason? _cancel, _stop;
    private PlanDetail? _detail;
    private PlanChoice? _choice, _part;
    private GpuMatrix _matrix = GpuMatrix.Of([], []);
    private ShiftFlow _flow = new([], []);
    private IReadOnlyDictionary<string, string> _labels = new Dictionary<string, string>();
    private IReadOnlyList<Timeline.TimelineEntry> _events = [];
    private IReadOnlyList<string> _overrides = [];
    private IReadOnlyList<MeasuredMoves> _measured = [];
    private IReadOnlyList<DisruptionWait> _waits = [];
    private string? _scenarios;
    private string? _lead;
    private Guid _ticked;
    private int _weighing;
    private MoveFilter _filter = new(null, null, null);

    [Parameter] public Guid Id { get; set; }

    [Inject] public required AllocationQueries Plans { get; init; }

    [Inject] public required ApprovePlan Approve { get; init; }

    [Inject] public required StopPlan Stop { get; init; }

    [Inject] public required DisruptionQueries Disruption { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Allocation, Topic.Fleet];

    protected override object? Asked => Id;

    private PlanId PlanId => new(Id);

    private IReadOnlyList<MoveRow> Shown => [.. _detail!.Moves.Where(_filter.Fits)];

    private bool IsLate => _detail is { } d && Now >= d.Plan.ExpiresAt;

    private bool IsOpen => _detail?.Plan.State == PlanState.Proposed;

    private decimal Expected => _part?.ObjectiveUsdPerHour ?? _detail!.Plan.ObjectiveUsdPerHour;

    private decimal RentNow => _detail!.Now.Sum(a => a.Count * a.UsdPerGpuHour);

    private IEnumerable<MoveRow> Approved => _detail!.Moves.Where(m => m.State is not (MoveState.Proposed or MoveState.Dropped));

    private int Wanted => Approved.Sum(m => m.Count);

    private int Done => Approved.Sum(m => m.DoneCount);

    private int Failed => Approved.Count(m => m.State == MoveState.Failed);

    private double Share => Wanted == 0 ? 1 : (double)Done / Wanted;

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        var detail = await Plans.FindAsync(PlanId, cancellationToken);
        if (detail is null) { _detail = null; return; }
        _measured = await Plans.MeasuredAsync(cancellationToken);
        _events = [.. (await Plans.TimelineAsync(PlanId, cancellationToken)).Select(Entry)];
        (_labels, _matrix, _flow) = (AllocationWords.Labels(detail.Estimate), GpuMatrix.Of(detail.Now, detail.Proposed), ShiftFlow.Of(GpuShift.Between(detail.Now, detail.Proposed)));
        _overrides = [.. Overrides(detail)];
        _scenarios = detail.Estimate?.Pools.Where(p => p.Modelled).Select(p => p.Label).ToList() is { Count: > 0 } modelled ? $"{string.Join(" and ", modelled)} rest on a scenario" : null;
        _lead = detail.Moves.Count == 0 ? "Every GPU stays where it is." : $"{(detail.Moves.Count == 1 ? "1 move" : $"{detail.Moves.Count} moves")}: {AllocationWords.Counts(k => detail.Moves.Where(m => m.Kind == k).Sum(m => m.Count))}. Made by {detail.Plan.By}.";
        if (_ticked != Id)
        {
            (_ticked, _choice, _filter) = (Id, null, new MoveFilter(null, null, null));
            _chosen.Clear();
            _chosen.UnionWith(detail.Moves.Where(m => m.GainUsdPerHour >= 0).Select(m => m.Id));
            // What loses is carried out only for the room that it makes for the rest.
            if (_chosen.Count < detail.Moves.Count && await Plans.WeighAsync(PlanId, [.. _chosen], cancellationToken) is { } gaining)
            {
                _chosen.UnionWith(detail.Moves.Where(m => gaining.WouldFitWith.Contains(m.Rank)).Select(m => m.Id));
            }
        }
        var approved = detail.Moves.Where(m => m.State is not (MoveState.Proposed or MoveState.Dropped)).Select(m => m.Id).ToList();
        _part = approved.Count > 0 && approved.Count < detail.Moves.Count ? await Plans.WeighAsync(PlanId, approved, cancellationToken) : null;
        _waits = detail.Plan.State == PlanState.Approved ? await Disruption.WaitsAsync(PlanId, cancellationToken) : [];
        _detail = detail;
        if (detail.Plan.State == PlanState.Proposed && _choice is null) { await WeighAsync(cancellationToken); }
    }

    private Task TickAsync(MoveId move, bool isChosen)
    {
        if (isChosen) { _chosen.Add(move); }
        else { _chosen.Remove(move); }
        return WeighAsync(Gone);
    }

    private Task TickShownAsync(bool areChosen)
    {
        if (areChosen) { _chosen.UnionWith(Shown.Select(m => m.Id)); }
        else { _chosen.ExceptWith(Shown.Select(m => m.Id)); }
        return WeighAsync(Gone);
    }

    // Of two weighings under way the newer one stands, in whatever order they end.
    private async Task WeighAsync(CancellationToken cancellationToken)
    {
        var mine = ++_weighing;
        var choice = await Plans.WeighAsync(PlanId, [.. _chosen], cancellationToken);
        if (mine == _weighing) { _choice = choice; }
    }

    private async Task ApproveAsync()
    {
        if (!await _approve!.AskAsync()) { return; }
        var moves = _chosen.Count == _detail!.Moves.Count ? null : _chosen.ToList();
        await DoAsync(async token => await Approve.RunAsync(PlanId, moves, By, token) switch
        {
            ApproveOutcome.Approved done => ($"{done.Moves} {(done.Moves == 1 ? "move" : "moves")} approved; they are carried out in turn.", Tone.Good),
            ApproveOutcome.TooLate late => (late.Why, Tone.Warn),
            ApproveOutcome.SamePerson => ("You made this plan; another admin must approve it.", Tone.Warn),
            ApproveOutcome.BreaksCap broken => ($"Not approved: {AllocationWords.Limit(broken.Cap, _labels)} would be broken: {broken.Why}.", Tone.Bad),
            ApproveOutcome.Forbidden barred => ($"Not approved: {barred.Why}.", Tone.Bad),
            ApproveOutcome.UnknownMove => ("Not approved: a chosen move is not one of this plan.", Tone.Bad),
            _ => ("There is no such plan any more.", Tone.Bad),
        });
    }

    private async Task CancelAsync()
    {
        var isOpen = IsOpen;
        if (await _cancel!.AskAsync() is not { } why) { return; }
        await DoAsync(async token => await Approve.CancelAsync(PlanId, By, why, token)
            ? (isOpen ? "Rejected. Nothing is moved." : "Called off. Moves under way are finished.", Tone.Good)
            : ("It had ended by then; nothing was changed.", Tone.Warn));
    }

    private async Task StopAsync()
    {
        if (await _stop!.AskAsync() is not { } why) { return; }
        await DoAsync(async token => await Stop.RunAsync(PlanId, By, why, token)
            ? ("Stopped. Moves under way are finished, no new one begins.", Tone.Good) : ("It had ended or was stopped by then; nothing was changed.", Tone.Warn));
    }

    private Task ResumeAsync() => DoAsync(async token => await Stop.ResumeAsync(PlanId, By, token)
        ? ("It goes on.", Tone.Good) : ("It had ended or went on by then; nothing was changed.", Tone.Warn));

    private string Sentence(PlanDetail plan) => AllocationWords.Counts(k => plan.Moves.Where(m => m.Kind == k && _chosen.Contains(m.Id)).Sum(m => m.Count));

    private string StateLine(PlanRow plan) => plan.State switch
    {
        PlanState.Proposed when IsLate => "Its figures are too old to be approved; make a new plan.",
        PlanState.Proposed => $"Made by {plan.By}; waits for an admin until {Format.DayTime(plan.ExpiresAt)} UTC.",
        PlanState.Approved => $"{Part(plan)}pproved by {plan.DecidedBy}, {Format.DayTime(plan.DecidedAt!.Value)} UTC.",
        PlanState.Done => $"{Part(plan)}pproved by {plan.DecidedBy}; ended {Format.DayTime(plan.EndedAt!.Value)} UTC.",
        PlanState.Cancelled => $"Called off by {plan.DecidedBy}: {plan.Reason}",
        _ => "Nobody approved it in time.",
    };

    // A part that was approved is worth other figures than the whole plan, which stand beside it.
    private string Part(PlanRow plan) => Approved.Count() is var chosen && chosen < plan.Moves ? $"{chosen} of {plan.Moves} moves a" : "A";

    private static string Title(MoveRow move) => $"{AllocationWords.Kind(move.Kind)} {Names.Of(new GpuModel(move.Gpu), move.Count)}";

    private static IEnumerable<string> Overrides(PlanDetail detail)
    {
        if (detail.Constraints is not { } set) { yield break; }
        foreach (var limit in detail.Limits.Where(l => l.Row == "budget" && l.Limit != set.BudgetUsdPerHour)) { yield return $"a budget of {Format.Usd(limit.Limit)}/h (the limits say {Format.Usd(set.BudgetUsdPerHour)}/h)"; }
        decimal? mostMoves = detail.Limits.FirstOrDefault(l => l.Row == "moves")?.Limit;
        if (mostMoves != set.MaxMoves) { yield return $"{Moves(mostMoves)} (the limits say {Moves(set.MaxMoves)})"; }
        var labels = AllocationWords.Labels(detail.Estimate);
        foreach (var pool in labels.Keys)
        {
            var row = $"exposure:{pool}";
            decimal? inPlan = detail.Limits.FirstOrDefault(l => l.Row == row)?.Limit, inLimits = set.ExposureUsdPerHour.TryGetValue(pool, out var cap) ? cap : null;
            if (inPlan != inLimits) { yield return $"{(inPlan is { } usd ? $"at most {Format.Usd(usd)}/h" : "no cap")} on {labels[pool]} (the limits say {(inLimits is { } other ? $"{Format.Usd(other)}/h" : "no cap")})"; }
        }
    }

    private static string Moves(decimal? most) => most is { } gpus ? $"at most {AllocationWords.Gpus((int)gpus)} moved or new" : "any number of moves";

    private static Timeline.TimelineEntry Entry(TimelineEvent e) => new(
        e.At, $"{char.ToUpperInvariant(e.What[0])}{e.What[1..]}", e.Why, EventWords.Actor(e.Actor),
        e.What.Contains("failed", StringComparison.Ordinal) ? Tone.Bad : e.What is "done" || e.What.EndsWith("done", StringComparison.Ordinal) ? Tone.Good : e.What is "cancelled" or "expired" or "stopped" ? Tone.Warn : Tone.Busy);
}
