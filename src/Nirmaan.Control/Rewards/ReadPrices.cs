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

    /// <summary>Reads every feed.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        List<string> lines = [];
        foreach (var feed in feeds)
        {
            try
            {
                foreach (var quote in await feed.ReadAsync(Asset.Tokens, cancellationToken)) { lines.Add(await StoreAsync(quote, cancellationToken)); }
            }
            catch (SupplierUnavailableException e)
            {
                LogUnread(e.Who, e);
                lines.Add($"{e.Who}: not readable");
            }
        }
        events.Changed(Topic.Rewards);
        return lines.Count == 0 ? "No prices." : string.Join("; ", lines);
    }

    private async Task<string> StoreAsync(PriceQuote quote, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (quote.Usd <= 0 || quote.At > now + s_clockSkew)
        {
            // A price of nothing or of tomorrow is a fault of the feed: unknown is better.
            LogRefused(quote.AssetId, quote.Usd, quote.At, quote.Source);
            return $"{quote.AssetId}: refused ${quote.Usd} of {quote.At:u}";
        }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO prices (asset_id, at, source, usd) VALUES ({quote.AssetId}, {quote.At.ToUniversalTime()}, {quote.Source}, {quote.Usd}) ON CONFLICT DO NOTHING
            """, cancellationToken);
        return FormattableString.Invariant($"{quote.AssetId} ${quote.Usd:0.########}");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Refused the price of {Asset}: ${Usd} at {At} from {Source}")]
    private partial void LogRefused(string asset, decimal usd, DateTimeOffset at, string source);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Source} could not be read")]
    private partial void LogUnread(string source, SupplierUnavailableException exception);
}
