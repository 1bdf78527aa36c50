using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Domain.Allocation;

/// <summary>What a plan may not exceed. A version is never edited; a change is a new version.</summary>
/// <param name="ExposureUsdPerHour">Rent per pool.</param>
/// <param name="HorizonHours">Over how many hours a switching cost is spread.</param>
/// <param name="RiskWeight">0 = mean only, 1 = tail only.</param>
public sealed record Constraints(
    int Version, DateTimeOffset From, string By, string Why, decimal BudgetUsdPerHour, int HorizonHours, double RiskWeight,
    IReadOnlyDictionary<string, decimal> ExposureUsdPerHour, IReadOnlyDictionary<string, decimal> ProviderUsdPerHour, int? MaxMoves, decimal MoveCostUsd, decimal StartCostUsd);

/// <summary>States of a plan.</summary>
public enum PlanState
{
    /// <summary>Computed; waits for an admin.</summary>
    Proposed,
    /// <summary>Approved, whole or in part; being carried out.</summary>
    Approved,
    /// <summary>All approved moves ended.</summary>
    Done,
    /// <summary>Called off.</summary>
    Cancelled,
    /// <summary>Nobody approved it in time.</summary>
    Expired,
}

/// <summary>States of a move.</summary>
public enum MoveState
{
    /// <summary>Proposed, not approved.</summary>
    Proposed,
    /// <summary>Approved; waits for its turn under the disruption budget.</summary>
    Approved,
    /// <summary>Under way.</summary>
    Running,
    /// <summary>Done.</summary>
    Done,
    /// <summary>Could not be done, for a reason.</summary>
    Failed,
    /// <summary>Left out by the admin, or the plan was called off.</summary>
    Dropped,
}

/// <summary>What a move does.</summary>
public enum MoveKind
{
    /// <summary>Rent new GPUs for a workload.</summary>
    Start,
    /// <summary>Set held GPUs to another workload.</summary>
    Switch,
    /// <summary>Give GPUs back.</summary>
    Release,
}

/// <summary>One assignment now or proposed: GPUs of an item on a workload.</summary>
public sealed record Assignment(string Item, string Supplier, string Gpu, string? Workload, int Count, decimal UsdPerGpuHour);

/// <summary>One step of a plan: GPUs of one item from a workload (or from the market) to another (or back).</summary>
public sealed class Move
{
    private Move() { }

    /// <summary>A proposed move.</summary>
    /// <param name="gainUsdPerHour">What the plan loses per hour without it.</param>
    /// <param name="costUsd">One-off cost.</param>
    public Move(MoveId id, PlanId planId, int rank, MoveKind kind, string item, SupplierName supplier, string gpu, string? offerKey, WorkloadName? from, WorkloadName? to, int count, decimal usdPerGpuHour, decimal gainUsdPerHour, decimal costUsd) =>
        (Id, PlanId, Rank, Kind, Item, Supplier, Gpu, OfferKey, From, To, Count, UsdPerGpuHour, GainUsdPerHour, CostUsd) =
        (id, planId, rank, kind, item, supplier, gpu, offerKey, from, to, count, usdPerGpuHour, gainUsdPerHour, costUsd);

    /// <summary>Our id.</summary>
    public MoveId Id { get; private set; }
    /// <summary>The plan.</summary>
    public PlanId PlanId { get; private set; }
    /// <summary>Order by gain per disruption, from 1.</summary>
    public int Rank { get; private set; }
    /// <summary>What it does.</summary>
    public MoveKind Kind { get; private set; }
    /// <summary>The optimiser's item.</summary>
    public string Item { get; private set; } = "";
    /// <summary>Supplier.</summary>
    public SupplierName Supplier { get; private set; }
    /// <summary>GPU model.</summary>
    public string Gpu { get; private set; } = "";
    /// <summary>Offer to rent from.</summary>
    public string? OfferKey { get; private set; }
    /// <summary>Workload now; null = not rented.</summary>
    public WorkloadName? From { get; private set; }
    /// <summary>Workload then; null = given back.</summary>
    public WorkloadName? To { get; private set; }
    /// <summary>GPUs.</summary>
    public int Count { get; private set; }
    /// <summary>Rent of one GPU per hour.</summary>
    public decimal UsdPerGpuHour { get; private set; }
    /// <summary>USD per hour that it adds to the plan.</summary>
    public decimal GainUsdPerHour { get; private set; }
    /// <summary>What it would have gained at least by nine tenths of the readings before its plan, USD per hour; null = there were too few of them.</summary>
    public decimal? GainLowUsdPerHour { get; private set; }
    /// <summary>What it would have gained at most by nine tenths of the readings before its plan, USD per hour; null = there were too few of them.</summary>
    public decimal? GainHighUsdPerHour { get; private set; }
    /// <summary>One-off USD.</summary>
    public decimal CostUsd { get; private set; }
    /// <summary>Hours after which the gain has paid the cost; null = never.</summary>
    public decimal? BreakEvenHours => GainUsdPerHour > 0 ? decimal.Round(CostUsd / GainUsdPerHour, 2) : null;
    /// <summary>State.</summary>
    public MoveState State { get; private set; }
    /// <summary>Why it failed or was dropped.</summary>
    public string? Reason { get; private set; }
    /// <summary>GPUs done so far.</summary>
    public int DoneCount { get; private set; }
    /// <summary>When it began.</summary>
    public DateTimeOffset? StartedAt { get; private set; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; private set; }
    /// <summary>Instances it works on or launched.</summary>
    public List<Guid> Instances { get; private set; } = [];

