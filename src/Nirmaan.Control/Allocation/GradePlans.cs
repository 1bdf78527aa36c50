using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Uptime;
using Nirmaan.Optimiser;

namespace Nirmaan.Control.Allocation;

/// <summary>
/// Grades plans whose horizon is over: was it right? Each later estimate of the horizon takes the place of what the plan believed, and what was carried
/// out, staying put and the certified bound are valued by it. Values what the estimates measured; what was received is in the ledger. With it goes how the
/// plan's own estimates of work came true. Graded or not, each one's question is solved again: it must still give the plan.
/// </summary>
public sealed partial class GradePlans(IDbContextFactory<NirmaanDbContext> contexts, ControlEvents events, TimeProvider clock, ILogger<GradePlans> logger)
{
    /// <summary>Each reading costs one solve; more than these are thinned out evenly.</summary>
    private const int MostReadings = 48, MostPlans = 20, MostLookedAt = 500;

    /// <summary>Fewer GPU-hours than these tell nothing of a rate.</summary>
    private const double LeastGpuHours = 1;

    /// <summary>Grades what is due; one line of what was done.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var faults = await ReplayAsync(now, cancellationToken);
        var (graded, blind) = (0, 0);
        foreach (var (plan, moves, limits) in await DueAsync(now, cancellationToken))
        {
            var from = plan.DecidedAt ?? plan.At;
            var to = from.AddHours(limits.HorizonHours);
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var readings = await db.Estimates.AsNoTracking().Where(e => e.At > from && e.At <= to).OrderBy(e => e.At).ToListAsync(cancellationToken);
            PlanGrade? grade;
            try { grade = Grade(plan, AllocationInstance.Parse(plan.Instance), moves, Thin(readings, MostReadings), now, from, to, cancellationToken); }
            // A question that this version does not take any more: its replay says so.
            catch (Exception e) when (e is InvalidInstanceException or InfeasibleInstanceException) { grade = null; }
            if (grade is null) { blind++; continue; }
            db.Grades.Add(grade with { Checks = await ChecksAsync(db, plan, from, to, cancellationToken) });
            db.Note(now, "plan", plan.Id, nameof(GradePlans), "graded", string.Create(CultureInfo.InvariantCulture,
                $"gained {grade.GainUsdPerHour * 24:0.00} USD a day of {grade.PromisedUsdPerHour * 24:0.00} promised; {grade.RegretUsdPerHour * 24:0.00} below the bound at most; {grade.Readings} readings"));
            await db.SaveChangesAsync(cancellationToken);
            // Counted here, not where they are looked up: plans that can never be graded must not stand in the way of the others.
            if (++graded == MostPlans) { break; }
        }
        if (graded > 0) { events.Changed(Topic.Allocation); }
        return $"{graded} plans graded{(faults > 0 ? $", {faults} DID NOT REPLAY to the same plan" : "")}{(blind > 0 ? $", {blind} cannot be: no reading of their horizon knows all their pools" : "")}";
    }

    /// <summary>Solves the questions of plans again whose horizon is over, also of those that can never be graded; how many gave another plan by the same version.</summary>
    private async Task<int> ReplayAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var faults = 0;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var ended = db.Plans.AsNoTracking().Where(p => p.State != PlanState.Proposed && p.State != PlanState.Approved && !db.Replays.Any(r => r.PlanId == p.Id));
        foreach (var (plan, _) in (await OverAsync(db, ended, now, cancellationToken)).Take(MostPlans))
        {
            var replay = ReplayPlan.Run(plan, now, cancellationToken);
            db.Replays.Add(replay);
            if (replay.IsFault)
            {
                faults++;
                LogFault(plan.Id.Value, replay.Differs!, replay.ReplayedBy);
                db.Note(now, "plan", plan.Id, nameof(GradePlans), "did not replay", $"the same question gave another plan: {replay.Differs}");
            }
            await db.SaveChangesAsync(cancellationToken);
        }
        return faults;
    }

    private async Task<IReadOnlyList<(Plan Plan, List<Move> Moves, Constraints Limits)>> DueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var due = await OverAsync(db, db.Plans.AsNoTracking().Where(p => p.State != PlanState.Proposed && p.State != PlanState.Approved && !db.Grades.Any(g => g.PlanId == p.Id)), now, cancellationToken);
        var ids = due.Select(p => p.Plan.Id).ToHashSet();
        var moves = (await db.Moves.AsNoTracking().Where(m => ids.Contains(m.PlanId)).OrderBy(m => m.Rank).ToListAsync(cancellationToken)).ToLookup(m => m.PlanId);
        return [.. due.Select(p => (p.Plan, moves[p.Plan.Id].ToList(), p.Limits))];
    }

    /// <summary>Those of the plans whose horizon is over, newest first.</summary>
    private static async Task<List<(Plan Plan, Constraints Limits)>> OverAsync(NirmaanDbContext db, IQueryable<Plan> plans, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var newest = await plans.OrderByDescending(p => p.At).Take(MostLookedAt).ToListAsync(cancellationToken);
        var versions = newest.Select(p => p.ConstraintsVersion).ToHashSet();
        var limits = await db.Constraints.AsNoTracking().Where(c => versions.Contains(c.Version)).ToDictionaryAsync(c => c.Version, cancellationToken);
        return [.. newest.Where(p => limits.TryGetValue(p.ConstraintsVersion, out var l) && (p.DecidedAt ?? p.At).AddHours(l.HorizonHours) <= now).Select(p => (p, limits[p.ConstraintsVersion]))];
    }

    private static PlanGrade? Grade(Plan plan, AllocationInstance instance, List<Move> moves, IReadOnlyList<YieldEstimate> readings, DateTimeOffset now, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        List<Optimiser.Assignment> stay = [.. plan.Now.Select(Of)];
        var done = moves.Where(m => m.DoneCount > 0).ToList();
        var then = done.Count > 0 ? MoveList.After(stay, done, m => m.DoneCount) : [.. plan.Proposed.Select(Of)];
        var promised = PlanEvaluator.Evaluate(instance, then).ObjectiveUsdPerHour - PlanEvaluator.Evaluate(instance, stay).ObjectiveUsdPerHour;
        var (count, stayed, planned, bound) = (0, 0.0, 0.0, 0.0);
        foreach (var reading in readings)
        {
            if (True(instance, reading) is not { } truth) { continue; }
            count++;
            stayed += PlanEvaluator.Evaluate(truth, stay).ObjectiveUsdPerHour;
            planned += PlanEvaluator.Evaluate(truth, then).ObjectiveUsdPerHour;
            bound += Bound(truth, cancellationToken);
        }
        return count == 0 ? null : new PlanGrade(
            plan.Id, now, from, to, count, done.Count > 0, PlanAllocation.Usd(promised), PlanAllocation.Usd(stayed / count), PlanAllocation.Usd(planned / count), PlanAllocation.Usd(bound / count));
    }

    /// <summary>What the plan's estimates said of work, against the hours of its horizon.</summary>
    private static async Task<List<EstimateCheck>> ChecksAsync(NirmaanDbContext db, Plan plan, DateTimeOffset begins, DateTimeOffset ends, CancellationToken cancellationToken)
    {
        if (await db.Estimates.AsNoTracking().SingleOrDefaultAsync(e => e.Id == plan.EstimateId, cancellationToken) is not { } estimate) { return []; }
        var outlooks = await db.Outlooks.FromSql($"SELECT DISTINCT ON (pool) * FROM outlooks WHERE at <= {ends} ORDER BY pool, at DESC").AsNoTracking().ToListAsync(cancellationToken);
        // Of the hours only those that lie within the horizon as a whole.
        var done = await DoneWork.ReadAsync(db, outlooks, begins, cancellationToken, ends - UptimeWindow.Length + TimeSpan.FromTicks(1));
        var judged = outlooks.Where(o => !EstimateYields.IsDemandMet(o, done[o.Pool])).Select(o => o.Pool).ToHashSet();
        return
        [
            .. from pool in estimate.Pools
               where judged.Contains(pool.Pool)
               from work in pool.Work
               where work.Mean > 0 && work.StandardDeviation > 0
               let hours = done[pool.Pool].Where(h => h.Workload == work.Workload && h.Gpu == work.Gpu).ToList()
               let up = hours.Sum(h => h.UpHours)
               where up >= LeastGpuHours
               select new EstimateCheck(pool.Pool, work.Workload, work.Gpu, work.Mean, work.StandardDeviation, work.EvidenceHours, work.Measured, begins, ends, up, (double)hours.Sum(h => h.Work)),
        ];
    }

    /// <summary>The plan's question with what a later estimate knew; null = it does not know all of the plan's pools.</summary>
    internal static AllocationInstance? True(AllocationInstance instance, YieldEstimate reading)
    {
        var pools = reading.Pools.ToDictionary(p => p.Pool.Value, StringComparer.Ordinal);
        if (instance.Networks.Any(n => !pools.TryGetValue(n.Id, out var p) || p.ValueUsdPerHour is null || p.OthersWorkPerHour is null || (n.DemandWorkPerHour is not null && p.DemandWorkPerHour is not > 0))) { return null; }
        return instance with
        {
            Networks = [.. instance.Networks.Select(n => n with
            {
                ValueUsdPerHour = (double)pools[n.Id].ValueUsdPerHour!.Value, OthersWork = (double)pools[n.Id].OthersWorkPerHour!.Value, ScenarioValuesUsdPerHour = null,
                DemandWorkPerHour = n.DemandWorkPerHour is null ? null : (double)pools[n.Id].DemandWorkPerHour!.Value,
            })],
            Workloads = [.. instance.Workloads.Select(w => w with
            {
                // What a model was measured at since takes the place of what was thought; one that nobody has tried keeps the thought.
                WorkPerGpuHour = w.WorkPerGpuHour.ToDictionary(g => g.Key, g => pools[w.Network].Work.FirstOrDefault(x => x.Workload.Value == w.Id && x.Gpu == DirectiveRules.GpuOf(g.Key))?.Mean ?? g.Value),
            })],
        };
    }

    private static double Bound(AllocationInstance truth, CancellationToken cancellationToken)
    {
        var free = truth with { RiskWeight = 0, Workloads = [.. truth.Workloads.Select(w => w with { MoveCostUsd = 0, StartCostUsd = 0 })], Caps = truth.Caps with { MaxMoves = null } };
        return AllocationSolver.Solve(free, new SolveOptions { GapWanted = 1, MaxMovesTried = 0 }, cancellationToken).Plan.BoundUsdPerHour;
    }

    /// <summary>So many readings at most, evenly over all.</summary>
    internal static List<YieldEstimate> Thin(List<YieldEstimate> readings, int most) =>
        readings.Count <= most ? readings : [.. Enumerable.Range(0, most).Select(i => readings[(int)((long)i * readings.Count / most)])];

    private static Optimiser.Assignment Of(Domain.Allocation.Assignment a) => new(a.Item, a.Workload!, a.Count);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Plan {Plan} did not replay: {Difference}, with version {Version} of the optimiser as before")]
    private partial void LogFault(Guid plan, string difference, string version);
}
