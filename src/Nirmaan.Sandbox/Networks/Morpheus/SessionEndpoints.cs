using System.Globalization;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>Sessions, what they owe, and the day's budget.</summary>
internal static class SessionEndpoints
{
    private const int SessionsByDefault = 10;

    public static void Map(IEndpointRouteBuilder node)
    {
        node.MapGet("/blockchain/sessions/provider", async (HttpRequest request, SessionBook sessions, CancellationToken cancellationToken) =>
        {
            await sessions.LookAtChainAsync(cancellationToken);
            return request.Query["provider"].ToString() is { Length: > 0 } provider
                ? MorpheusJson.Ok(new { sessions = MorpheusPage.Of(request, sessions.Of(provider), SessionsByDefault).Select(SessionWire.Of) })
                : MorpheusJson.Error(400, "Key: 'QueryProvider.Provider' Error:Field validation for 'Provider' failed on the 'required' tag");
        })
                .Needs("get_sessions").WithName("morpheus.sessions");
        node.MapGet("/blockchain/sessions/budget", (SessionBook sessions, SandboxClock clock) =>
            MorpheusJson.Ok(new { budget = MorEmission.TodaysBudget(clock.GetUtcNow(), sessions.Claimed).ToString(CultureInfo.InvariantCulture) }))
            .Needs("get_budget").WithName("morpheus.budget");
        node.MapGet("/blockchain/token/supply", (SessionBook sessions, SandboxClock clock) =>
            MorpheusJson.Ok(new { supply = MorEmission.SupplyExCompute(clock.GetUtcNow(), sessions.Claimed).ToString(CultureInfo.InvariantCulture) }))
            .Needs("get_supply").WithName("morpheus.supply");
        node.MapGet("/blockchain/sessions/{id}", (string id, SessionBook sessions) =>
            MorpheusJson.Ok(new { session = SessionWire.Of(sessions.Find(id) ?? throw new MorpheusRefusal(500, "session not found")) }))
            .Needs("get_sessions").WithName("morpheus.session");
        node.MapGet("/proxy/sessions/{id}/providerClaimableBalance", (string id, SessionBook sessions, SandboxClock clock) =>
            MorpheusJson.Ok(new { balance = Claimable(sessions.Find(id), clock.GetUtcNow().ToUnixTimeSeconds()) }))
            .Needs("get_sessions").WithName("morpheus.claimable");
        node.MapPost("/proxy/sessions/{id}/providerClaim", async (string id, SessionBook sessions, CancellationToken cancellationToken) =>
            MorpheusJson.Ok(new { tx = await sessions.ClaimAsync(id, cancellationToken) })).Needs("session_provider_claim").WithName("morpheus.claim");
    }

    // The node's own sum: it does not stop at the session's end when the close came later, and knows no holds.
    private static string Claimable(Session? session, long now)
    {
        if (session is null || (session.ClosedAt == 0 && now < session.EndsAt)) { throw new MorpheusRefusal(500, "session not ended or does not exist"); }
        var end = session.ClosedAt == 0 ? session.EndsAt : session.ClosedAt;
        return ((end - session.OpenedAt) * session.Bid.PricePerSecond - session.Withdrawn).ToString(CultureInfo.InvariantCulture);
    }
}
