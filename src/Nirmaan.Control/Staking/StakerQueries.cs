using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Staking;

/// <summary>Reads for stakers: public, by address.</summary>
public sealed class StakerQueries(IDbContextFactory<NirmaanDbContext> contexts, PriceBook prices, NetworkShelf networks, TimeProvider clock)
{
    private const int SecondsPerDay = 86_400;

    /// <summary>What an account got from the epochs that ended in (from, to]; null = from the first, to now. An account that never staked gets empty lines.</summary>
    public async Task<StakerReturns> ReadReturnsAsync(WalletAddress address, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (since, until) = (from ?? DateTimeOffset.MinValue, to ?? now);
        if (since > until) { throw new InvalidInputException("from", from, "a time before 'to'"); }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var mine = await db.StakeEvents.AsNoTracking().Where(e => e.Account == address).OrderBy(e => e.BlockNumber).ThenBy(e => e.LogIndex).ToListAsync(cancellationToken);
        var (shown, series) = await EpochsAsync(db, address, since, until, cancellationToken);
        var (held, total) = (HeldBy(mine), await db.Database.SqlQuery<BigInteger>($"""SELECT coalesce(sum(delta), 0) AS "Value" FROM stake_events""").SingleAsync(cancellationToken));
        var points = await PointsAsync(db, mine, since, until, cancellationToken);
        var roi = ReturnRates.Roi([.. shown.Select(e => new EpochYield(e.From, e.To, e.NetUsd, series.ValueOf(new TokenAmount(e.AverageStake, Asset.Nrm), e.To)))]);
        var (week, month) = await RatesAsync(db, cancellationToken);
        return new StakerReturns(
            address, from ?? shown.FirstOrDefault()?.From ?? until, until, held.Units, held.Since, total, ShareOf(held.Units, total), shown, Totals(shown), points,
            week.Apr, month.Apr, roi, series.Find(Asset.Nrm.Id, now), ReturnRates.MethodVersion);
    }

    /// <summary>An account's epochs that ended in (after, until], oldest first, and nothing beside them.</summary>
    public async Task<IReadOnlyList<ReturnEpoch>> ReadEpochsAsync(WalletAddress address, DateTimeOffset after, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return (await EpochsAsync(db, address, after, until, cancellationToken)).Epochs;
    }

    /// <summary>The chain that the stakes are of; null = none was read yet.</summary>
    public async Task<long?> FindChainIdAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.StakeEvents.AsNoTracking().OrderByDescending(e => e.At).Select(e => (long?)e.ChainId).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>What an account may claim now, per asset; empty = nothing yet.</summary>
    public async Task<IReadOnlyList<StakerClaim>> ReadClaimsAsync(WalletAddress address, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var newest = await db.Distributions.Where(d => d.Epoch == db.Distributions.Where(x => x.AssetId == d.AssetId).Max(x => x.Epoch)).OrderBy(d => d.AssetId)
            .Select(d => new { d.AssetId, d.Epoch, d.Root }).ToListAsync(cancellationToken);
        List<StakerClaim> claims = [];
        foreach (var d in newest)
        {
            if (await ClaimTrees.FindClaimAsync(db, address, Asset.Of(d.AssetId), d.Epoch, d.Root, cancellationToken) is { } claim) { claims.Add(claim); }
        }
        return claims;
    }

    /// <summary>What an account may claim under the root that a distributor holds; null = no epoch of ours has that root, or the account has no line in it.</summary>
    public async Task<StakerClaim?> FindClaimAsync(WalletAddress address, Asset asset, string root, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var epoch = await db.Distributions.Where(d => d.AssetId == asset.Id && d.Root == root).MaxAsync(d => (int?)d.Epoch, cancellationToken);
        return epoch is { } closed ? await ClaimTrees.FindClaimAsync(db, address, asset, closed, root, cancellationToken) : null;
    }

