using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Staking;

/// <summary>Sums over a period's epochs of an account, made by the database. They equal those of <see cref="StakerReturns"/> to the unit.</summary>
/// <param name="Epochs">How many have a part for the account.</param>
public sealed record ReturnSums(int Epochs, IReadOnlyList<ReturnTotal> Totals, decimal? Roi);

/// <summary>How long a bar of the history is.</summary>
public enum BarLength
{
    /// <summary>One epoch, a UTC day.</summary>
    Day,
    /// <summary>From Monday, UTC.</summary>
    Week,
    /// <summary>Of the calendar, UTC.</summary>
    Month,
}

/// <summary>What a stretch of epochs brought of one asset, net.</summary>
/// <param name="To">End of its last epoch.</param>
public sealed record ReturnBar(DateOnly From, DateTimeOffset To, BigInteger Net);

/// <summary>The epochs of a stretch, the oldest first, and whether there are older and newer ones in the period.</summary>
public sealed record EpochStretch(IReadOnlyList<ReturnEpoch> Epochs, bool HasOlder, bool HasNewer);

/// <summary>Reads of a long history for pages: sums, bars and a stretch of lines, never all of them.</summary>
public sealed class ReturnSumQueries(IDbContextFactory<NirmaanDbContext> contexts, StakerQueries stakers, IOptions<RewardsOptions> options, TimeProvider clock)
{
    /// <summary>Most epochs of a stretch.</summary>
    public const int StretchEpochs = 31;

    // No more bars than can be told apart.
    private const int MostDays = 92, MostWeeks = 106;

    /// <summary>The length of the bars of so many epochs.</summary>
    public static BarLength LengthFor(int epochs) => epochs <= MostDays ? BarLength.Day : epochs / 7 <= MostWeeks ? BarLength.Week : BarLength.Month;

    /// <summary>What an account got from the epochs that ended after a time, null = from the first.</summary>
    public async Task<ReturnSums> ReadSumsAsync(WalletAddress address, DateTimeOffset? from, CancellationToken cancellationToken)
    {
        var (account, after, until, reach) = (address.Value, (from ?? DateTimeOffset.MinValue).ToUniversalTime(), clock.GetUtcNow(), options.Value.PriceReach);
        var (assets, units) = (Asset.Tokens.Select(a => a.Id).ToArray(), Asset.Tokens.Select(a => 1 / (decimal)a.One).ToArray());
        var nrm = 1 / (decimal)Asset.Nrm.One;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // A row per asset, and one of all epochs in which the asset is null. An epoch's stake is worth NRM's price at its end.
        var rows = await db.Database.SqlQuery<SumRow>($"""
            WITH lines AS MATERIALIZED (
                SELECT d.epoch, d.asset_id, d.starts_at, d.ends_at, s.weight, s.amount, coalesce(div(d.cost * s.weight, nullif(d.total_weight, 0)), 0) AS cost,
                    coalesce(div(d.fee * s.weight, nullif(d.total_weight, 0)), 0) AS fee,
                    CASE WHEN s.amount <> 0 THEN usd_value(s.amount, a.unit, p.usd) ELSE 0 END AS usd
                FROM epoch_shares s JOIN distributions d ON d.asset_id = s.asset_id AND d.epoch = s.epoch JOIN unnest({assets}, {units}) a (id, unit) ON a.id = d.asset_id
                LEFT JOIN LATERAL (SELECT q.usd FROM prices q WHERE q.asset_id = d.asset_id AND q.at <= d.ends_at AND q.at >= d.ends_at - {reach} AND NOT q.rejected ORDER BY q.at DESC, q.source COLLATE "C" LIMIT 1) p ON s.amount <> 0
                WHERE s.account = {account} AND d.ends_at > {after} AND d.ends_at <= {until}),
            epochs AS (
                SELECT e.paid, e.days, usd_value(div(e.weight, e.seconds), {nrm}, p.usd) AS stake
                FROM (
                    SELECT ends_at, sum(usd) AS paid, bool_or(usd IS NULL) AS is_unknown, round(extract(epoch FROM ends_at - starts_at) / 86400, 8) AS days,
                        trunc(extract(epoch FROM ends_at - starts_at)) AS seconds, (array_agg(weight ORDER BY asset_id COLLATE "C"))[1] AS weight
                    FROM lines GROUP BY epoch, starts_at, ends_at) e
                LEFT JOIN LATERAL (SELECT q.usd FROM prices q WHERE q.asset_id = {Asset.Nrm.Id} AND q.at <= e.ends_at AND q.at >= e.ends_at - {reach} AND NOT q.rejected AND NOT e.is_unknown ORDER BY q.at DESC, q.source COLLATE "C" LIMIT 1) p ON true)
            SELECT asset_id AS "AssetId", count(*)::integer AS "Count", sum(amount + cost + fee) AS "Gross", sum(cost) AS "Cost", sum(fee) AS "Fee", sum(amount) AS "Net",
                CASE WHEN bool_or(usd IS NULL) THEN NULL ELSE sum(usd) END AS "Usd", NULL::numeric AS "StakeDays", NULL::numeric AS "Days"
            FROM lines GROUP BY asset_id
            UNION ALL
            SELECT NULL, count(*)::integer, 0, 0, 0, 0, CASE WHEN bool_or(stake IS NULL) THEN NULL ELSE sum(paid) END, round(sum(stake * days), 8), sum(days) FROM epochs
            """).ToListAsync(cancellationToken);
        var all = rows.Single(r => r.AssetId is null);
        return new ReturnSums(
            all.Count,
            [.. rows.Where(r => r.AssetId is not null).OrderBy(r => r.AssetId, StringComparer.Ordinal).Select(r => new ReturnTotal(Asset.Of(r.AssetId!), r.Gross, r.Cost, r.Fee, r.Net, r.Usd))],
            all is { Usd: { } paid, StakeDays: { } stakeDays, Days: { } days } ? ReturnRates.Roi(paid, stakeDays, days) : null);
    }

