using System.Security.Claims;
using System.Text.Json.Serialization;
using Nirmaan.Control;
using Nirmaan.Control.Allocation;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Web.Api;

/// <summary>Limits of this plan only; what is left out is as the limits in force say.</summary>
/// <param name="ExposureUsdPerHour">By pool; null as a value = no cap on that pool.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PlanBody(decimal? BudgetUsdPerHour, double? RiskWeight, IReadOnlyDictionary<string, decimal?>? ExposureUsdPerHour, int? MaxMoves);

/// <summary>Which moves to approve; without it all.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ApproveBody(IReadOnlyList<Guid>? Moves);

/// <summary>Why a plan is called off or stopped.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record CancelBody(string? Reason);

/// <summary>GPUs of an item on a workload; null = not in use.</summary>
internal sealed record AssignmentWire(string Item, string Provider, string Gpu, string? Workload, int Count, decimal UsdPerGpuHour);

/// <summary>One step. From null = rented anew; to null = given back. Gain in USD per hour, low and high by nine tenths of the readings before (null = too few), cost in USD once, break-even in hours (null = never).</summary>
internal sealed record MoveWire(
    string Id, int Rank, MoveKind Kind, MoveState State, string? Reason, string Provider, string Gpu, string? From, string? To, int Count, int DoneCount, decimal GainUsdPerHour, decimal? GainLowUsdPerHour, decimal? GainHighUsdPerHour, decimal CostUsd, decimal? BreakEvenHours, DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt);

/// <summary>A plan's figures. No feasible plan is worth more than the bound, nor than the plan itself where it is proved best; now = as it is without any move.</summary>
internal record PlanWire(
    string Id, DateTimeOffset At, string By, PlanState State, decimal ObjectiveUsdPerHour, decimal BoundUsdPerHour, decimal Gap, bool ProvedBest, decimal NowUsdPerHour, decimal RentUsdPerHour, int MoveCount, int MovesDone, DateTimeOffset ExpiresAt,
    string? DecidedBy, DateTimeOffset? DecidedAt, string? Reason, DateTimeOffset? EndedAt, DateTimeOffset? StoppedAt, string? StoppedBy, string? StoppedWhy, GradeWire? Grade)
{
    public static PlanWire Of(PlanRow p) => new(
        p.Id.ToString(), p.At, p.By, p.State, p.ObjectiveUsdPerHour, p.BoundUsdPerHour, p.Gap, p.IsProvedBest, p.NowUsdPerHour, p.RentUsdPerHour, p.Moves, p.MovesDone, p.ExpiresAt, p.DecidedBy, p.DecidedAt, p.Reason, p.EndedAt, p.StoppedAt, p.StoppedBy, p.StoppedWhy,
        p.Grade is { } g ? new GradeWire(g.At, g.From, g.To, g.Readings, g.WasCarriedOut, g.PromisedUsdPerHour, g.GainUsdPerHour, g.StayUsdPerHour, g.PlanUsdPerHour, g.BoundUsdPerHour, g.RegretUsdPerHour) : null);
}

/// <summary>What became of a plan over its horizon, by what was measured since. Gain = plan less stay; regret = bound less plan, at most.</summary>
internal sealed record GradeWire(
    DateTimeOffset At, DateTimeOffset From, DateTimeOffset To, int Readings, bool WasCarriedOut, decimal PromisedUsdPerHour, decimal GainUsdPerHour, decimal StayUsdPerHour, decimal PlanUsdPerHour, decimal BoundUsdPerHour, decimal RegretUsdPerHour);

/// <summary>A plan with its moves, both boards and the shadow prices of its limits.</summary>
internal sealed record PlanDetailWire(
    PlanWire Plan, IReadOnlyList<MoveWire> Moves, IReadOnlyList<AssignmentWire> Now, IReadOnlyList<AssignmentWire> Assignments, IReadOnlyDictionary<string, decimal> Prices, int? LimitsVersion, DateTimeOffset? EstimatedAt);

/// <summary>How many moves were approved.</summary>
internal sealed record ApprovedWire(int Moves);

