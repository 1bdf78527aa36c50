using System.Security.Claims;
using System.Text.Json.Serialization;
using Nirmaan.Control.Market;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;

namespace Nirmaan.Web.Api;

/// <summary>Whom to block, until when and why.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ProviderBlockBody(string? Supplier, string? Provider, DateTimeOffset? Until, string? Reason);

/// <summary>A block in force.</summary>
internal sealed record ProviderBlockWire(string Id, string By, DateTimeOffset At, DateTimeOffset Until, string Reason)
{
    public static ProviderBlockWire Of(ProviderBlock b) => new(b.Id.ToString(), b.By, b.At, b.Until, b.Why);
}

/// <summary>Why machines ended, and how many.</summary>
internal sealed record EndReasonWire(string Reason, int Count);

/// <summary>What a provider's machines were worth. Hours are GPU-hours; UsefulShare is what offers are ordered by; null = not known.</summary>
internal sealed record ProviderWire(
    string Supplier, string Provider, string ProviderName, int BidsSeen, int BidsWon, int Rented, int CameUp, int Lost, double? SecondsToReady, decimal BilledGpuHours, decimal UsefulGpuHours, decimal UsefulShare,
    decimal? UsdPerUsefulGpuHour, decimal? FromUsdPerGpuHour, IReadOnlyList<EndReasonWire> Ends, ProviderBlockWire? Block)
{
    public static ProviderWire Of(ProviderRow r) => new(
        r.Score.Key.Supplier.Value, r.Score.Key.Provider, r.Label, r.Score.BidsSeen, r.Score.BidsWon, r.Score.Rented, r.Score.CameUp, r.Score.Lost, r.Score.ToReady?.TotalSeconds,
        decimal.Round(r.Score.BilledHours, 4), decimal.Round(r.Score.UsefulHours, 4), decimal.Round(r.Score.UsefulShare, 6), r.Score.UsdPerUsefulHour is { } usd ? decimal.Round(usd, 6) : null, r.FromUsdPerGpuHour,
        [.. r.Score.Ends.Select(e => new EndReasonWire(e.Why, e.Count))], r.Block is { } block ? ProviderBlockWire.Of(block) : null);
}

internal static class ProviderCalls
{
    public static void Map(RouteGroupBuilder read, RouteGroupBuilder operate)
    {
        read.MapGet("/providers", async (ProviderQueries providers, CancellationToken cancellationToken) => (await providers.ListAsync(cancellationToken)).Providers.ToList(ProviderWire.Of))
            .WithName("listProviders").WithSummary("Scorecards of the providers that we rented from, heard bids of or blocked.");
        operate.MapPost("/providers/blocks", async (ProviderBlockBody body, BlockProvider block, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        {
            var key = new ProviderKey(Words.Need("supplier", Words.Supplier(body.Supplier), "a supplier's name"), Words.Need("provider", body.Provider, "the provider as its offers name it"));
            var id = await block.RunAsync(key, Words.Need("until", body.Until, "a time, RFC 3339").ToUniversalTime(), Words.Reason(body.Reason) ?? "", user.Actor(), cancellationToken);
            return Results.Created($"/api/v1/providers/blocks/{id}", new { Id = id.ToString() });
        }).WithName("blockProvider").WithSummary("Takes no further machine of a provider until a time.").Produces(201).ProducesProblem(400);
        operate.MapDelete("/providers/blocks/{id:guid}", async (Guid id, string? reason, BlockProvider block, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            await block.LiftAsync(new ProviderBlockId(id), Words.Reason(reason) ?? "lifted by hand", user.Actor(), cancellationToken) ? Results.NoContent() : Problems.NotFound("block", id))
            .WithName("unblockProvider").WithSummary("Lifts a block before its time.").Produces(204).ProducesProblem(404);
    }
}
