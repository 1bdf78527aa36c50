using System.Security.Claims;
using System.Text.Json.Serialization;
using Nirmaan.Control;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Web.Api;

/// <summary>Points of some UTC days that became tokens, units in base units, locked ones included. VestsUntil null = all of it was free at once.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ConversionBody(
    string? Network, string? Kind, DateOnly? FirstDay, DateOnly? LastDay, string? Asset, string? Units, DateTimeOffset? At, string? Transaction, string? PaidTo, DateTimeOffset? VestsUntil);

/// <summary>A recorded conversion of points.</summary>
/// <param name="Points">The pool's, as our readings have them.</param>
/// <param name="Received">Base units that the pool received of it so far.</param>
/// <param name="Locked">Base units that are not free yet.</param>
/// <param name="By">Who recorded it; null = not told to strangers, to whom it would be a name to sign in with.</param>
/// <param name="TakenBackAt">Null = it stands.</param>
internal sealed record ConversionWire(
    Guid Id, string Network, string Kind, DateOnly FirstDay, DateOnly LastDay, decimal Points, string Asset, int Decimals, string Units, string Received, string Locked, decimal TokensPerThousand, DateTimeOffset At,
    string Transaction, string PaidTo, DateTimeOffset? VestsUntil, string? By, DateTimeOffset RecordedAt, DateTimeOffset? TakenBackAt)
{
    public static ConversionWire Of(Conversion c) => new(
        c.Id, c.Network.Value, c.Kind, c.FirstDay, c.LastDay, c.Points, c.AssetId, c.Amount.Asset.Decimals, c.Units.ToWire(), (c.Carried + c.Released).ToWire(), c.Locked.ToWire(), c.TokensPerThousand, c.At,
        c.Transaction, c.PaidTo, c.VestsUntil, c.By, c.RecordedAt, c.TakenBackAt);
}

internal static class ConversionCalls
{
    public static void Map(RouteGroupBuilder open, RouteGroupBuilder approve)
    {
        open.MapGet("/conversions", async (ConversionQueries conversions, CancellationToken cancellationToken) => (await conversions.ListAsync(cancellationToken)).ToList(c => ConversionWire.Of(c) with { By = null }))
            .WithName("listConversions").WithSummary("Points that became tokens, newest first, wrong records included.");
        approve.MapPost("/conversions", RecordAsync).WithName("recordConversion").WithSummary("Records tokens that a network paid for points; converts nothing. The same transaction again answers the record that stands.")
            .Produces<ConversionWire>(201).Produces<ConversionWire>().ProducesProblem(400).ProducesProblem(409).ProducesProblem(422);
        approve.MapDelete("/conversions/{id:guid}", async (Guid id, string? reason, ConvertPoints conversions, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            await conversions.TakeBackAsync(id, user.Actor(), Words.Reason(reason) ?? "", cancellationToken) ? Results.NoContent() : Problems.NotFound("conversion that stands", id))
            .WithName("takeConversionBack").WithSummary("Takes a wrong record back. What is locked leaves the books; what the pool received of it stays.").Produces(204).ProducesProblem(400).ProducesProblem(404);
    }

    private static async Task<IResult> RecordAsync(ConversionBody body, ConvertPoints conversions, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var (asset, units) = (Words.Token("asset", body.Asset), Words.Units("units", body.Units));
        var request = new ConversionRequest(
            new NetworkName(Words.Need("network", body.Network, "a network")), Words.Need("kind", body.Kind, "a kind of points"), Words.Need("firstDay", body.FirstDay, "a UTC day"), Words.Need("lastDay", body.LastDay, "a UTC day"),
            asset, units, Words.Need("at", body.At, "a time, RFC 3339"), Words.Need("transaction", body.Transaction, "the transaction's hash"), Words.Need("paidTo", body.PaidTo, "the address that was paid"), body.VestsUntil);
        return await conversions.RunAsync(request, user.Actor(), cancellationToken) switch
        {
            ConversionOutcome.Recorded(var conversion) => Results.Created("/api/v1/conversions", ConversionWire.Of(conversion)),
            ConversionOutcome.Known(var conversion) when (conversion.Units, conversion.FirstDay, conversion.LastDay, conversion.VestsUntil) == (request.Units, request.FirstDay, request.LastDay, request.VestsUntil) => Results.Ok(ConversionWire.Of(conversion)),
            ConversionOutcome.Known => Problems.Of(409, "conversion_known", $"The transaction {request.Transaction} is recorded with other figures; take that record back first."),
            ConversionOutcome.Overlaps(var with) => Problems.Of(409, "days_converted", ConversionText.Overlap(with)),
            ConversionOutcome.Received(var id) => Problems.Of(409, "reward_known", ConversionText.Received(id)),
            ConversionOutcome.NoPoints => Problems.Of(422, "no_points", ConversionText.NoPoints),
            var other => throw new InvalidOperationException($"{other} is no answer."),
        };
    }
}

/// <summary>Why a conversion was not recorded, in words that the page and REST share.</summary>
internal static class ConversionText
{
    public const string NoPoints = "The pool earned no such points on those days.";

    public static string Overlap(Conversion with) => FormattableString.Invariant($"Some of those days were converted by {with.Transaction}, which covers {with.FirstDay:yyyy-MM-dd} to {with.LastDay:yyyy-MM-dd}: name the same days, or none of them.");

    public static string Received(string externalId) => $"The payment is in the books already, as the reward {externalId}.";
}
