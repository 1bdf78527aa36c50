using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
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

internal static class TreasuryCalls
{
    public static void Map(RouteGroupBuilder read)
    {
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