    /// <summary>An account's stakes and unstakes, newest first.</summary>
    public async Task<IReadOnlyList<StakeMove>> ReadMovesAsync(WalletAddress address, int? limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.StakeEvents.AsNoTracking().Where(e => e.Account == address).OrderByDescending(e => e.BlockNumber).ThenByDescending(e => e.LogIndex).Take(Paging.Limit(limit))
            .Select(e => new StakeMove(e.At, e.Delta, e.Balance, e.BlockNumber, e.TxHash)).ToListAsync(cancellationToken);
    }

    /// <summary>What the chain took back of an account's changes of stake, newest first.</summary>
    public async Task<IReadOnlyList<StakeLost>> ReadLostAsync(WalletAddress address, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.StakesTakenBack.AsNoTracking().Where(s => s.Account == address).OrderByDescending(s => s.TakenBackAt).ThenBy(s => s.BlockNumber).Take(Paging.MaxLimit)
            .Select(s => new StakeLost(s.TakenBackAt, s.Delta, s.BlockNumber, s.BlockHash, s.TxHash,
                db.StakeEvents.Where(e => e.TxHash == s.TxHash && e.Account == s.Account && e.Delta == s.Delta).Select(e => (long?)e.BlockNumber).FirstOrDefault()))
            .ToListAsync(cancellationToken);
    }

    /// <summary>An account's unbondings, delegations and claims, newest first.</summary>
    public async Task<IReadOnlyList<StakerRecord>> ReadRecordsAsync(WalletAddress address, int? limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ChainRecords.AsNoTracking().Where(r => r.Account == address).OrderByDescending(r => r.BlockNumber).ThenByDescending(r => r.LogIndex).Take(Paging.Limit(limit))
            .Select(r => new StakerRecord(r.At, r.Kind, r.Amount, r.Number, r.AvailableAt, r.Recipient, r.TxHash, r.BlockNumber)).ToListAsync(cancellationToken);
    }

    /// <summary>Who held how much at the end of a block, by address; the same for ever once the block is final.</summary>
    public async Task<IReadOnlyList<(WalletAddress Account, BigInteger Units)>> ReadStakesAtAsync(long block, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Database.SqlQuery<AccountUnits>($"""
            SELECT account AS "Account", sum(delta) AS "Units" FROM stake_events WHERE block_number <= {block} GROUP BY account HAVING sum(delta) <> 0 ORDER BY account
            """).ToListAsync(cancellationToken);
        return [.. rows.Select(r => (WalletAddress.Parse(r.Account), r.Units))];
    }

    /// <summary>Stakers, the largest first.</summary>
    public async Task<Page<StakerRow>> ListAsync(int? limit, string? after, CancellationToken cancellationToken)
    {
        var take = Paging.Limit(limit);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (after is not null && !(WalletAddress.TryParse(after, out var mark) && await db.StakeEvents.AnyAsync(e => e.Account == mark, cancellationToken)))
        {
            throw new InvalidInputException("after", after, "the next value of an earlier page");
        }
        // Cut by the database: of a million accounts a page reads its own.
        var page = await db.Database.SqlQuery<AccountSum>($"""
            WITH held AS MATERIALIZED (SELECT account, sum(delta) AS staked, min(at) AS since FROM stake_events GROUP BY account)
            SELECT account AS "Account", staked AS "Staked", since AS "FirstStakedAt", (SELECT sum(staked) FROM held) AS "Total" FROM held h
            WHERE {after}::text IS NULL OR EXISTS (SELECT 1 FROM held m WHERE m.account = {after} AND (h.staked < m.staked OR (h.staked = m.staked AND h.account > m.account)))
            ORDER BY staked DESC, account LIMIT {take + 1}
            """).ToListAsync(cancellationToken);
        var ledger = page.Select(a => LedgerAccounts.Staker(WalletAddress.Parse(a.Account))).ToList();
        var earned = (await db.Database.SqlQuery<LedgerBalance>($"""
            SELECT account AS "Account", asset_id AS "AssetId", sum(units) AS "Units" FROM ledger WHERE account = ANY({ledger}) GROUP BY account, asset_id ORDER BY asset_id
            """).ToListAsync(cancellationToken)).ToLookup(b => b.Account, b => new TokenAmount(b.Units, Asset.Of(b.AssetId)));
        var rows = page.Zip(ledger, (a, l) => new StakerRow(WalletAddress.Parse(a.Account), a.Staked, ShareOf(a.Staked, a.Total), a.FirstStakedAt, [.. earned[l]])).ToList();
        return Paging.Cut(rows, take, r => r.Address.Value);
    }