    /// <summary>With the band of its gain.</summary>
    public Move Between(decimal low, decimal high)
    {
        (GainLowUsdPerHour, GainHighUsdPerHour) = (low, high);
        return this;
    }

    /// <summary>Approved.</summary>
    public void Approve() { Require(MoveState.Proposed, MoveState.Approved); State = MoveState.Approved; }
    /// <summary>Left out.</summary>
    public void Drop(string why)
    {
        if (State is not (MoveState.Proposed or MoveState.Approved)) { throw new WrongStateException($"Move {Id}", State.ToString(), nameof(MoveState.Dropped)); }
        (State, Reason) = (MoveState.Dropped, why);
    }
    /// <summary>Begins on instances.</summary>
    public void Start(DateTimeOffset at, IEnumerable<InstanceId> instances)
    {
        Require(MoveState.Approved, MoveState.Running);
        (State, StartedAt, Instances) = (MoveState.Running, at, [.. instances.Select(i => i.Value)]);
    }
    /// <summary>Others take a machine's place, because it could not be changed where it stands.</summary>
    public void Replace(InstanceId old, IEnumerable<InstanceId> next)
    {
        if (State != MoveState.Running) { throw new WrongStateException($"Move {Id}", State.ToString(), nameof(Replace)); }
        Instances = [.. Instances.Where(i => i != old.Value), .. next.Select(i => i.Value).Except(Instances)];
    }
    /// <summary>The launch key of the machine that takes another's place: asked for twice, it is rented once.</summary>
    public string KeyOfReplacement(InstanceId old) => $"move:{Id}:{old}";
    /// <summary>A new machine may cost a tenth more than the plan saw: markets move between a plan and its execution.</summary>
    public decimal CeilingUsdPerGpuHour => decimal.Round(UsdPerGpuHour * 1.1m, 6);
    /// <summary>Progress in GPUs.</summary>
    public void Advance(int done) => DoneCount = Math.Clamp(done, DoneCount, Count);
    /// <summary>All done.</summary>
    public void MarkDone(DateTimeOffset at) { Require(MoveState.Running, MoveState.Done); (State, EndedAt, DoneCount) = (MoveState.Done, at, Count); }
    /// <summary>Could not be done.</summary>
    public void MarkFailed(DateTimeOffset at, string why) { Require(MoveState.Running, MoveState.Failed); (State, EndedAt, Reason) = (MoveState.Failed, at, why); }

    private void Require(MoveState from, MoveState to)
    {
        if (State != from) { throw new WrongStateException($"Move {Id}", State.ToString(), to.ToString()); }
    }
}

/// <summary>One answer of the optimiser with what it rests on. The figures never change; only its state does.</summary>
public sealed class Plan
{
    private Plan() { }

    /// <summary>A proposed plan.</summary>
    /// <param name="instance">The optimiser's input as it was (instance.json).</param>
    /// <param name="solution">Its output as it was (plan.json).</param>
    /// <param name="optimiserVersion">The version of the optimiser that gave it.</param>
    /// <param name="isProvedBest">Every plan that could be better was looked at.</param>
    public Plan(
        PlanId id, DateTimeOffset at, string by, int constraintsVersion, Guid estimateId, string instance, string solution, decimal objectiveUsdPerHour, decimal boundUsdPerHour,
        decimal nowUsdPerHour, decimal rentUsdPerHour, IReadOnlyList<Assignment> now, IReadOnlyList<Assignment> proposed, IReadOnlyDictionary<string, decimal> prices, DateTimeOffset expiresAt, IEnumerable<DirectiveId>? directives = null,
        string? optimiserVersion = null, bool isProvedBest = false) =>
        (Id, At, By, ConstraintsVersion, EstimateId, Instance, Solution, ObjectiveUsdPerHour, BoundUsdPerHour, NowUsdPerHour, RentUsdPerHour, Now, Proposed, Prices, ExpiresAt, Directives, OptimiserVersion, IsProvedBest) =
        (id, at, by, constraintsVersion, estimateId, instance, solution, objectiveUsdPerHour, boundUsdPerHour, nowUsdPerHour, rentUsdPerHour, [.. now], [.. proposed], new Dictionary<string, decimal>(prices), expiresAt, [.. directives ?? []], optimiserVersion, isProvedBest);

