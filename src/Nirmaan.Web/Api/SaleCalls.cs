using System.Security.Claims;
using System.Text.Json.Serialization;
using Nirmaan.Control;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Web.Api;

/// <summary>Tokens that were sold, units in base units. Source: rewards (of the epoch named), fees, cover.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record SaleBody(string? Transaction, string? Asset, string? Units, decimal? PriceUsd, decimal? FeesUsd, DateTimeOffset? At, string? Venue, string? Source, int? Epoch);

/// <summary>A recorded sale. Slippage is below the market's price of that hour, 0.01 = 1 %; null = that price is unknown.</summary>
/// <param name="By">Who recorded it; null = not told to strangers, to whom it would be a name to sign in with.</param>
/// <param name="TakenBackAt">Null = it stands.</param>
internal sealed record SaleWire(
    Guid Id, string Transaction, string Asset, int Decimals, string Units, decimal PriceUsd, decimal ProceedsUsd, decimal FeesUsd, decimal NetUsd, DateTimeOffset At, string Venue, SaleSource Source, int? Epoch, decimal? MarketUsd,
    string? MarketSource, decimal? Slippage, string? By, DateTimeOffset RecordedAt, DateTimeOffset? TakenBackAt)
{
    public static SaleWire Of(Sale s) => new(
        s.Id, s.Transaction, s.AssetId, s.Amount.Asset.Decimals, s.Units.ToWire(), s.PriceUsd, s.ProceedsUsd, s.FeesUsd, s.NetUsd, s.At, s.Venue, s.Source, s.Epoch, s.MarketUsd, s.MarketSource, s.Slippage, s.By, s.RecordedAt,
        s.TakenBackAt);
}

internal static class SaleCalls
{
    public static void Map(RouteGroupBuilder open, RouteGroupBuilder approve)
    {
        open.MapGet("/sales", async (int? limit, string? after, SaleQueries sales, CancellationToken cancellationToken) => (await sales.ListAsync(limit, after, cancellationToken)).ToWire(s => SaleWire.Of(s) with { By = null }))
            .WithName("listSales").WithSummary("Tokens that were sold, newest first, wrong records included.").ProducesProblem(400);
        approve.MapPost("/sales", RecordAsync).WithName("recordSale").WithSummary("Records a sale that was made; sells nothing. The same transaction again answers the record that stands.")
            .Produces<SaleWire>(201).Produces<SaleWire>().ProducesProblem(400).ProducesProblem(409).ProducesProblem(422);
        approve.MapDelete("/sales/{id:guid}", async (Guid id, string? reason, RecordSale sales, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            await sales.TakeBackAsync(id, user.Actor(), Words.Reason(reason) ?? "", cancellationToken) ? Results.NoContent() : Problems.NotFound("sale of an open epoch", id))
            .WithName("takeSaleBack").WithSummary("Takes a wrong record back, with its booking, while its epoch is open.").Produces(204).ProducesProblem(400).ProducesProblem(404);
    }

    private static async Task<IResult> RecordAsync(SaleBody body, RecordSale sales, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var (asset, units) = (Words.Token("asset", body.Asset), Words.Units("units", body.Units));
        var request = new SaleRequest(
            Words.Need("transaction", body.Transaction, "the transaction's hash or the venue's reference"), asset, units, Words.Need("priceUsd", body.PriceUsd, "dollars per token"), body.FeesUsd ?? 0,
            Words.Need("at", body.At, "a time, RFC 3339"), Words.Need("venue", body.Venue, "where it was sold"), Words.Parse<SaleSource>("source", body.Source) ?? SaleSource.Rewards, body.Epoch);
        return await sales.RunAsync(request, user.Actor(), cancellationToken) switch
        {
            SaleOutcome.Recorded(var sale) => Results.Created("/api/v1/sales", SaleWire.Of(sale)),
            SaleOutcome.Known(var sale) when IsOf(sale, request) => Results.Ok(SaleWire.Of(sale)),
            SaleOutcome.Known => Problems.Of(409, "sale_known", $"The transaction {request.Transaction} is recorded with other figures; take that record back first."),
            SaleOutcome.MoreThanHeld(var held) => Problems.Of(422, "more_than_held", $"Only {held} can have been sold of it."),
            SaleOutcome.EpochClosed(var next) => Problems.Of(409, "epoch_closed", $"Epoch {request.Epoch} is closed; {next} is open."),
            var other => throw new InvalidOperationException($"{other} is no answer."),
        };
    }

    private static bool IsOf(Sale sale, SaleRequest request) =>
        (sale.Units, sale.PriceUsd, sale.FeesUsd, sale.Source, sale.Epoch) == (request.Units, request.PriceUsd, request.FeesUsd, request.Source, request.Epoch);
}
