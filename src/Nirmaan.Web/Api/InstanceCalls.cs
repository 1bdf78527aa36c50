using System.Security.Claims;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Nirmaan.Control;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Web.Api;

/// <summary>What POST instances takes. A field of another name is refused: a misspelt ceiling must not be no ceiling.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record LaunchBody(
    string? Workload, int? Count, decimal? MaxUsdPerGpuHour, string? Gpu, string? Provider, string? Region, Guid? OfferId, string? Reason, bool? DryRun, bool? AcceptBidsByHand,
    decimal? Vcpu, int? RamGb, int? DiskGb);

/// <summary>Accepted: the operations by which the machines are asked for.</summary>
internal sealed record LaunchedWire(IReadOnlyList<Guid> Operations);

/// <summary>An offer in a launch's plan: machines taken of it, or why none.</summary>
internal sealed record PlannedOfferWire(string OfferId, string Provider, string ProviderName, string Gpu, int GpuCount, decimal? UsdPerGpuHour, Domain.Market.PriceKind PriceKind, string? Region, int Available, int Machines, string? RejectedFor);

/// <summary>What a launch would do. USD per hour of all machines together.</summary>
/// <param name="Blocked">Why it may not be launched; null = it may.</param>
/// <param name="Warnings">The admin's limits on plans that it would go beyond, a sentence each.</param>
internal sealed record LaunchPlanWire(
    string Workload, int Wanted, int Found, int GpusPerMiner, decimal UsdPerHour, decimal? UsdUpFront, string? Blocked, IReadOnlyList<string> Warnings, IReadOnlyList<PlannedOfferWire> Chosen, IReadOnlyList<PlannedOfferWire> Rejected, IReadOnlyList<FunnelWire> Funnel);

/// <summary>A machine that we rent.</summary>
internal sealed record InstanceWire(
    string Id, string Provider, string Workload, string Gpu, int GpuCount, InstanceState State, string? Reason, DateTimeOffset StateSince, decimal? UsdPerGpuHour, decimal? UsdPerHour, string? RentedFrom, string? Region,
    string? ExternalId, DateTimeOffset CreatedAt, DateTimeOffset? BilledFrom, DateTimeOffset? RunningAt, DateTimeOffset? ClosedAt, DateTimeOffset? PaidUntil, decimal? RunwayHours, decimal CostUsd, decimal? SupplierSaysUsd,
    string? Replaces, string? Endpoint, MinerWire? Miner, string? LeavesWhy = null, CordonWire? Cordon = null)
{
    public static InstanceWire Of(InstanceRow i) => new(
        i.Id.ToString(), i.Supplier.Value, i.Workload.Value, i.Gpu.Id, i.GpuCount, i.State, i.Reason, i.StateSince, i.UsdPerGpuHour, i.UsdPerHour, i.Provider, i.Region, i.ExternalId, i.CreatedAt, i.BilledFrom, i.RunningAt, i.ClosedAt,
        i.PaidUntil, i.RunwayHours, i.CostUsd, i.SupplierSaysUsd, i.Replaces?.ToString(), i.Endpoint, i.Miner is null ? null : MinerWire.Of(i.Miner), i.LeavesWhy, i.Cordon is { } c ? new CordonWire(c.At, c.By, c.Why) : null);
}

/// <summary>A person keeps plans, rolls and idle stops away from a machine, and nothing takes its place when it is lost.</summary>
internal sealed record CordonWire(DateTimeOffset At, string By, string Why);

/// <summary>Why a machine is cordoned.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record CordonBody(string? Reason);

/// <summary>What became of a cordon, or of its end.</summary>
internal sealed record CordonedWire(CordonOutcome Outcome);

/// <summary>A bid seen on the machine's auction.</summary>
internal sealed record BidWire(string Ref, string Provider, string ProviderName, string? Gpu, decimal UsdPerGpuHour, decimal? Reliability, string? Region, bool Open, string? Unsuitable, bool Accepted);

/// <summary>One line of a thing's history.</summary>
internal sealed record EventWire(DateTimeOffset At, string Kind, string Subject, string Actor, string What, string Why, string? Before, string? After);

/// <summary>Why neither a machine nor another in its place was to be had, as the last search saw the market.</summary>
internal sealed record NotHadWire(DateTimeOffset At, int Seen, IReadOnlyList<FunnelWire> Funnel);

