using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Optimiser;
using Assignment = Nirmaan.Domain.Allocation.Assignment;

namespace Nirmaan.Control.Allocation;

/// <summary>A move as pages and programs see it.</summary>
public sealed record MoveRow(
    MoveId Id, int Rank, MoveKind Kind, MoveState State, string? Reason, SupplierName Supplier, string Gpu, WorkloadName? From, WorkloadName? To, int Count, int DoneCount, decimal UsdPerGpuHour, decimal GainUsdPerHour, decimal CostUsd,
    decimal? BreakEvenHours, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, IReadOnlyList<Guid> Instances)
{
    /// <summary>The most that is paid for a GPU and hour when it is carried out.</summary>
    public decimal CeilingUsdPerGpuHour { get; init; }
    /// <summary>Between what its gain would have lain by the readings before its plan, USD per hour; null = there were too few of them.</summary>
    public (decimal Low, decimal High)? Band { get; init; }
    /// <summary>Its price is a median of past deals: bids decide.</summary>
    public bool IsEstimated { get; init; }
}

/// <summary>A plan as pages and programs see it.</summary>
public sealed record PlanRow(
    PlanId Id, DateTimeOffset At, string By, PlanState State, decimal ObjectiveUsdPerHour, decimal BoundUsdPerHour, decimal NowUsdPerHour, decimal RentUsdPerHour, decimal Gap, int Moves, int MovesDone, DateTimeOffset ExpiresAt,
    string? DecidedBy, DateTimeOffset? DecidedAt, string? Reason, DateTimeOffset? EndedAt)
{
    /// <summary>Moves that were approved; 0 while nobody decided.</summary>
    public int MovesApproved { get; init; }
    /// <summary>What became of it; null = its horizon is not over, or nothing could be measured.</summary>
    public PlanGrade? Grade { get; init; }
    /// <summary>Its question, solved again; null = its horizon is not over.</summary>
    public PlanReplay? Replay { get; init; }
    /// <summary>No plan that keeps the limits is worth more, whatever the gap says.</summary>
    public bool IsProvedBest { get; init; }
    /// <summary>Since when no new move begins; null = it goes on.</summary>
    public DateTimeOffset? StoppedAt { get; init; }
    /// <summary>Who stopped it.</summary>
    public string? StoppedBy { get; init; }
    /// <summary>Why.</summary>
    public string? StoppedWhy { get; init; }
    /// <summary>What the approved moves alone gain; null = not worked out here, or all were approved.</summary>
    public decimal? ApprovedGainUsdPerHour { get; init; }
}

/// <summary>A plan with its boards, prices and moves.</summary>
/// <param name="Limits">What the whole plan uses of each limit it was made under; these may differ from the constraints, since a request can override them.</param>
public sealed record PlanDetail(
    PlanRow Plan, IReadOnlyList<Assignment> Now, IReadOnlyList<Assignment> Proposed, IReadOnlyDictionary<string, decimal> Prices, IReadOnlyList<MoveRow> Moves, Constraints? Constraints, YieldEstimate? Estimate, string Instance, string Solution,
    IReadOnlyList<LimitUse> Limits, IReadOnlyList<NotUsed> NotUsed)
{
    /// <summary>Limits that the fleet broke when the plan was made: keeping them may cost more than it gains.</summary>
    public IReadOnlyList<LimitUse> BrokenBefore { get; init; } = [];
    /// <summary>Pins and vetoes that it keeps.</summary>
    public IReadOnlyList<Directive> Directives { get; init; } = [];
    /// <summary>What becomes of each pool with every move.</summary>
    public IReadOnlyList<PoolChange> Pools { get; init; } = [];
}

/// <summary>GPUs that a plan does not use, and what speaks against them.</summary>
/// <param name="Held">GPUs of ours that it gives back; 0 = an offer that it leaves.</param>
/// <param name="Why">The optimiser's sentence: what the best use would earn, and how much that falls short.</param>
public sealed record NotUsed(SupplierName Supplier, GpuModel Gpu, decimal UsdPerGpuHour, int Available, int Held, string Why);

/// <summary>What moves of a kind really cost so far: the rent of their GPUs from the order until all of a move's GPUs served.</summary>
/// <param name="Took">From order to service, the mean over GPUs.</param>
public sealed record MeasuredMoves(MoveKind Kind, int Moves, int Gpus, TimeSpan Took, decimal UsdPerGpu);

