using System.Security.Claims;
using System.Text.Json.Serialization;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Web.Api;

/// <summary>Where nothing is to act by itself, and when. Without a supplier everywhere; without a beginning now; without an end until it is ended.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record StandstillBody(string? Supplier, DateTimeOffset? From, DateTimeOffset? Until, string? Reason);

/// <summary>A maintenance window, or a freeze (without supplier).</summary>
internal sealed record StandstillWire(string Id, string? Supplier, DateTimeOffset From, DateTimeOffset? Until, string Reason, string By, DateTimeOffset At)
{
    public static StandstillWire Of(Standstill s) => new(s.Id.ToString(), s.Supplier?.Value, s.From, s.Until, s.Why, s.By, s.At);
}

internal static class StandstillCalls
{
    public static void Map(RouteGroupBuilder read, RouteGroupBuilder operate)
    {
        read.MapGet("/standstills", async (Standstills standstills, CancellationToken cancellationToken) => (await standstills.ListAsync(cancellationToken)).Open.ToList(StandstillWire.Of))
            .WithName("listStandstills").WithSummary("Maintenance windows and freezes that are in force or planned.");
        operate.MapPost("/standstills", async (StandstillBody body, Standstills standstills, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        {
            var id = await standstills.AskAsync(Words.Supplier(body.Supplier), body.From?.ToUniversalTime(), body.Until?.ToUniversalTime(), Words.Reason(body.Reason) ?? "", user.Actor(), cancellationToken);
            return Results.Created($"/api/v1/standstills/{id}", new { Id = id.ToString() });
        }).WithName("addStandstill").WithSummary("Plans maintenance of a supplier, or freezes the fleet when no supplier is named.").Produces(201).ProducesProblem(400);
        operate.MapDelete("/standstills/{id:guid}", async (Guid id, string? reason, Standstills standstills, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            await standstills.EndAsync(id, Words.Reason(reason) ?? "ended by hand", user.Actor(), cancellationToken) ? Results.NoContent() : Problems.NotFound("standstill", id))
            .WithName("endStandstill").WithSummary("Ends one before its time, or calls it off.").Produces(204).ProducesProblem(404);
    }
}
