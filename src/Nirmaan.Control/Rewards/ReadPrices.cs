using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>Stores what the price feeds say, each quote once by asset, source and time.</summary>
public sealed partial class ReadPrices(
    IDbContextFactory<NirmaanDbContext> contexts, IEnumerable<IPriceFeed> feeds, ControlEvents events, TimeProvider clock, ILogger<ReadPrices> logger)
{
    private static readonly TimeSpan s_clockSkew = TimeSpan.FromMinutes(5);

    /// <summary>Reads every feed, then judges what they say of each token together.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        List<string> lines = [];
        List<PriceQuote> read = [];
        foreach (var feed in feeds)
        {
            try
            {
                foreach (var quote in await feed.ReadAsync(Asset.Tokens, cancellationToken))
                {
                    if (IsUsable(quote)) { read.Add(quote with { At = quote.At.ToUniversalTime() }); }
                    else { lines.Add($"{quote.AssetId}: refused ${quote.Usd} of {quote.At:u}"); }
                }
            }
            catch (SupplierUnavailableException e)
            {
                LogUnread(e.Who, e);
                lines.Add($"{e.Who}: not readable");
            }
        }
        foreach (var quotes in read.GroupBy(q => q.AssetId)) { lines.Add(await StoreAsync(quotes.Key, [.. quotes], cancellationToken)); }
        events.Changed(Topic.Rewards);
        return lines.Count == 0 ? "No prices." : string.Join("; ", lines);
    }

    private bool IsUsable(PriceQuote quote)
    {
        if (quote.Usd > 0 && quote.At <= clock.GetUtcNow() + s_clockSkew) { return true; }
        // A price of nothing or of tomorrow is a fault of the feed: unknown is better.
        LogRefused(quote.AssetId, quote.Usd, quote.At, quote.Source);
        return false;
    }

    private async Task<string> StoreAsync(string asset, IReadOnlyList<PriceQuote> quotes, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var agreement = PriceAgreement.Of([.. await PriceQueries.NewestAsync(db, asset, now, cancellationToken), .. quotes], now);
        var rejected = agreement.Standing == PriceStanding.Disputed;
        foreach (var quote in quotes)
        {
            // What was accepted while the sources agreed stays accepted: a holding keeps that price.
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO prices (asset_id, at, source, usd, liquidity_usd, rejected) VALUES ({quote.AssetId}, {quote.At}, {quote.Source}, {quote.Usd}, {quote.LiquidityUsd}, {rejected}) ON CONFLICT DO NOTHING
                """, cancellationToken);
        }
        if (agreement.Why is { } why) { LogDisputed(asset, why); }
        return string.Join("; ", quotes.Select(q => FormattableString.Invariant($"{asset} ${q.Usd:0.########}"))) + (rejected ? $" (rejected: {agreement.Why})" : "");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Nothing more is bought for {Asset}: {Why}")]
    private partial void LogDisputed(string asset, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Refused the price of {Asset}: ${Usd} at {At} from {Source}")]
    private partial void LogRefused(string asset, decimal usd, DateTimeOffset at, string source);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Source} could not be read")]
    private partial void LogUnread(string source, SupplierUnavailableException exception);
}