/// <summary>What a plan comes to when only some of its moves are carried out.</summary>
/// <param name="CostUsd">One-off cost of the chosen moves.</param>
/// <param name="Broken">Limits that the choice breaks, or breaks further; it cannot be approved while there is one.</param>
public sealed record PlanChoice(
    int Moves, int Gpus, decimal ObjectiveUsdPerHour, decimal RentUsdPerHour, decimal CostUsd, IReadOnlyDictionary<string, int> GpusByWorkload, IReadOnlyList<LimitUse> Limits, IReadOnlyList<LimitUse> Broken)
{
    /// <summary>Ranks of moves left out that would make it keep every limit; empty = none needed, or none helps.</summary>
    public IReadOnlyList<int> WouldFitWith { get; init; } = [];
    /// <summary>Ranks of chosen moves without which it would keep every limit that the fleet keeps now.</summary>
    public IReadOnlyList<int> WouldFitWithout { get; init; } = [];

    /// <summary>Limits that were broken before and stay so, though no further.</summary>
    public IEnumerable<LimitUse> StillBroken => Limits.Where(l => !l.Holds && !Broken.Contains(l));
}

/// <summary>Reads of allocation.</summary>
public sealed class AllocationQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    private const int MostEvents = 200;

    /// <summary>The newest estimate; null = none yet.</summary>
    public async Task<YieldEstimate?> NewestEstimateAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Estimates.AsNoTracking().OrderByDescending(e => e.At).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>Estimates since a time, oldest first: for charts.</summary>
    public async Task<IReadOnlyList<YieldEstimate>> EstimatesAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Estimates.AsNoTracking().Where(e => e.At >= since).OrderBy(e => e.At).ToListAsync(cancellationToken);
    }

    /// <summary>Plans, newest first.</summary>
    public async Task<Page<PlanRow>> ListAsync(int? limit, string? after, CancellationToken cancellationToken)
    {
        var take = Paging.Limit(limit);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var query = db.Plans.AsNoTracking();
        if (after is not null)
        {
            var cursor = new PlanId(Paging.Cursor(after));
            var at = await db.Plans.AsNoTracking().Where(p => p.Id == cursor).Select(p => (DateTimeOffset?)p.At).SingleOrDefaultAsync(cancellationToken) ?? throw Paging.NoSuchPage(after);
            query = query.Where(p => EF.Functions.LessThan(ValueTuple.Create(p.At, p.Id), ValueTuple.Create(at, cursor)));
        }
        var plans = await query.OrderByDescending(p => p.At).ThenByDescending(p => p.Id).Take(take + 1).ToListAsync(cancellationToken);
        return Paging.Cut(await RowsAsync(db, plans, cancellationToken), take, r => r.Id.ToString());
    }

    /// <summary>One plan; null = there is none.</summary>
    public async Task<PlanDetail?> FindAsync(PlanId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var plan = await db.Plans.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellationToken);
        if (plan is null) { return null; }
        var moves = await db.Moves.AsNoTracking().Where(m => m.PlanId == id).OrderBy(m => m.Rank).ToListAsync(cancellationToken);
        var constraints = await db.Constraints.AsNoTracking().SingleOrDefaultAsync(c => c.Version == plan.ConstraintsVersion, cancellationToken);
        var estimate = await db.Estimates.AsNoTracking().SingleOrDefaultAsync(e => e.Id == plan.EstimateId, cancellationToken);
        var limits = LimitUse.Of(PlanAllocation.Evaluate(plan.Instance, [.. plan.Proposed.Select(Of)]));
        var row = Row(plan, [.. moves.Select(m => m.State)]) with
        {
            Grade = await db.Grades.AsNoTracking().SingleOrDefaultAsync(g => g.PlanId == id, cancellationToken), Replay = await db.Replays.AsNoTracking().SingleOrDefaultAsync(r => r.PlanId == id, cancellationToken),
        };
        return new PlanDetail(row, plan.Now, plan.Proposed, plan.Prices, await RowsAsync(db, moves, cancellationToken), constraints, estimate, plan.Instance, plan.Solution, limits, LeftOf(plan))
        {
            BrokenBefore = [.. LimitUse.Of(PlanAllocation.Evaluate(plan.Instance, [.. plan.Now.Select(Of)])).Where(l => !l.Holds)],
            Pools = PoolChange.Between(AllocationInstance.Parse(plan.Instance), estimate, plan.Now, plan.Proposed),
            Directives = plan.Directives.Count == 0 ? [] : await db.Directives.AsNoTracking().Where(x => plan.Directives.Contains(x.Id)).OrderBy(x => x.At).ToListAsync(cancellationToken),
        };
    }

    /// <summary>Plans that wait for an admin or are being carried out, newest first.</summary>
    public async Task<IReadOnlyList<PlanRow>> OpenAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var plans = await db.Plans.AsNoTracking().Where(p => p.State == PlanState.Proposed || p.State == PlanState.Approved).OrderByDescending(p => p.At).ToListAsync(cancellationToken);
        var rows = await RowsAsync(db, plans, cancellationToken);
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].State != PlanState.Approved || rows[i].MovesApproved == rows[i].Moves) { continue; }
            var (plan, id) = (plans[i], plans[i].Id);
            var approved = (await db.Moves.AsNoTracking().Where(m => m.PlanId == id).ToListAsync(cancellationToken)).Where(m => IsApproved(m.State));
            var worth = PlanAllocation.Evaluate(plan.Instance, MoveList.After([.. plan.Now.Select(Of)], approved)).ObjectiveUsdPerHour;
            rows[i] = rows[i] with { ApprovedGainUsdPerHour = PlanAllocation.Usd(worth) - plan.NowUsdPerHour };
        }
        return rows;
    }

    /// <summary>What happened to a plan and its moves, newest first.</summary>
    public async Task<IReadOnlyList<TimelineEvent>> TimelineAsync(PlanId id, CancellationToken cancellationToken)
    {
        var subject = id.ToString();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Timeline.AsNoTracking().Where(e => e.Kind == "plan" && e.Subject == subject).OrderByDescending(e => e.Sequence).Take(MostEvents).ToListAsync(cancellationToken);
    }

    /// <summary>What a plan comes to under a choice of its moves, by the same reckoning that approves it; null = there is no such plan.</summary>
    public async Task<PlanChoice?> WeighAsync(PlanId id, IReadOnlyCollection<MoveId> moves, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var plan = await db.Plans.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellationToken);
        if (plan is null) { return null; }
        var all = await db.Moves.AsNoTracking().Where(m => m.PlanId == id).OrderBy(m => m.Rank).ToListAsync(cancellationToken);
        var chosen = all.Where(m => moves.Contains(m.Id)).ToList();
        var after = MoveList.After([.. plan.Now.Select(Of)], chosen);
        var instance = await PlanLimits.ReadAsync(db, plan, cancellationToken);
        var evaluation = PlanEvaluator.Evaluate(instance, after);
        var prices = plan.Now.Concat(plan.Proposed).GroupBy(a => a.Item).ToDictionary(g => g.Key, g => g.First().UsdPerGpuHour);
        return new PlanChoice(
            chosen.Count, chosen.Sum(m => m.Count), PlanAllocation.Usd(evaluation.ObjectiveUsdPerHour), after.Sum(a => a.Count * prices[a.Item]), chosen.Sum(m => m.CostUsd),
            after.GroupBy(a => a.Workload).ToDictionary(g => g.Key, g => g.Sum(a => a.Count)), LimitUse.Of(evaluation), LimitUse.BrokenBy(PlanEvaluator.Evaluate(instance, [.. plan.Now.Select(Of)]), evaluation))
        {
            WouldFitWith = ChoiceFit.With(instance, plan, all, chosen), WouldFitWithout = ChoiceFit.Without(instance, plan, chosen),
        };
    }

    /// <summary>What moves and starts that were carried out really cost; a kind that never was has no row.</summary>
    public async Task<IReadOnlyList<MeasuredMoves>> MeasuredAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var done = await db.Moves.AsNoTracking().Where(m => m.State == MoveState.Done && m.Kind != MoveKind.Release && m.StartedAt != null && m.EndedAt != null)
            .Select(m => new { m.Kind, m.Count, m.UsdPerGpuHour, From = m.StartedAt!.Value, To = m.EndedAt!.Value }).ToListAsync(cancellationToken);
        return
        [
            .. done.GroupBy(m => m.Kind).OrderBy(g => g.Key).Select(g => new MeasuredMoves(
                g.Key, g.Count(), g.Sum(m => m.Count), TimeSpan.FromTicks(g.Sum(m => m.Count * (m.To - m.From).Ticks) / g.Sum(m => m.Count)),
                g.Sum(m => m.Count * m.UsdPerGpuHour * (m.To - m.From).Ticks / TimeSpan.TicksPerHour) / g.Sum(m => m.Count))),
        ];
    }

    private static List<NotUsed> LeftOf(Plan plan)
    {
        var items = AllocationInstance.Parse(plan.Instance).Items.ToDictionary(i => i.Id);
        return [.. AllocationPlan.Parse(plan.Solution).Rejected.Where(r => items.ContainsKey(r.Item)).Select(r => (Item: items[r.Item], r.Why)).Select(r => new NotUsed(
            new SupplierName(r.Item.Provider), new GpuModel(DirectiveRules.GpuOf(r.Item.Gpu)), PlanAllocation.Usd(r.Item.UsdPerGpuHour), r.Item.Available, r.Item.Held?.Count ?? 0, r.Why))];
    }

    private static Optimiser.Assignment Of(Assignment assignment) => new(assignment.Item, assignment.Workload!, assignment.Count);

    private static async Task<List<PlanRow>> RowsAsync(NirmaanDbContext db, List<Plan> plans, CancellationToken cancellationToken)
    {
        var ids = plans.Select(p => p.Id).ToList();
        var moves = (await db.Moves.AsNoTracking().Where(m => ids.Contains(m.PlanId)).Select(m => new { m.PlanId, m.State }).ToListAsync(cancellationToken)).ToLookup(m => m.PlanId, m => m.State);
        var grades = await db.Grades.AsNoTracking().Where(g => ids.Contains(g.PlanId)).ToDictionaryAsync(g => g.PlanId, cancellationToken);
        return [.. plans.Select(p => Row(p, [.. moves[p.Id]]) with { Grade = grades.GetValueOrDefault(p.Id) })];
    }

    private static bool IsApproved(MoveState state) => state is not (MoveState.Proposed or MoveState.Dropped);

    private static async Task<List<MoveRow>> RowsAsync(NirmaanDbContext db, List<Move> moves, CancellationToken cancellationToken)
    {
        var keys = moves.Where(m => m.Kind == MoveKind.Start && m.OfferKey != null).Select(m => m.OfferKey!).ToList();
        var estimated = (await db.Offers.AsNoTracking().Where(o => keys.Contains(o.Key) && o.PriceKind == PriceKind.Estimated).Select(o => new { o.Supplier, o.Key }).ToListAsync(cancellationToken)).Select(o => (o.Supplier, (string?)o.Key)).ToHashSet();
        return [.. moves.Select(m => Row(m) with { Band = m is { GainLowUsdPerHour: { } low, GainHighUsdPerHour: { } high } ? (low, high) : null, CeilingUsdPerGpuHour = m.CeilingUsdPerGpuHour, IsEstimated = m.Kind == MoveKind.Start && estimated.Contains((m.Supplier, m.OfferKey)) })];
    }

    private static PlanRow Row(Plan p, IReadOnlyList<MoveState> moves) => new(
        p.Id, p.At, p.By, p.State, p.ObjectiveUsdPerHour, p.BoundUsdPerHour, p.NowUsdPerHour, p.RentUsdPerHour, p.Gap, moves.Count, moves.Count(s => s == MoveState.Done), p.ExpiresAt, p.DecidedBy, p.DecidedAt, p.Reason, p.EndedAt)
    { MovesApproved = moves.Count(IsApproved), IsProvedBest = p.IsProvedBest, StoppedAt = p.StoppedAt, StoppedBy = p.StoppedBy, StoppedWhy = p.StoppedWhy };

    private static MoveRow Row(Move m) => new(
        m.Id, m.Rank, m.Kind, m.State, m.Reason, m.Supplier, m.Gpu, m.From, m.To, m.Count, m.DoneCount, m.UsdPerGpuHour, m.GainUsdPerHour, m.CostUsd, m.BreakEvenHours, m.StartedAt, m.EndedAt, m.Instances);
}