    /// <summary>Our id.</summary>
    public PlanId Id { get; private set; }
    /// <summary>When it was computed.</summary>
    public DateTimeOffset At { get; private set; }
    /// <summary>Who asked for it.</summary>
    public string By { get; private set; } = "";
    /// <summary>Constraints in force.</summary>
    public int ConstraintsVersion { get; private set; }
    /// <summary>Estimates it rests on.</summary>
    public Guid EstimateId { get; private set; }
    /// <summary>instance.json.</summary>
    public string Instance { get; private set; } = "";
    /// <summary>plan.json.</summary>
    public string Solution { get; private set; } = "";
    /// <summary>The version of the optimiser that gave it; null = made before versions were kept.</summary>
    public string? OptimiserVersion { get; private set; }
    /// <summary>No plan that keeps the limits is worth more, whatever the gap says: every one that could be was looked at.</summary>
    public bool IsProvedBest { get; private set; }
    /// <summary>Expected USD per hour after rent and switching.</summary>
    public decimal ObjectiveUsdPerHour { get; private set; }
    /// <summary>No feasible plan is worth more.</summary>
    public decimal BoundUsdPerHour { get; private set; }
    /// <summary>Expected USD per hour when nothing is changed.</summary>
    public decimal NowUsdPerHour { get; private set; }
    /// <summary>Rent of the proposed plan.</summary>
    public decimal RentUsdPerHour { get; private set; }
    /// <summary>Where the GPUs are.</summary>
    public List<Assignment> Now { get; private set; } = [];
    /// <summary>Where they should be.</summary>
    public List<Assignment> Proposed { get; private set; } = [];
    /// <summary>Shadow prices by row, USD per hour per unit.</summary>
    public Dictionary<string, decimal> Prices { get; private set; } = [];
    /// <summary>Pins and vetoes that it keeps.</summary>
    public List<DirectiveId> Directives { get; private set; } = [];
    /// <summary>After this it may not be approved: its figures are too old.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }
    /// <summary>State.</summary>
    public PlanState State { get; private set; }
    /// <summary>Who approved or cancelled it.</summary>
    public string? DecidedBy { get; private set; }
    /// <summary>When.</summary>
    public DateTimeOffset? DecidedAt { get; private set; }
    /// <summary>Why.</summary>
    public string? Reason { get; private set; }
    /// <summary>When the last move ended.</summary>
    public DateTimeOffset? EndedAt { get; private set; }
    /// <summary>Since when no new move begins; null = it goes on.</summary>
    public DateTimeOffset? StoppedAt { get; private set; }
    /// <summary>Who stopped it.</summary>
    public string? StoppedBy { get; private set; }
    /// <summary>Why.</summary>
    public string? StoppedWhy { get; private set; }
    /// <summary>Moves under way are finished, no new one begins.</summary>
    public bool IsStopped => StoppedAt is not null;

    /// <summary>What is written beside everything that a move does.</summary>
    public string WhyOf(Move move) => $"plan {Id}, move {move.Rank}";

    /// <summary>(bound - objective) / max(|bound|, 1e-9).</summary>
    public decimal Gap => BoundUsdPerHour == ObjectiveUsdPerHour ? 0 : (BoundUsdPerHour - ObjectiveUsdPerHour) / Math.Max(Math.Abs(BoundUsdPerHour), 0.000000001m);

    /// <summary>Approved by an admin.</summary>
    public void Approve(string by, DateTimeOffset at)
    {
        Require(PlanState.Proposed, PlanState.Approved);
        if (at >= ExpiresAt) { throw new WrongStateException($"Plan {Id}", "expired", nameof(PlanState.Approved)); }
        (State, DecidedBy, DecidedAt) = (PlanState.Approved, by, at);
    }

    /// <summary>Called off; moves under way are finished, the rest is dropped.</summary>
    public void Cancel(string by, DateTimeOffset at, string why)
    {
        if (State is not (PlanState.Proposed or PlanState.Approved)) { throw new WrongStateException($"Plan {Id}", State.ToString(), nameof(PlanState.Cancelled)); }
        (State, DecidedBy, DecidedAt, Reason) = (PlanState.Cancelled, by, at, why);
    }

    /// <summary>Holds it where it is: moves under way are finished, no new one begins until it is resumed.</summary>
    public void Stop(string by, DateTimeOffset at, string why)
    {
        if (State != PlanState.Approved || IsStopped) { throw new WrongStateException($"Plan {Id}", IsStopped ? "stopped" : State.ToString(), nameof(Stop)); }
        (StoppedAt, StoppedBy, StoppedWhy) = (at, by, why);
    }

    /// <summary>Lets a stopped plan go on.</summary>
    public void Resume()
    {
        if (State != PlanState.Approved || !IsStopped) { throw new WrongStateException($"Plan {Id}", State.ToString(), nameof(Resume)); }
        (StoppedAt, StoppedBy, StoppedWhy) = (null, null, null);
    }

    /// <summary>Nobody approved it in time.</summary>
    public void Expire() { Require(PlanState.Proposed, PlanState.Expired); State = PlanState.Expired; }

    /// <summary>All approved moves ended.</summary>
    public void MarkDone(DateTimeOffset at) { Require(PlanState.Approved, PlanState.Done); (State, EndedAt) = (PlanState.Done, at); }

    private void Require(PlanState from, PlanState to)
    {
        if (State != from) { throw new WrongStateException($"Plan {Id}", State.ToString(), to.ToString()); }
    }
}