    /// <summary>All stakers together.</summary>
    public async Task<StakeTotals> ReadTotalsAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var held = await db.Database.SqlQuery<HeldRow>($"""
            SELECT coalesce(sum(units), 0) AS "Units", count(*)::integer AS "Stakers" FROM (SELECT sum(delta) AS units FROM stake_events GROUP BY account HAVING sum(delta) > 0) held
            """).SingleAsync(cancellationToken);
        var (week, month) = await RatesAsync(db, cancellationToken);
        return new StakeTotals(
            held.Units, held.Stakers, week.Apr, month.Apr, week.Unit,
            ReturnRates.MethodVersion, await ChainCursors.StakesReadToAsync(db, cancellationToken), await ChainTrust.ReadAsync(db, cancellationToken));
    }

    private sealed record HeldRow(BigInteger Units, int Stakers);

    /// <summary>How far the chain is read, and whether it is believed, without looking at anybody's stake.</summary>
    public async Task<StakeReading> ReadReadingAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return new StakeReading(await ChainCursors.StakesReadToAsync(db, cancellationToken), await ChainTrust.ReadAsync(db, cancellationToken));
    }

    /// <summary>What the pool paid per 1,000 NRM, day by day over the epochs that ended in the last days, oldest first.</summary>
    public async Task<IReadOnlyList<PoolDay>> ReadPoolDaysAsync(int days, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var lines = await EpochReader.ReadAsync(db, null, now.AddDays(-days), now, cancellationToken);
        var series = await LoadPricesAsync(lines, now, cancellationToken);
        return [.. lines.GroupBy(l => (l.Epoch, l.From)).OrderBy(g => g.Key.From).Select(g =>
        {
            var nrm = new TokenAmount(g.Max(l => l.AverageTotal), Asset.Nrm).ToDecimal();
            var usd = SumOrUnknown(g.Where(l => l.Pool.Sign > 0).Select(l => series.ValueOf(new TokenAmount(l.Pool, Asset.Of(l.AssetId)), l.To)));
            return new PoolDay(g.Key.From, g.Key.Epoch, nrm > 0 && usd is { } known ? decimal.Round(known / nrm * 1000, 8) : null);
        })];
    }

    /// <summary>The pool's rates over the epochs that ended in the last 7 and 30 days: read once, the week being of the month.</summary>
    private async Task<(PoolRate Week, PoolRate Month)> RatesAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var month = await EpochReader.ReadAsync(db, null, now.AddDays(-30), now, cancellationToken);
        var series = await LoadPricesAsync(month, now, cancellationToken);
        return (RateOf([.. month.Where(l => l.To > now.AddDays(-7))], series), RateOf(month, series));
    }

    private static PoolRate RateOf(IReadOnlyList<EpochLine> lines, PriceSeries series)
    {
        var epochs = lines.GroupBy(e => e.Epoch).Select(g => (g.First().From, g.First().To, Stake: new TokenAmount(g.Max(e => e.AverageTotal), Asset.Nrm), Lines: g.Where(e => e.Pool.Sign > 0))).ToList();
        var apr = ReturnRates.Apr([.. epochs.Select(e => new EpochYield(e.From, e.To, SumOrUnknown(e.Lines.Select(ValueOf)), series.ValueOf(e.Stake, e.To)))]);
        var nrmDays = epochs.Sum(e => e.Stake.ToDecimal() * (decimal)(e.To - e.From).TotalDays);
        return new PoolRate(apr, nrmDays <= 0 ? [] : [.. lines.Where(l => l.Pool.Sign > 0).GroupBy(l => l.AssetId).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new UnitReturn(
            Asset.Of(g.Key), decimal.Round(g.Sum(l => new TokenAmount(l.Pool, Asset.Of(l.AssetId)).ToDecimal()) / nrmDays * 1000, 12),
            SumOrUnknown(g.Select(ValueOf)) is { } usd ? decimal.Round(usd / nrmDays * 1000, 8) : null))]);

        decimal? ValueOf(EpochLine line) => series.ValueOf(new TokenAmount(line.Pool, Asset.Of(line.AssetId)), line.To);
    }

    private async Task<(List<ReturnEpoch> Epochs, PriceSeries Series)> EpochsAsync(NirmaanDbContext db, WalletAddress address, DateTimeOffset after, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var lines = await EpochReader.ReadAsync(db, address, after, until, cancellationToken);
        var series = await LoadPricesAsync(lines, clock.GetUtcNow(), cancellationToken);
        return ([.. lines.GroupBy(e => e.Epoch).Select(g => Epoch(g, series)).OfType<ReturnEpoch>()], series);
    }

    private Task<PriceSeries> LoadPricesAsync(IReadOnlyList<EpochLine> epochs, DateTimeOffset now, CancellationToken cancellationToken) =>
        prices.LoadAtAsync(epochs.Select(e => e.AssetId).Append(Asset.Nrm.Id), epochs.Select(e => e.To).Append(now), cancellationToken);

    private static ReturnEpoch? Epoch(IEnumerable<EpochLine> assets, PriceSeries series)
    {
        var lines = assets.Where(e => e.Weight is not null).ToList();
        if (lines.Count == 0) { return null; }
        var (first, share) = (lines[0], ShareOf(lines[0].Weight!.Value, lines[0].TotalWeight) ?? 0);
        var shown = lines.Select(e =>
        {
            var (asset, net) = (Asset.Of(e.AssetId), e.Amount!.Value);
            BigInteger Part(BigInteger whole) => e.TotalWeight.IsZero ? 0 : whole * e.Weight!.Value / e.TotalWeight;
            var (cost, fee) = (Part(e.Cost), Part(e.Fee));
            return new ReturnLine(asset, net + fee + cost, cost, fee, net, e.Cumulative!.Value, series.Find(e.AssetId, e.To), series.ValueOf(new TokenAmount(net, asset), e.To), e.Root);
        }).ToList();
        return new ReturnEpoch(
            first.Epoch, first.From, first.To, first.Average(first.Weight!.Value), share, decimal.Round(first.RentUsd * share, 8), shown,
            SumOrUnknown(shown.Where(l => !l.Net.IsZero).Select(l => l.NetUsd)), series.Find(Asset.Nrm.Id, first.To)?.Usd);
    }

    private static IReadOnlyList<ReturnTotal> Totals(List<ReturnEpoch> epochs) =>
        [.. epochs.SelectMany(e => e.Lines).GroupBy(l => l.Asset).OrderBy(g => g.Key.Id, StringComparer.Ordinal).Select(g => new ReturnTotal(
        g.Key, Add(g, l => l.Gross), Add(g, l => l.Cost), Add(g, l => l.Fee), Add(g, l => l.Net), SumOrUnknown(g.Where(l => !l.Net.IsZero).Select(l => l.NetUsd))))];

    /// <summary>Each day's points of the pool's miners, by the account's share of that day's stake.</summary>
    private async Task<IReadOnlyList<ReturnPoints>> PointsAsync(
        NirmaanDbContext db, List<StakeEvent> mine, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var (since, until) = (from.ToUniversalTime(), to.ToUniversalTime());
        if (mine.Count == 0) { return []; }
        var days = await db.Database.SqlQuery<PointsOfDay>($"""
            SELECT (a.at AT TIME ZONE 'UTC')::date AS "Day", m.network AS "Network", a.kind AS "Kind", sum(a.points) AS "Points"
            FROM points_awards a JOIN miners m ON m.id = a.miner_id
            WHERE a.at >= {since} AND a.at < {until} AND m.beneficiary = {Beneficiary.NrmPool.Name} GROUP BY "Day", m.network, a.kind
            """).ToListAsync(cancellationToken);
        if (days.Count == 0) { return []; }
        var conversions = await db.PointsConversions.AsNoTracking().Where(c => c.TakenBackAt == null).ToListAsync(cancellationToken);
        var totals = await TotalsByDayAsync(db, cancellationToken);
        var deltas = mine.ConvertAll(e => e.ToDelta());
        var shares = days.Select(d => d.Day).Distinct().ToDictionary(day => day, day => ShareOn(deltas, totals, day));
        return [.. days.GroupBy(d => (d.Network, d.Kind)).OrderBy(g => g.Key.Network, StringComparer.Ordinal).ThenBy(g => g.Key.Kind, StringComparer.Ordinal).Select(g => new ReturnPoints(
            new NetworkName(g.Key.Network), g.Key.Kind, decimal.Round(g.Sum(d => d.Points * shares[d.Day]), 6), g.Sum(d => d.Points),
            decimal.Round(g.Where(d => conversions.Exists(c => c.Covers(new NetworkName(d.Network), d.Kind, d.Day))).Sum(d => d.Points * shares[d.Day]), 6),
            networks.Find(new NetworkName(g.Key.Network))?.NoticeAt(clock.GetUtcNow())))];
    }

    // One account's own changes against the sums of all: nobody else's are read.
    private static decimal ShareOn(List<StakeDelta> mine, List<StakeDay> totals, DateOnly day)
    {
        var start = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        var held = totals.Where(t => t.Day < day).Aggregate(BigInteger.Zero, (sum, t) => sum + t.Delta);
        var all = held * SecondsPerDay + (totals.Find(t => t.Day == day)?.Weighted ?? 0);
        return ShareOf(Shares.TimeWeighted(mine, start, start.AddDays(1)) is [var own, ..] ? own.Value : 0, all) ?? 0;
    }

    /// <summary>By day: how all stake changed, and those changes times the seconds from each to the day's end.</summary>
    private static Task<List<StakeDay>> TotalsByDayAsync(NirmaanDbContext db, CancellationToken cancellationToken) => db.Database.SqlQuery<StakeDay>($"""
        SELECT (at AT TIME ZONE 'UTC')::date AS "Day", sum(delta) AS "Delta", sum(delta * ({SecondsPerDay} - extract(epoch FROM (at AT TIME ZONE 'UTC')::time)::integer)) AS "Weighted"
        FROM stake_events GROUP BY 1
        """).ToListAsync(cancellationToken);

    private static decimal? ShareOf(BigInteger part, BigInteger whole) => whole.Sign <= 0 ? null : (decimal)(part * 1_000_000_000_000 / whole) / 1_000_000_000_000m;
    /// <summary>An account's stake and since when it holds some without a break; its events in the chain's order.</summary>
    private static (BigInteger Units, DateTimeOffset? Since) HeldBy(IEnumerable<StakeEvent> events) => events.Aggregate((Units: BigInteger.Zero, Since: (DateTimeOffset?)null), (held, e) =>
        (held.Units + e.Delta, held.Units + e.Delta <= 0 ? null : held.Since ?? e.At));

    private static BigInteger Add(IEnumerable<ReturnLine> lines, Func<ReturnLine, BigInteger> value) => lines.Aggregate(BigInteger.Zero, (sum, l) => sum + value(l));
    private static decimal? SumOrUnknown(IEnumerable<decimal?> values) => values.Aggregate((decimal?)0, (sum, value) => sum + value);

    private sealed record AccountSum(string Account, BigInteger Staked, DateTimeOffset FirstStakedAt, BigInteger Total);
    /// <param name="Apr">A year's; null = unknown.</param>
    /// <param name="Unit">What 1,000 NRM brought per day.</param>
    private sealed record PoolRate(decimal? Apr, IReadOnlyList<UnitReturn> Unit);
    private sealed record AccountUnits(string Account, BigInteger Units);
    private sealed record StakeDay(DateOnly Day, BigInteger Delta, BigInteger Weighted);
    private sealed record PointsOfDay(DateOnly Day, string Network, string Kind, decimal Points);
}
