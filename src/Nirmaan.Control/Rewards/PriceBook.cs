using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Data.Configurations;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>A price as it was known at a moment.</summary>
/// <param name="Age">How old it was then.</param>
public sealed record KnownPrice(string AssetId, decimal Usd, DateTimeOffset At, string Source, TimeSpan Age);

/// <summary>Prices of several assets over a period, in memory.</summary>
public sealed class PriceSeries
{
    private readonly Dictionary<string, PriceQuote[]> _byAsset;
    private readonly TimeSpan _reach;

    internal PriceSeries(IEnumerable<PriceQuote> quotes, TimeSpan reach)
    {
        _reach = reach;
        // Of quotes of one moment the source whose name comes first stands, so that a figure is always the same.
        _byAsset = quotes.GroupBy(q => q.AssetId).ToDictionary(g => g.Key, g => g.OrderBy(q => q.At).ThenByDescending(q => q.Source, StringComparer.Ordinal).ToArray());
    }

    /// <summary>The newest price at a time; null = none that is recent enough: unknown, never 0. A dollar is a dollar.</summary>
    public KnownPrice? Find(string assetId, DateTimeOffset at)
    {
        if (assetId == Asset.Usd.Id) { return new KnownPrice(assetId, 1, at, "par", TimeSpan.Zero); }
        if (!_byAsset.TryGetValue(assetId, out var quotes)) { return null; }
        int low = 0, high = quotes.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (quotes[middle].At <= at) { low = middle + 1; } else { high = middle; }
        }
        return low > 0 && at - quotes[low - 1].At <= _reach && quotes[low - 1] is var quote ? new KnownPrice(assetId, quote.Usd, quote.At, quote.Source, at - quote.At) : null;
    }

    /// <summary>What an amount was worth, USD rounded to 8 decimals; null = no price.</summary>
    public decimal? ValueOf(TokenAmount amount, DateTimeOffset at) => Find(amount.Asset.Id, at) is { } price ? decimal.Round(amount.ToDecimal() * price.Usd, 8) : null;
}

/// <summary>Reads of prices.</summary>
public sealed class PriceBook(IDbContextFactory<NirmaanDbContext> contexts, TimeProvider clock, IOptions<RewardsOptions> options)
{
    /// <summary>The newest price of an asset; null = none that is recent enough.</summary>
    public Task<KnownPrice?> FindAsync(string assetId, CancellationToken cancellationToken) => FindAsync(assetId, clock.GetUtcNow(), cancellationToken);

    /// <summary>The price of an asset at a time; null = none that was recent enough.</summary>
    public async Task<KnownPrice?> FindAsync(string assetId, DateTimeOffset at, CancellationToken cancellationToken) =>
        (await LoadAsync([assetId], at, at, cancellationToken)).Find(assetId, at);

    /// <summary>All prices that a period needs.</summary>
    public async Task<PriceSeries> LoadAsync(IReadOnlyCollection<string> assetIds, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var since = from - options.Value.PriceReach;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var quotes = await db.Prices.AsNoTracking().Where(p => assetIds.Contains(p.AssetId) && p.At >= since && p.At <= to && !EF.Property<bool>(p, PriceQuoteConfiguration.Rejected)).ToListAsync(cancellationToken);
        return new PriceSeries(quotes, options.Value.PriceReach);
    }

    /// <summary>The prices of some moments alone: of each asset the newest that was known then, however many were recorded in between.</summary>
    public async Task<PriceSeries> LoadAtAsync(IEnumerable<string> assetIds, IEnumerable<DateTimeOffset> moments, CancellationToken cancellationToken)
    {
        var (assets, at, reach) = (assetIds.Distinct().ToArray(), moments.Select(m => m.ToUniversalTime()).Distinct().ToArray(), options.Value.PriceReach);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var quotes = await db.Prices.FromSql($"""
            SELECT p.* FROM unnest({assets}) asset CROSS JOIN unnest({at}) moment CROSS JOIN LATERAL (
                SELECT * FROM prices WHERE asset_id = asset AND at <= moment AND at >= moment - {reach} AND NOT rejected ORDER BY at DESC, source COLLATE "C" LIMIT 1) p
            """).AsNoTracking().ToListAsync(cancellationToken);
        return new PriceSeries(quotes, reach);
    }

    /// <summary>The last accepted price of every token that ever had one, however old: what is held is not worth nothing because a source fell silent.</summary>
    public async Task<IReadOnlyList<KnownPrice>> LastAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var quotes = await db.Prices.FromSql($"""
            SELECT DISTINCT ON (asset_id) * FROM prices WHERE at <= {now} AND NOT rejected ORDER BY asset_id, at DESC, source COLLATE "C"
            """).AsNoTracking().ToListAsync(cancellationToken);
        return [.. quotes.Select(q => new KnownPrice(q.AssetId, q.Usd, q.At, q.Source, now - q.At))];
    }

    /// <summary>The newest price of every token that has one.</summary>
    public async Task<IReadOnlyList<KnownPrice>> ListAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var series = await LoadAsync([.. Asset.Tokens.Select(a => a.Id)], now, now, cancellationToken);
        return [.. Asset.Tokens.Select(a => series.Find(a.Id, now)).OfType<KnownPrice>()];
    }
}
