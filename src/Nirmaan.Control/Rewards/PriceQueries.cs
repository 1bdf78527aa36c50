using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Data.Configurations;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>Where a token's price stands.</summary>
/// <param name="Accepted">The last quote that was believed, however old; null = none ever was.</param>
/// <param name="Mean24h">By time over the last 24 hours; null = too little of it is covered.</param>
/// <param name="Volatility">Of a year, from 90 days; null = too few days.</param>
/// <param name="Since">From when its quotes have been rejected; null = they are not.</param>
public sealed record TokenPriceState(Asset Asset, PriceAgreement Agreement, KnownPrice? Accepted, decimal? Mean24h, double? Volatility, DateTimeOffset? Since);

/// <summary>Reads of where prices stand, and whether they hold purchases back.</summary>
public sealed class PriceQueries(IDbContextFactory<NirmaanDbContext> contexts, TimeProvider clock)
{
    /// <summary>A source that has been silent for longer is no source any more.</summary>
    private static readonly TimeSpan s_forgotten = TimeSpan.FromDays(30);

    private static readonly TimeSpan s_meanOf = TimeSpan.FromHours(24), s_volatilityOf = TimeSpan.FromDays(90);

    /// <summary>Every token, in the order of their names.</summary>
    public async Task<IReadOnlyList<TokenPriceState>> ListAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        List<TokenPriceState> states = [];
        foreach (var asset in Asset.Tokens.OrderBy(a => a.Id, StringComparer.Ordinal))
        {
            var accepted = db.Prices.AsNoTracking().Where(p => p.AssetId == asset.Id && p.At <= now && !EF.Property<bool>(p, PriceQuoteConfiguration.Rejected));
            var last = await accepted.OrderByDescending(p => p.At).ThenBy(p => p.Source).FirstOrDefaultAsync(cancellationToken);
            // The quote before the window still stands when it begins.
            var lookBack = now - s_meanOf - PriceAgreement.FreshFor;
            var day = await accepted.Where(p => p.At >= lookBack).ToListAsync(cancellationToken);
            var closes = await db.Prices.FromSql($"""
                SELECT DISTINCT ON (date_trunc('day', at AT TIME ZONE 'UTC')) * FROM prices WHERE asset_id = {asset.Id} AND NOT rejected AND at >= {now - s_volatilityOf} AND at <= {now}
                ORDER BY date_trunc('day', at AT TIME ZONE 'UTC'), at DESC, source
                """).AsNoTracking().ToListAsync(cancellationToken);
            var since = await db.Prices.AsNoTracking().Where(p => p.AssetId == asset.Id && EF.Property<bool>(p, PriceQuoteConfiguration.Rejected) && (last == null || p.At >= last.At)).MinAsync(p => (DateTimeOffset?)p.At, cancellationToken);
            var agreement = PriceAgreement.Of(await NewestAsync(db, asset.Id, now, cancellationToken), now);
            states.Add(new TokenPriceState(asset, agreement, last is null ? null : new KnownPrice(asset.Id, last.Usd, last.At, last.Source, now - last.At),
                PriceHistory.Mean(day, now, s_meanOf), PriceHistory.Volatility(closes), agreement.Standing == PriceStanding.Disputed ? since : null));
        }
        return states;
    }

    /// <summary>Why nothing more is spent on a network: one of the tokens that its pools pay has no price to rely on. Null = nothing holds it back.</summary>
    internal static async Task<string?> FrozenAsync(NirmaanDbContext db, NetworkName network, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var asset in await db.Outlooks.AsNoTracking().Where(o => o.Network == network).Select(o => o.AssetId).Distinct().OrderBy(a => a).ToListAsync(cancellationToken))
        {
            if (PriceAgreement.Of(await NewestAsync(db, asset, now, cancellationToken), now).Why is { } why) { return $"Nothing more is bought for {network}: {why}."; }
        }
        return null;
    }

    /// <summary>The networks on which nothing more is spent, each with the reason.</summary>
    internal static async Task<IReadOnlyDictionary<NetworkName, string>> FrozenAsync(NirmaanDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Dictionary<NetworkName, string> frozen = [];
        foreach (var network in await db.Outlooks.AsNoTracking().Select(o => o.Network).Distinct().OrderBy(n => n).ToListAsync(cancellationToken))
        {
            if (await FrozenAsync(db, network, now, cancellationToken) is { } why) { frozen[network] = why; }
        }
        return frozen;
    }

    /// <summary>The newest quote of each source, rejected or not.</summary>
    internal static async Task<IReadOnlyList<PriceQuote>> NewestAsync(NirmaanDbContext db, string asset, DateTimeOffset now, CancellationToken cancellationToken) =>
        await db.Prices.FromSql($"""
            SELECT DISTINCT ON (source) * FROM prices WHERE asset_id = {asset} AND at >= {now - s_forgotten} ORDER BY source, at DESC
            """).AsNoTracking().ToListAsync(cancellationToken);
}
