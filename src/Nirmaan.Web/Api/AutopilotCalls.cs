using System.Security.Claims;
using System.Text.Json.Serialization;
using Nirmaan.Control.Allocation;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Web.Api;

/// <summary>Rails to sign: GPUs a day, USD a day of gain, minutes of age of the data, and until when (RFC 3339).</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record RailsBody(int? MaxGpusPerDay, decimal? MinGainUsdPerDay, int? MaxDataAgeMinutes, DateTimeOffset? Until);

/// <summary>Which signature is countersigned: the time at which it was given, as it was read.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record CountersignBody(DateTimeOffset? SignedAt);

/// <summary>What an admin signed.</summary>
internal sealed record RailsWire(int MaxGpusPerDay, decimal MinGainUsdPerDay, int MaxDataAgeMinutes, string SignedBy, DateTimeOffset SignedAt, string? CountersignedBy, DateTimeOffset Until);

/// <summary>The autopilot as it stands. Rails null = nothing is signed; whyOff null = it acts; movedGpus = those of its plans within 24 hours.</summary>
internal sealed record AutopilotWire(RailsWire? Rails, string? WhyOff, bool NeedsTwo, int MovedGpus)
{
    public static AutopilotWire Of(AutopilotView view) => new(
        view.Rails is { } r ? new RailsWire(r.MaxGpusPerDay, r.MinGainUsdPerDay, r.MaxDataAgeMinutes, r.SignedBy, r.SignedAt, r.CountersignedBy, r.Until) : null, view.WhyOff, view.NeedsTwo, view.MovedGpus);
}

/// <summary>One thing that it or someone about it decided.</summary>
internal sealed record DecisionWire(DateTimeOffset At, string By, string What, string? Why)
{
    public static DecisionWire Of(TimelineEvent e) => new(e.At, e.Actor, e.What, e.Why);
}

internal static class AutopilotCalls
{
    public static void Map(RouteGroupBuilder read, RouteGroupBuilder operate, RouteGroupBuilder approve)
    {
        read.MapGet("/autopilot", async (AutopilotQueries autopilot, CancellationToken cancellationToken) => AutopilotWire.Of(await autopilot.ReadAsync(cancellationToken)))
            .WithName("getAutopilot").WithSummary("What is signed, and whether it acts.");
        read.MapGet("/autopilot/decisions", async (AutopilotQueries autopilot, CancellationToken cancellationToken) => (await autopilot.ReadAsync(cancellationToken)).Decisions.ToList(DecisionWire.Of))
            .WithName("listAutopilotDecisions").WithSummary("What it decided, what it did not do included, newest first; 1,000 at most.");
        approve.MapPost("/autopilot", async (RailsBody body, SetAutopilot set, AutopilotQueries autopilot, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        {
            await set.SignAsync(
                Words.Need("maxGpusPerDay", body.MaxGpusPerDay, "1 or more GPUs"), Words.Need("minGainUsdPerDay", body.MinGainUsdPerDay, "more than 0 USD a day"), Words.Need("maxDataAgeMinutes", body.MaxDataAgeMinutes, "1 to 1440 minutes"),
                Words.Need("until", body.Until, "a time, RFC 3339").ToUniversalTime(), user.Actor(), cancellationToken);
            return AutopilotWire.Of(await autopilot.ReadAsync(cancellationToken));
        }).WithName("signAutopilot").WithSummary("Signs it within rails until a time; in place of what was signed before.").ProducesProblem(400);
        approve.MapPost("/autopilot/countersign", async (CountersignBody body, SetAutopilot set, AutopilotQueries autopilot, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        {
            var signedAt = Words.Need("signedAt", body.SignedAt, "the time of the signature, as GET /autopilot shows it");
            return await set.ReadAsync(cancellationToken) is { } rails && rails.SignedAt == signedAt && await set.CountersignAsync(rails, user.Actor(), cancellationToken)
                ? Results.Ok(AutopilotWire.Of(await autopilot.ReadAsync(cancellationToken)))
                : Problems.Of(409, "not_countersigned", "There is nothing of that time to countersign, it has ended, or it is one's own.");
        }).WithName("countersignAutopilot").WithSummary("The second admin's signature, where two persons are asked for.").Produces<AutopilotWire>().ProducesProblem(400).ProducesProblem(409);
        operate.MapDelete("/autopilot", async (string? reason, SetAutopilot set, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            await set.SwitchOffAsync(user.Actor(), Words.Reason(reason) ?? "switched off by hand", cancellationToken) ? Results.NoContent() : Problems.Of(409, "autopilot_off", "It is off already."))
            .WithName("switchAutopilotOff").WithSummary("Switches it off at once; plans that it approved go on.").Produces(204).ProducesProblem(409);
    }
}