/// <summary>What it cost in rewards that a machine took another's place: hours in which neither earned, tokens and USD expected of them; null = not known.</summary>
internal sealed record RecoveryWire(DateTimeOffset From, DateTimeOffset To, bool IsOver, double Hours, string? Asset, decimal? LostTokens, decimal? LostUsd, string Source)
{
    public static RecoveryWire Of(RecoveryCost r) => new(r.From, r.To, r.IsOver, Math.Round(r.Gap.TotalHours, 4), r.AssetId, r.LostTokens is { } tokens ? decimal.Round(tokens, 8) : null, r.LostUsd is { } usd ? decimal.Round(usd, 8) : null, r.Source);
}

/// <summary>A loss beside the budgets of replacements: losses in a row and those of its cause, each with how many are replaced. ReplaceAt: another is asked for no earlier; null with WantsReplacement = as soon as somebody looks.</summary>
internal sealed record LossWire(LossCause Cause, int InARow, int Budget, int OfCause, int CauseBudget, bool WantsReplacement, DateTimeOffset? ReplaceAt)
{
    public static LossWire? Of(InstanceRow i) => i.Recovery is { } r ? new(r.Cause, r.InARow, r.Budget, r.OfCause, r.CauseBudget, i.WantsReplacement, i.ReplaceAt) : null;
}

/// <summary>Everything about a machine.</summary>
internal sealed record InstanceDetailWire(
    InstanceWire Instance, IReadOnlyList<MinerWire> Miners, IReadOnlyList<OperationWire> Operations, IReadOnlyList<BidWire> Bids, IReadOnlyList<EventWire> Timeline, string? ReplacedBy, NotHadWire? NotHad, RecoveryWire? Recovery, LossWire? Loss);

/// <summary>Why a machine is replaced.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ReplaceBody(string? Reason);

/// <summary>What became of a wish to replace a machine.</summary>
internal sealed record ReplacedWire(ReplaceOutcome Outcome);

/// <summary>What became of a wish to give a machine back.</summary>
internal sealed record RetiredWire(RetireOutcome Outcome);