internal static class PlanCalls
{
    public static void Map(RouteGroupBuilder read, RouteGroupBuilder approve)
    {
        read.MapGet("/plans", async (int? limit, string? after, AllocationQueries plans, CancellationToken cancellationToken) => (await plans.ListAsync(limit, after, cancellationToken)).ToWire(PlanWire.Of))
            .WithName("listPlans").WithSummary("Plans, newest first.").ProducesProblem(400);
        read.MapGet("/plans/{id:guid}", async (Guid id, AllocationQueries plans, CancellationToken cancellationToken) =>
            await plans.FindAsync(new PlanId(id), cancellationToken) is { } plan ? Results.Ok(Detail(plan)) : Problems.NotFound("plan", id)).WithName("getPlan").Produces<PlanDetailWire>().ProducesProblem(404);
        approve.MapPost("/plans", async (PlanBody? body, IPlanAllocation plan, AllocationQueries plans, ConstraintQueries limits, SetConstraints inForce, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        {
            var exposure = body?.ExposureUsdPerHour is { Count: > 0 } caps ? await ExposureAsync(caps, limits, await inForce.ReadAsync(cancellationToken), cancellationToken) : null;
            var id = await plan.RunAsync(new PlanRequest(body?.BudgetUsdPerHour, body?.RiskWeight, exposure, body?.MaxMoves), user.Actor(), cancellationToken);
            return Results.Created($"/api/v1/plans/{id}", Detail((await plans.FindAsync(id, cancellationToken))!));
        }).WithName("makePlan").WithSummary("Solves and stores a proposed plan.").Produces<PlanDetailWire>(201).ProducesProblem(400).ProducesProblem(422);
        approve.MapPost("/plans/{id:guid}/approve", ApproveAsync).WithName("approvePlan").WithSummary("Approves all moves or some; a choice that breaks a cap is refused, naming it.")
            .Produces<ApprovedWire>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        approve.MapPost("/plans/{id:guid}/cancel", async (Guid id, CancelBody? body, ApprovePlan approval, AllocationQueries plans, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            await AnswerAsync(await approval.CancelAsync(new PlanId(id), user.Actor(), Words.Reason(body?.Reason) ?? "called off by hand", cancellationToken), id, plans, cancellationToken))
            .WithName("cancelPlan").WithSummary("Calls a plan off: moves under way are finished, the rest is dropped.").Produces<PlanDetailWire>().ProducesProblem(404).ProducesProblem(409);
        approve.MapPost("/plans/{id:guid}/stop", async (Guid id, CancelBody? body, StopPlan stop, AllocationQueries plans, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            await AnswerAsync(await stop.RunAsync(new PlanId(id), user.Actor(), Words.Reason(body?.Reason) ?? "stopped by hand", cancellationToken), id, plans, cancellationToken))
            .WithName("stopPlan").WithSummary("Stops a plan under way: moves under way are finished, no new one begins.").Produces<PlanDetailWire>().ProducesProblem(404).ProducesProblem(409);
        approve.MapPost("/plans/{id:guid}/resume", async (Guid id, StopPlan stop, AllocationQueries plans, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            await AnswerAsync(await stop.ResumeAsync(new PlanId(id), user.Actor(), cancellationToken), id, plans, cancellationToken))
            .WithName("resumePlan").WithSummary("Lets a stopped plan go on.").Produces<PlanDetailWire>().ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<IResult> AnswerAsync(bool isDone, Guid id, AllocationQueries plans, CancellationToken cancellationToken) =>
        await plans.FindAsync(new PlanId(id), cancellationToken) is not { } plan ? Problems.NotFound("plan", id)
            : isDone ? Results.Ok(Detail(plan)) : Problems.Of(409, "plan_not_open", $"The plan is {plan.Plan.State}{(plan.Plan.StoppedAt is null ? "" : ", stopped")}.");

    /// <summary>The caps in force with those of the call over them, pool by pool.</summary>
    private static async Task<IReadOnlyDictionary<string, decimal>> ExposureAsync(IReadOnlyDictionary<string, decimal?> caps, ConstraintQueries limits, Constraints inForce, CancellationToken cancellationToken)
    {
        var pools = (await limits.ChoicesAsync(cancellationToken)).Pools.Select(p => p.Pool.Value).ToHashSet();
        if (caps.Keys.FirstOrDefault(pool => !pools.Contains(pool)) is { } stray) { throw new InvalidInputException("exposureUsdPerHour", stray, $"pools of {string.Join(", ", pools.Order(StringComparer.Ordinal))}"); }
        var wanted = inForce.ExposureUsdPerHour.ToDictionary(c => c.Key, c => c.Value);
        foreach (var (pool, cap) in caps)
        {
            if (cap is { } usd) { wanted[pool] = usd; }
            else { wanted.Remove(pool); }
        }
        return wanted;
    }

    private static async Task<IResult> ApproveAsync(Guid id, ApproveBody? body, ApprovePlan approval, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        // No move at all would end the plan for good; whoever wants that calls it off.
        if (body?.Moves is { Count: 0 }) { throw new InvalidInputException("moves", "an empty list", "ids of moves, or nothing for all of them"); }
        return await approval.RunAsync(new PlanId(id), body?.Moves?.Select(m => new MoveId(m)).ToList(), user.Actor(), cancellationToken) switch
        {
            ApproveOutcome.Approved approved => Results.Ok(new ApprovedWire(approved.Moves)),
            ApproveOutcome.TooLate late => Problems.Of(409, "plan_not_open", late.Why),
            ApproveOutcome.SamePerson same => Problems.Of(409, "same_person", $"{same.Who} made this plan; another admin must approve it."),
            ApproveOutcome.BreaksCap broken => Problems.Of(422, "cap_broken", $"{broken.Cap}: {broken.Why}", ("cap", broken.Cap)),
            ApproveOutcome.Forbidden barred => Problems.Of(422, "directive", barred.Why),
            ApproveOutcome.UnknownMove unknown => Problems.Of(422, "unknown_move", $"{unknown.Move} is not a move of this plan.", ("move", unknown.Move.ToString())),
            _ => Problems.NotFound("plan", id),
        };
    }

    private static PlanDetailWire Detail(PlanDetail d) => new(
        PlanWire.Of(d.Plan),
        [.. d.Moves.Select(m => new MoveWire(m.Id.ToString(), m.Rank, m.Kind, m.State, m.Reason, m.Supplier.Value, m.Gpu, m.From?.Value, m.To?.Value, m.Count, m.DoneCount, m.GainUsdPerHour, m.Band?.Low, m.Band?.High, m.CostUsd, m.BreakEvenHours, m.StartedAt, m.EndedAt))],
        [.. d.Now.Select(Board)], [.. d.Proposed.Select(Board)], d.Prices, d.Constraints?.Version, d.Estimate?.At);

    private static AssignmentWire Board(Assignment a) => new(a.Item, a.Supplier, a.Gpu, a.Workload, a.Count, a.UsdPerGpuHour);
}
