using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Optimiser;
using DomainAssignment = Nirmaan.Domain.Allocation.Assignment;

namespace Nirmaan.Control.Allocation;

/// <summary>Limits that a request overrides; null = as the constraints in force say.</summary>
/// <param name="MaxMoves">GPUs moved and new together, not steps; GPUs that are given back do not count.</param>
public sealed record PlanRequest(decimal? BudgetUsdPerHour = null, double? RiskWeight = null, IReadOnlyDictionary<string, decimal>? ExposureUsdPerHour = null, int? MaxMoves = null);

/// <summary>Asks the optimiser where GPUs should go, and stores its answer with all it rests on and its moves, ranked by gain per GPU disturbed.</summary>
internal sealed partial class PlanAllocation(
    IDbContextFactory<NirmaanDbContext> contexts, PlanBasis basis, SetConstraints constraints, ControlEvents events, IOptions<AllocationOptions> options, TimeProvider clock, ILogger<PlanAllocation> logger) : IPlanAllocation
{
    private const double LeastPrice = 1e-6;
    private const int MostBandReadings = 20;
    private static readonly TimeSpan s_bandOver = TimeSpan.FromHours(48);

    public async Task<PlanPreview> PreviewAsync(PlanRequest request, CancellationToken cancellationToken)
    {
        var read = await basis.ReadAsync(await LimitsAsync(request, cancellationToken), cancellationToken);
        var solution = Solve(read, cancellationToken);
        return new PlanPreview(
            read.Constraints.BudgetUsdPerHour, Usd(solution.Plan.ObjectiveUsdPerHour), UsdUp(solution.Plan.BoundUsdPerHour), Usd(PlanEvaluator.Evaluate(read.Instance, read.Now).ObjectiveUsdPerHour), RentOf(read, solution.Plan.Assignments),
            solution.Plan.Assignments.GroupBy(a => a.Workload).ToDictionary(g => g.Key, g => g.Sum(a => a.Count)), Prices(solution), solution.Evaluation.Moves, solution.Plan.Seconds,
            Describe(read, read.Now), Describe(read, solution.Plan.Assignments), LimitUse.Of(solution.Evaluation), read.Estimate.At, read.LeftOut)
        {
            Pools = PoolChange.Between(read.Instance, read.Estimate, Describe(read, read.Now), Describe(read, solution.Plan.Assignments)),
            IsProvedBest = solution.IsProvedOptimal,
        };
    }

    public async Task<IReadOnlyList<LimitCost>> PriceLimitsAsync(PlanRequest request, CancellationToken cancellationToken)
    {
        var read = await basis.ReadAsync(await LimitsAsync(request, cancellationToken), cancellationToken);
        var with = Solve(read, cancellationToken).Plan;
        // A row without a price does not bind: taking it away changes nothing.
        return [.. with.Prices.Where(p => p.Value > LeastPrice && Without(read.Instance, p.Key) is not null)
            .Select(p => new LimitCost(p.Key, Math.Max(0, Usd(Solve(read with { Instance = Without(read.Instance, p.Key)! }, cancellationToken).Plan.ObjectiveUsdPerHour - with.ObjectiveUsdPerHour))))
            .OrderByDescending(c => c.UsdPerHour).ThenBy(c => c.Row, StringComparer.Ordinal)];
    }

    // Null = not a limit that an admin sets.
    private static AllocationInstance? Without(AllocationInstance instance, string row)
    {
        if (row == RowNames.Moves) { return instance with { Caps = instance.Caps with { MaxMoves = null } }; }
        if (instance.Networks.Any(n => RowNames.Exposure(n.Id) == row))
        {
            return instance with { Networks = [.. instance.Networks.Select(n => RowNames.Exposure(n.Id) == row ? n with { ExposureCapUsdPerHour = null } : n)] };
        }
        return instance.Caps.ProviderUsdPerHour is { } caps && caps.Keys.Any(c => RowNames.Provider(c) == row)
            ? instance with { Caps = instance.Caps with { ProviderUsdPerHour = caps.Where(c => RowNames.Provider(c.Key) != row).ToDictionary(c => c.Key, c => c.Value) } }
            : null;
    }

    public async Task<PlanId> RunAsync(PlanRequest request, string by, CancellationToken cancellationToken)
    {
        var limits = await LimitsAsync(request, cancellationToken);
        var read = await basis.ReadAsync(limits, cancellationToken);
        var solution = Solve(read, cancellationToken);
        var stay = PlanEvaluator.Evaluate(read.Instance, read.Now);
        var now = clock.GetUtcNow();
        var id = PlanId.New(now);
        var plan = new Plan(
            id, now, by, limits.Version, read.Estimate.Id, read.Instance.ToJson(), solution.Plan.ToJson(), Usd(solution.Plan.ObjectiveUsdPerHour), UsdUp(solution.Plan.BoundUsdPerHour), Usd(stay.ObjectiveUsdPerHour), RentOf(read, solution.Plan.Assignments),
            Describe(read, read.Now), Describe(read, solution.Plan.Assignments), Prices(solution), now + options.Value.PlanLife, read.Directives.Select(d => d.Id), AllocationSolver.Version, solution.IsProvedOptimal);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var readings = GradePlans.Thin(await db.Estimates.AsNoTracking().Where(e => e.At > now - s_bandOver && e.At <= now).OrderBy(e => e.At).ToListAsync(cancellationToken), MostBandReadings);
        var moves = MoveList.Of(id, now, read, solution.Plan.Assignments, [.. readings.Select(r => GradePlans.True(read.Instance, r)).OfType<AllocationInstance>()]);
        db.Plans.Add(plan);
        db.Moves.AddRange(moves);
        db.Note(now, "plan", id, by, "proposed", Text($"{moves.Count} moves; ${plan.ObjectiveUsdPerHour:0.00} an hour against ${plan.NowUsdPerHour:0.00} as it is, gap {plan.Gap:0.0000%}"), null, plan.State);
        await db.SaveChangesAsync(cancellationToken);
        LogPlanned(id.Value, moves.Count, plan.ObjectiveUsdPerHour, plan.BoundUsdPerHour, solution.Plan.Seconds);
        events.Changed(Topic.Allocation);
        return id;
    }

    public async Task<string> ExpireAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var old = await db.Plans.Where(p => p.State == PlanState.Proposed && p.ExpiresAt <= now).ToListAsync(cancellationToken);
        foreach (var plan in old)
        {
            plan.Expire();
            db.Note(now, "plan", plan.Id, nameof(PlanAllocation), "expired", "nobody approved it in time", PlanState.Proposed, plan.State);
        }
        // Its figures age while it stands still, as those of one that waits for approval do.
        var limit = now - options.Value.PlanLife;
        var stopped = await db.Plans.Where(p => p.State == PlanState.Approved && p.StoppedAt <= limit).ToListAsync(cancellationToken);
        foreach (var plan in stopped) { await ApprovePlan.CallOffAsync(db, plan, nameof(PlanAllocation), "stopped and not resumed in time; its figures are too old", now, cancellationToken); }
        await db.SaveChangesAsync(cancellationToken);
        if (old.Count + stopped.Count > 0) { events.Changed(Topic.Allocation); }
        return $"{old.Count} plans expired{(stopped.Count > 0 ? $", {stopped.Count} stopped ones called off" : "")}";
    }

    internal static PlanEvaluation Evaluate(string instanceJson, IReadOnlyList<Optimiser.Assignment> assignments) => PlanEvaluator.Evaluate(AllocationInstance.Parse(instanceJson), assignments);

    private async Task<Constraints> LimitsAsync(PlanRequest request, CancellationToken cancellationToken)
    {
        var present = await constraints.ReadAsync(cancellationToken);
        var wanted = present with
        {
            BudgetUsdPerHour = request.BudgetUsdPerHour ?? present.BudgetUsdPerHour, RiskWeight = request.RiskWeight ?? present.RiskWeight,
            ExposureUsdPerHour = request.ExposureUsdPerHour ?? present.ExposureUsdPerHour, MaxMoves = request.MaxMoves ?? present.MaxMoves,
        };
        SetConstraints.Check(wanted);
        return wanted;
    }

    private AllocationSolution Solve(Basis read, CancellationToken cancellationToken)
    {
        try { return AllocationSolver.Solve(read.Instance, SolveOptions.Default with { Clock = clock }, cancellationToken); }
        catch (InfeasibleInstanceException e) { throw new CannotPlanException($"No plan keeps every limit: {e.Message}"); }
    }

    internal static List<DomainAssignment> Describe(Basis read, IReadOnlyList<Optimiser.Assignment> assignments) =>
        [.. assignments.Where(a => a.Count > 0).Select(a => new DomainAssignment(a.Item, read.Origins[a.Item].Supplier.Value, read.Origins[a.Item].Gpu.Id, a.Workload, a.Count, read.Origins[a.Item].UsdPerGpuHour))];

    // Rent is money: it is added up again in decimal from the prices themselves, not taken from the solver's double.
    private static decimal RentOf(Basis read, IReadOnlyList<Optimiser.Assignment> assignments) => assignments.Sum(a => a.Count * read.Origins[a.Item].UsdPerGpuHour);

    private static Dictionary<string, decimal> Prices(AllocationSolution solution) => solution.Plan.Prices.ToDictionary(p => p.Key, p => Usd(p.Value));
    internal static decimal Usd(double value) => decimal.Round((decimal)value, 8);
    private static decimal UsdUp(double value) { var rounded = decimal.Round((decimal)value, 8); return (double)rounded < value ? rounded + 0.00000001m : rounded; }
    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(Level = LogLevel.Information, Message = "Plan {Plan}: {Moves} moves, {Objective} USD/h, bound {Bound}, {Seconds} s")]
    private partial void LogPlanned(Guid plan, int moves, decimal objective, decimal bound, double seconds);
}

/// <summary>Makes plans.</summary>
public interface IPlanAllocation
{
    /// <summary>Solves without storing.</summary>
    /// <exception cref="CannotPlanException">There is nothing to plan with, or the limits contradict each other.</exception>
    Task<PlanPreview> PreviewAsync(PlanRequest request, CancellationToken cancellationToken);

    /// <summary>What each limit that binds costs, dearest first: the plan is solved again without it. The budget has a price but no cost: without it nothing would be scarce.</summary>
    /// <exception cref="CannotPlanException">There is nothing to plan with, or the limits contradict each other.</exception>
    Task<IReadOnlyList<LimitCost>> PriceLimitsAsync(PlanRequest request, CancellationToken cancellationToken);

    /// <summary>Solves and stores a proposed plan.</summary>
    /// <exception cref="CannotPlanException">There is nothing to plan with, or the limits contradict each other.</exception>
    Task<PlanId> RunAsync(PlanRequest request, string by, CancellationToken cancellationToken);

    /// <summary>Ends proposed plans that nobody approved in time; one line of what was done.</summary>
    Task<string> ExpireAsync(CancellationToken cancellationToken);
}