internal static class InstanceCalls
{
    public static void Map(RouteGroupBuilder read, RouteGroupBuilder operate)
    {
        operate.MapPost("/instances", LaunchAsync).WithName("launchInstances").WithSummary("Launches miners on the cheapest eligible machines, or plans that (dryRun). Repeating it with the same Idempotency-Key launches nothing twice.")
            .Produces<LaunchPlanWire>(200).Produces<LaunchedWire>(202).ProducesProblem(400).ProducesProblem(409).ProducesProblem(422);
        read.MapGet("/instances", async (bool? all, int? limit, string? after, FleetQueries fleet, CancellationToken cancellationToken) =>
            (await fleet.ListAsync(all != true, limit, after, cancellationToken)).ToWire(InstanceWire.Of)).WithName("listInstances").WithSummary("Live machines, newest first; with all=true ended ones too.").ProducesProblem(400);
        read.MapGet("/instances/{id:guid}", async (Guid id, FleetQueries fleet, CancellationToken cancellationToken) =>
            await fleet.FindAsync(new InstanceId(id), cancellationToken) is { } found ? Results.Ok(Detail(found)) : Problems.NotFound("instance", id))
            .WithName("getInstance").WithSummary("One machine: state, miner, cost so far, runway, timeline.").Produces<InstanceDetailWire>().ProducesProblem(404);
        operate.MapDelete("/instances/{id:guid}", async (Guid id, string? reason, RetireInstance retire, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            await retire.RunAsync(new InstanceId(id), user.Actor(), Words.Reason(reason) ?? "given back by hand", cancellationToken) is var outcome and not RetireOutcome.NotFound
                ? Results.Accepted(null, new RetiredWire(outcome)) : Problems.NotFound("instance", id))
            .WithName("closeInstance").WithSummary("Drains and closes a machine. Safe to repeat.").Produces<RetiredWire>(202).ProducesProblem(404);
        operate.MapPost("/instances/{id:guid}/replace", async (Guid id, ReplaceBody body, ReplaceInstance replace, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            await replace.RunAsync(new InstanceId(id), user.Actor(), Words.Need("reason", Words.Reason(body.Reason), "why, for the history"), cancellationToken) switch
            {
                ReplaceOutcome.NotFound => Problems.NotFound("instance", id),
                ReplaceOutcome.NotRunning => Problems.Of(409, "not_running", "Only a machine that runs can be replaced without a gap; a lost one is replaced by itself."),
                var outcome => Results.Accepted(null, new ReplacedWire(outcome)),
            }).WithName("replaceInstance").WithSummary("Rents another machine and gives this one back once that one earns. Safe to repeat.").Produces<ReplacedWire>(202).ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
        operate.MapPut("/instances/{id:guid}/cordon", async (Guid id, CordonBody body, CordonInstance cordon, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            Cordoned(id, await cordon.RunAsync(new InstanceId(id), user.Actor(), Words.Need("reason", Words.Reason(body.Reason), "why, for the history"), cancellationToken)))
            .WithName("cordonInstance").WithSummary("Keeps plans, rolls and idle stops away from a machine; nothing takes its place when it is lost. Safe to repeat.").Produces<CordonedWire>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
        operate.MapDelete("/instances/{id:guid}/cordon", async (Guid id, string? reason, CordonInstance cordon, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            Cordoned(id, await cordon.EndAsync(new InstanceId(id), user.Actor(), Words.Reason(reason) ?? "ended by hand", cancellationToken)))
            .WithName("endCordon").WithSummary("Ends a machine's cordon. Safe to repeat.").Produces<CordonedWire>().ProducesProblem(404).ProducesProblem(409);
    }

    private static IResult Cordoned(Guid id, CordonOutcome outcome) => outcome switch
    {
        CordonOutcome.NotFound => Problems.NotFound("instance", id),
        CordonOutcome.Over => Problems.Of(409, "instance_over", "The machine is given back or lost."),
        _ => Results.Ok(new CordonedWire(outcome)),
    };

    private static async Task<IResult> LaunchAsync(LaunchBody body, [FromHeader(Name = "Idempotency-Key")] string? key, LaunchInstance launch, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var request = new LaunchRequest(
            Words.Workload(Words.Need("workload", body.Workload, "a workload such as heurist-llm"))!.Value, Words.Need("count", body.Count, "a number of miners"), Words.Need("maxUsdPerGpuHour", body.MaxUsdPerGpuHour, "USD per GPU and hour"),
            Words.Gpu(body.Gpu), Words.Supplier(body.Provider), body.Region, body.OfferId is { } offer ? new OfferId(offer) : null, Words.Reason(body.Reason) ?? "", body.AcceptBidsByHand == true,
            (body.Vcpu, body.RamGb, body.DiskGb) is (null, null, null) ? null : new MachineResources(body.Vcpu, body.RamGb, body.DiskGb));
        if (body.DryRun == true) { return Results.Ok(Plan(await launch.PlanAsync(request, cancellationToken))); }
        Words.Need("reason", body.Reason, "why the machines are rented, for the books");
        var outcome = await launch.RunAsync(request, Words.Need("Idempotency-Key", key, "a header with 1 to 190 characters of your choice, the same when the request is repeated"), user.Actor(), cancellationToken);
        return outcome switch
        {
            LaunchOutcome.Accepted accepted => Results.Accepted(null, new LaunchedWire([.. accepted.Operations.Select(o => o.Value)])),
            LaunchOutcome.KeyMismatch => Problems.Of(409, "idempotency_mismatch", "The key was used for another request."),
            LaunchOutcome.Refused refused => Problems.Of(422, "launch_refused", refused.Why, ("plan", Plan(refused.Plan))),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        };
    }

    private static LaunchPlanWire Plan(LaunchPlan p) => new(
        p.Request.Workload.Value, p.Request.Count, p.Found, p.GpusPerMiner, p.UsdPerHour, p.UsdUpFront, p.Blocked, p.Warnings ?? [], [.. p.Chosen.Select(Offer)], [.. p.Rejected.Select(Offer)], [.. p.Funnel.Select(FunnelWire.Of)]);

    private static PlannedOfferWire Offer(PlannedOffer o) => new(
        o.OfferId.ToString(), o.Supplier.Value, o.ProviderLabel, o.Gpu.Id, o.GpusPerMachine, o.UsdPerGpuHour, o.PriceKind, o.Region, o.Available, o.Machines, o.RejectedFor);

    private static InstanceDetailWire Detail(InstanceDetail d) => new(
        InstanceWire.Of(d.Instance), [.. d.Miners.Select(MinerWire.Of)], [.. d.Operations.Select(OperationWire.Of)],
        [.. d.Bids.Select(b => new BidWire(b.Ref, b.Provider, b.ProviderLabel, b.Gpu, b.UsdPerGpuHour, b.Reliability, b.Region, b.Open, b.Unsuitable, b.Accepted))],
        [.. d.Timeline.Select(e => new EventWire(e.At, e.Kind, e.Subject, e.Actor, e.What, e.Why, e.Before, e.After))], d.ReplacedBy?.ToString(),
        d.Instance.NotHad is { } notHad ? new NotHadWire(notHad.At, notHad.Seen, [.. notHad.Funnel.Select(FunnelWire.Of)]) : null, d.Recovery is { } recovery ? RecoveryWire.Of(recovery) : null, LossWire.Of(d.Instance));
}