    /// <summary>What an account got of one asset, a bar per day, week or month that brought some, the oldest first.</summary>
    public async Task<IReadOnlyList<ReturnBar>> ReadBarsAsync(WalletAddress address, Asset asset, DateTimeOffset? from, BarLength length, CancellationToken cancellationToken)
    {
        var (account, after, until, unit) = (address.Value, (from ?? DateTimeOffset.MinValue).ToUniversalTime(), clock.GetUtcNow(), length.ToString());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Database.SqlQuery<ReturnBar>($"""
            SELECT date_trunc({unit}, d.starts_at AT TIME ZONE 'UTC')::date AS "From", max(d.ends_at) AS "To", sum(s.amount) AS "Net"
            FROM epoch_shares s JOIN distributions d ON d.asset_id = s.asset_id AND d.epoch = s.epoch
            WHERE s.account = {account} AND s.asset_id = {asset.Id} AND d.ends_at > {after} AND d.ends_at <= {until} GROUP BY 1
            """).OrderBy(b => b.From).ToListAsync(cancellationToken);
    }

    /// <summary>The newest returns of a period: of at most <see cref="StretchEpochs"/> epochs.</summary>
    public async Task<StakerReturns> ReadNewestAsync(WalletAddress address, DateTimeOffset? from, CancellationToken cancellationToken)
    {
        var span = await SpanAsync(address, from, clock.GetUtcNow(), cancellationToken);
        return await stakers.ReadReturnsAsync(address, span?.From ?? from, null, cancellationToken);
    }

    /// <summary>A stretch of at most <see cref="StretchEpochs"/> epochs of a period.</summary>
    /// <param name="before">Only epochs of lower numbers; null = the newest.</param>
    public async Task<EpochStretch> ReadStretchAsync(WalletAddress address, DateTimeOffset? from, int? before, CancellationToken cancellationToken)
    {
        var until = before is { } number ? await EndOfAsync(number - 1, cancellationToken) : clock.GetUtcNow();
        return until is { } end && await SpanAsync(address, from, end, cancellationToken) is { } span
            ? new EpochStretch(await stakers.ReadEpochsAsync(address, span.From, end, cancellationToken), span.HasOlder, before is not null)
            : new EpochStretch([], false, before is not null);
    }

    /// <summary>One epoch of an account; null = it has no part in it.</summary>
    public async Task<ReturnEpoch?> FindEpochAsync(WalletAddress address, int epoch, CancellationToken cancellationToken) =>
        await EndOfAsync(epoch, cancellationToken) is { } end ? (await stakers.ReadEpochsAsync(address, end.AddTicks(-10), end, cancellationToken)).FirstOrDefault(e => e.Epoch == epoch) : null;

    private async Task<DateTimeOffset?> EndOfAsync(int epoch, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Distributions.AsNoTracking().Where(d => d.Epoch <= epoch).OrderByDescending(d => d.Epoch).Select(d => (DateTimeOffset?)d.To).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>After which time the newest epochs of a stretch ended; null = there are none.</summary>
    private async Task<Span?> SpanAsync(WalletAddress address, DateTimeOffset? from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var (account, after) = (address.Value, (from ?? DateTimeOffset.MinValue).ToUniversalTime());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // Of each asset no more than a stretch: the key's order ends each search early.
        var starts = await db.Database.SqlQuery<DateTimeOffset>($"""
            SELECT DISTINCT e.starts_at AS "Value" FROM (SELECT DISTINCT asset_id FROM distributions) a CROSS JOIN LATERAL (
                SELECT d.starts_at FROM epoch_shares s JOIN distributions d ON d.asset_id = s.asset_id AND d.epoch = s.epoch
                WHERE s.account = {account} AND s.asset_id = a.asset_id AND d.ends_at > {after} AND d.ends_at <= {until} ORDER BY s.epoch DESC LIMIT {StretchEpochs + 1}) e
            """).OrderByDescending(start => start).Take(StretchEpochs + 1).ToListAsync(cancellationToken);
        return starts.Count == 0 ? null : new Span(starts[Math.Min(starts.Count, StretchEpochs) - 1], starts.Count > StretchEpochs);
    }

    private sealed record Span(DateTimeOffset From, bool HasOlder);
    private sealed record SumRow(string? AssetId, int Count, BigInteger Gross, BigInteger Cost, BigInteger Fee, BigInteger Net, decimal? Usd, decimal? StakeDays, decimal? Days);
}
