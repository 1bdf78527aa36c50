using System.Security.Claims;
using System.Text.Json.Serialization;
using Nirmaan.Control;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Web.Api;

/// <summary>How long a supplier's money lasts. USD; null = the supplier does not say, or nothing burns.</summary>
/// <param name="FirstToDie">The instance whose paid time ends first.</param>
/// <param name="Error">Why the balance could not be read.</param>
internal sealed record RunwayWire(string Provider, decimal? BalanceUsd, decimal? ReservedUsd, decimal BurnUsdPerHour, decimal? HoursLeft, string? FirstToDie, DateTimeOffset? FirstToDieAt, DateTimeOffset? AsOf, string? Error);

/// <summary>The newest quote of a source. <c>Fresh</c> = it still counts.</summary>
/// <param name="LiquidityUsd">The dollars in the pool that it comes from; null = the source does not say.</param>
internal sealed record PriceSourceWire(string Source, decimal Usd, DateTimeOffset At, bool Fresh, decimal? LiquidityUsd);

/// <summary>Where a token's price stands. USD; null = unknown.</summary>
/// <param name="Usd">The last price that was accepted, of <c>At</c>, however old.</param>
/// <param name="Frozen">True: nothing more is bought for it, and <c>Why</c> says why.</param>
/// <param name="Volatility">Of a year, 0.6 = 60 %.</param>
internal sealed record PriceWire(
    string Asset, PriceStanding Standing, decimal? Usd, DateTimeOffset? At, string? Source, bool Frozen, string? Why, DateTimeOffset? Since, decimal? Mean24hUsd, double? Volatility, IReadOnlyList<PriceSourceWire> Sources);

/// <summary>Something that ops must see to. ClearedAt null = it is open.</summary>
internal sealed record AlertWire(Guid Id, AlertKind Kind, string Subject, string Title, string Text, DateTimeOffset RaisedAt, DateTimeOffset? ClearedAt, string? ClearedWhy);

/// <summary>What an operating key holds of one asset, base units; null amounts = it could not be read, and <c>Error</c> says why.</summary>
internal sealed record KeyWire(string Name, string? Address, string? Asset, int? Decimals, string? Held, string? Least, bool? IsLow, string? PaysFor, string? Error);

/// <summary>Credit that was bought at a supplier. Usd below 0 takes a record of the same reference back.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record TopUpBody(string? Provider, decimal? Usd, DateTimeOffset? At, string? Reference);

/// <summary>A recorded purchase of credit.</summary>
internal sealed record TopUpWire(Guid Id, string Provider, decimal Usd, DateTimeOffset At, string Reference, string By, DateTimeOffset RecordedAt)
{
    public static TopUpWire Of(TopUp t) => new(t.Id, t.Supplier.Value, t.Usd, t.At, t.Reference, t.By, t.RecordedAt);
}

internal static class TreasuryCalls
{
    public static void Map(RouteGroupBuilder read, RouteGroupBuilder operate)
    {
        read.MapGet("/alerts", async (bool? all, AlertQueries alerts, CancellationToken cancellationToken) =>
            (await alerts.ListAsync(all != true, cancellationToken)).ToList(a => new AlertWire(a.Id, a.Kind, a.Subject, a.Title, a.Text, a.RaisedAt, a.ClearedAt, a.ClearedWhy)))
            .WithName("listAlerts").WithSummary("What ops must see to now; with all=true what is over too.");
        read.MapGet("/treasury/keys", async (KeyQueries keys, CancellationToken cancellationToken) => (await keys.ReadAsync(cancellationToken)).SelectMany(k => k.Balance is { } b
            ? b.Funds.Select(f => new KeyWire(b.Name, b.Address, f.Asset, f.Held.Asset.Decimals, f.Held.Units.ToWire(), f.Least.Units.ToWire(), f.IsLow, f.PaysFor, null))
            : [new KeyWire(k.Name, null, null, null, null, null, null, null, k.Error)]).ToList(k => k))
            .WithName("listKeys").WithSummary("What operating keys have left to pay gas and fees with.");
        read.MapGet("/treasury/top-ups", async (RecordTopUp topUps, CancellationToken cancellationToken) => (await topUps.ListAsync(Paging.MaxLimit, cancellationToken)).ToList(TopUpWire.Of))
            .WithName("listTopUps").WithSummary("Credit that was bought at suppliers, as recorded, newest first.");
        operate.MapPost("/treasury/top-ups", async (TopUpBody body, RecordTopUp topUps, ClaimsPrincipal user, CancellationToken cancellationToken) => TopUpWire.Of(await topUps.RunAsync(
            Words.Supplier(Words.Need("provider", body.Provider, "a supplier"))!.Value, Words.Need("usd", body.Usd, "dollars of credit"), Words.Need("at", body.At, "a time, RFC 3339"), Words.Need("reference", body.Reference, "transaction, invoice or payment"), user.Actor(), cancellationToken)))
            .WithName("recordTopUp").WithSummary("Records credit that was bought at a supplier; pays nothing. The same reference and amount again answers the record that stands.").ProducesProblem(400);
        MapRunway(read);
        read.MapGet("/prices", async (PriceQueries prices, CancellationToken cancellationToken) => (await prices.ListAsync(cancellationToken)).ToList(p => new PriceWire(
            p.Asset.Id, p.Agreement.Standing, p.Accepted?.Usd, p.Accepted?.At, p.Accepted?.Source, p.Agreement.Freezes, p.Agreement.Why, p.Since, p.Mean24h, p.Volatility,
            [.. p.Agreement.Quotes.Select(q => new PriceSourceWire(q.Source, q.Usd, q.At, p.Agreement.IsFresh(q), q.LiquidityUsd))])))
            .WithName("getPrices").WithSummary("Per token: the accepted price and its age, every source's figure, and whether purchases for it are frozen and why.");
    }

    private static void MapRunway(RouteGroupBuilder read) => read.MapGet("/treasury/runway", async (RunwayQueries runway, CancellationToken cancellationToken) =>
        (await runway.ReadAsync(cancellationToken)).ToList(r => new RunwayWire(
            r.Supplier.Value, r.BalanceUsd, r.ReservedUsd, r.BurnUsdPerHour, r.HoursLeft, r.FirstToDie?.ToString(), r.FirstToDieAt, r.AsOf, r.Error)))
        .WithName("getRunway").WithSummary("Per supplier: balance, burn per hour, hours left, the first instance to die and when.");
}
