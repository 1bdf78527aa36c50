using System.Globalization;
using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>An epoch of one asset that is not closed yet.</summary>
/// <param name="Draft">What closing it now would write; null = it cannot be computed yet.</param>
/// <param name="Digest">Of the draft: what a consent is for.</param>
/// <param name="Rewards">Rewards in it.</param>
/// <param name="Policy">Fee policy of its day.</param>
/// <param name="Consents">Consents to this very draft.</param>
/// <param name="Overtaken">Consents to an earlier draft, which do not count any more.</param>
/// <param name="Needed">How many consents it takes.</param>
/// <param name="WaitsFor">What must come before it can be closed; null = nothing.</param>
public sealed record EpochPreview(
    int Epoch, Asset Asset, DateTimeOffset From, DateTimeOffset To, Distribution? Draft, string? Digest, int Rewards, FeePolicy Policy, IReadOnlyList<EpochSignoff> Consents, IReadOnlyList<EpochSignoff> Overtaken,
    int Needed, string? WaitsFor);

/// <summary>
/// Closes the epochs that are over: UTC days, numbered from the day of the first stake (or Rewards:FirstEpoch). An epoch closes for an asset
/// once stakes and rewards are read past its end and Rewards:SignOffs persons consented to it as it is. Its rewards, bookings and lines are one
/// transaction; a closed epoch is never opened again, so what arrives late goes into the next one.
/// </summary>
public sealed partial class CloseEpoch(
    IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, MeterRent meterRent, PriceBook prices, AnnounceFeePolicy policies, ControlEvents events, TimeProvider clock,
    IOptions<RewardsOptions> options, ILogger<CloseEpoch> logger)
{
    // "epoch" in ASCII: closers of one database go one after the other.
    private const long LockKey = 0x65706F6368;

    /// <summary>Closes every epoch that can be closed, the oldest first.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        // The rent of a day is shown with its epoch, so it is entered before.
        await meterRent.RunAsync(cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await FirstDayAsync(db, cancellationToken) is not { } firstDay) { return "Nobody has staked yet."; }
        List<string> lines = [];
        foreach (var asset in await AssetsAsync(db, cancellationToken))
        {
            while (await NextAsync(db, asset, firstDay, cancellationToken) is { } next && next.To <= clock.GetUtcNow())
            {
                var (closed, waitsFor) = await CloseAsync(asset, next, cancellationToken);
                if (waitsFor is not null) { lines.Add($"epoch {next.Epoch} of {asset.Id} waits for {waitsFor}"); break; }
                if (closed is not null) { lines.Add($"closed epoch {closed.Epoch}: {new TokenAmount(closed.Pool, asset)} to {closed.Leaves.Count(l => l.Amount.Sign > 0)} stakers"); }
            }
        }
        return lines.Count == 0 ? "Nothing to close." : string.Join("; ", lines);
    }

    /// <summary>The next epoch of every asset, with what closing it now would write. Nothing is written.</summary>
    public async Task<IReadOnlyList<EpochPreview>> PreviewAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await FirstDayAsync(db, cancellationToken) is not { } firstDay) { return []; }
        List<EpochPreview> previews = [];
        foreach (var asset in await AssetsAsync(db, cancellationToken))
        {
            var next = await NextAsync(db, asset, firstDay, cancellationToken);
            previews.Add((await DraftAsync(db, asset, next, cancellationToken)).Preview);
        }
        return previews;
    }

    /// <summary>Notes a person's consent to an epoch as it was shown, and closes it when enough have consented.</summary>
    /// <param name="digest">Of the preview that the person saw.</param>
    public async Task<SignOffOutcome> SignOffAsync(int epoch, string assetId, string digest, string by, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await LockAsync(db, cancellationToken);
        if (await FirstDayAsync(db, cancellationToken) is not { } firstDay || (await AssetsAsync(db, cancellationToken)).FirstOrDefault(a => a.Id == assetId) is not { } asset) { return new SignOffOutcome.NotFound(); }
        var next = await NextAsync(db, asset, firstDay, cancellationToken);
        if (next.Epoch != epoch) { return epoch < next.Epoch && epoch > 0 ? new SignOffOutcome.TooLate() : new SignOffOutcome.NotFound(); }
        var preview = (await DraftAsync(db, asset, next, cancellationToken)).Preview;
        if (preview.Digest is null) { return new SignOffOutcome.TooEarly(preview.WaitsFor!); }
        if (preview.Digest != digest) { return new SignOffOutcome.Changed(preview.Digest); }
        if (preview.Consents.Any(s => string.Equals(s.By, by, StringComparison.OrdinalIgnoreCase))) { return new SignOffOutcome.SamePerson(by); }
        var now = StoredTime.Of(clock.GetUtcNow());
        // Who consented to an earlier draft consents anew.
        await db.EpochSignoffs.Where(s => s.Epoch == epoch && s.AssetId == assetId && s.By == by).ExecuteDeleteAsync(cancellationToken);
        db.EpochSignoffs.Add(new EpochSignoff(epoch, assetId, by, digest, now));
        db.Note(now, "epoch", $"{epoch}:{assetId}", by, "signed off", $"{preview.Consents.Count + 1} of {preview.Needed}; root {preview.Draft!.Root}");
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        events.Changed(Topic.Rewards);
        var isEnough = preview.Consents.Count + 1 >= preview.Needed;
        return new SignOffOutcome.Noted(preview.Consents.Count + 1, preview.Needed, isEnough ? (await CloseAsync(asset, next, cancellationToken)).Closed : null);
    }

    private sealed record Period(int Epoch, DateTimeOffset From, DateTimeOffset To);

    private async Task<DateTimeOffset?> FirstDayAsync(NirmaanDbContext db, CancellationToken cancellationToken) =>
        options.Value.FirstEpoch is { } day ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero)
            : await db.StakeEvents.MinAsync(e => (DateTimeOffset?)e.At, cancellationToken) is { } first ? new DateTimeOffset(first.UtcDateTime.Date, TimeSpan.Zero) : null;

    /// <summary>Up to when stakes and all networks' rewards are read, and which of them is the last.</summary>
    private async Task<(DateTimeOffset ReadTo, string WaitingFor)> ReadToAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var rewards = await db.RewardCursors.AsNoTracking().ToDictionaryAsync(c => c.Network, c => c.ReadTo, cancellationToken);
        var sources = networks.All.Select(n => (What: $"the rewards of {n.Network}", ReadTo: rewards.GetValueOrDefault(n.Network)))
            .Append((What: "the stakes", ReadTo: await ChainCursors.StakesReadToAsync(db, cancellationToken)));
        var last = sources.MinBy(s => s.ReadTo ?? DateTimeOffset.MinValue);
        return (last.ReadTo ?? DateTimeOffset.MinValue, $"{last.What}, read to {(last.ReadTo is { } at ? $"{at:u}" : "nowhere yet")}");
    }

    private static async Task<IReadOnlyList<Asset>> AssetsAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var ids = await db.Rewards.Where(r => r.Beneficiary == Beneficiary.NrmPool.Name).Select(r => r.AssetId).Distinct().ToListAsync(cancellationToken);
        return [.. ids.Order(StringComparer.Ordinal).Select(Asset.Of)];
    }

    private static async Task<Period> NextAsync(NirmaanDbContext db, Asset asset, DateTimeOffset firstDay, CancellationToken cancellationToken)
    {
        var last = await db.Distributions.Where(d => d.AssetId == asset.Id).MaxAsync(d => (int?)d.Epoch, cancellationToken) ?? 0;
        return new Period(last + 1, firstDay.AddDays(last), firstDay.AddDays(last + 1));
    }

    private static async Task<Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction> LockAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        return transaction;
    }

    /// <summary>What closing the period now would write, and the rewards in it.</summary>
    private async Task<(EpochPreview Preview, IReadOnlyList<Reward> Rewards)> DraftAsync(NirmaanDbContext db, Asset asset, Period period, CancellationToken cancellationToken)
    {
        var policy = await policies.AtAsync(period.From, cancellationToken);
        var needed = options.Value.SignOffs;
        (EpochPreview, IReadOnlyList<Reward>) Waits(string what) => (new EpochPreview(period.Epoch, asset, period.From, period.To, null, null, 0, policy, [], [], needed, what), []);
        if (period.To > clock.GetUtcNow()) { return Waits($"the day's end, {period.To:u}"); }
        var (readTo, waitingFor) = await ReadToAsync(db, cancellationToken);
        if (period.To > readTo) { return Waits(waitingFor); }
        var price = policy.RentTreasuryFunded ? null : await prices.FindAsync(asset.Id, period.To, cancellationToken);
        if (price is null && !policy.RentTreasuryFunded) { return Waits("a price, at which its rent can be deducted"); }

        var before = await db.Distributions.AsNoTracking().SingleOrDefaultAsync(d => d.AssetId == asset.Id && d.Epoch == period.Epoch - 1, cancellationToken);
        var rewards = await db.Rewards
            .Where(r => r.AssetId == asset.Id && r.Beneficiary == Beneficiary.NrmPool.Name && r.Epoch == null && r.At < period.To).ToListAsync(cancellationToken);
        var stakes = await db.StakeEvents.AsNoTracking().Where(e => e.At < period.To).ToListAsync(cancellationToken);
        var rent = await RentAsync(db, asset, period, cancellationToken);
        var draft = Share(asset, period, before, rewards, Shares.TimeWeighted(stakes.Select(e => e.ToDelta()), period.From, period.To), policy, rent, price?.Usd);
        var digest = DigestOf(draft);
        var signed = await db.EpochSignoffs.AsNoTracking().Where(s => s.Epoch == period.Epoch && s.AssetId == asset.Id).OrderBy(s => s.At).ToListAsync(cancellationToken);
        var valid = signed.Where(s => s.Digest == digest).ToList();
        return (new EpochPreview(
            period.Epoch, asset, period.From, period.To, draft, digest, rewards.Count, policy, valid, [.. signed.Except(valid)], needed,
            valid.Count < needed ? $"{needed - valid.Count} of {needed} sign-offs" : null), rewards);
    }

    // Every amount that closing books: the root stands for what each account gets. The day's rent is left out, for it is only shown, and suppliers correct it later.
    private static string DigestOf(Distribution d) => Hashes.Of(string.Create(
        CultureInfo.InvariantCulture, $"{d.Epoch}|{d.AssetId}|{d.From:O}|{d.To:O}|{d.Gross}|{d.Cost}|{d.Fee}|{d.Pool}|{d.CarriedIn}|{d.CarriedOut}|{d.Root}"));

    private async Task<(Distribution? Closed, string? WaitsFor)> CloseAsync(Asset asset, Period period, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await LockAsync(db, cancellationToken);
        if (await db.Distributions.AnyAsync(d => d.AssetId == asset.Id && d.Epoch == period.Epoch, cancellationToken)) { return (null, null); }
        var (preview, rewards) = await DraftAsync(db, asset, period, cancellationToken);
        if (preview.WaitsFor is not null) { return (null, preview.WaitsFor); }

        var closed = preview.Draft!;
        foreach (var reward in rewards) { reward.PutInto(period.Epoch); }
        db.Distributions.Add(closed);
        db.Ledger.AddRange(new LedgerBooking(period.To, LedgerCauses.Cover, LedgerSubjects.Epoch(period.Epoch))
            .Move(LedgerAccounts.Pool, LedgerAccounts.Cover, new TokenAmount(closed.Cost, asset)).ToEntries());
        db.Ledger.AddRange(new LedgerBooking(period.To, LedgerCauses.Fee, LedgerSubjects.Epoch(period.Epoch))
            .Move(LedgerAccounts.Pool, LedgerAccounts.Fees, new TokenAmount(closed.Fee, asset)).ToEntries());
        var paid = new LedgerBooking(period.To, LedgerCauses.Distribution, LedgerSubjects.Epoch(period.Epoch));
        foreach (var line in closed.Leaves) { paid.Move(LedgerAccounts.Pool, LedgerAccounts.Staker(line.Account), new TokenAmount(line.Amount, asset)); }
        db.Ledger.AddRange(paid.ToEntries());
        TokenAmount Of(BigInteger units) => new(units, asset);
        var consent = preview.Consents.Count == 0 ? "" : $"; signed off by {string.Join(" and ", preview.Consents.Select(s => s.By))}";
        db.Timeline.Add(new TimelineEvent(closed.ClosedAt, "epoch", $"{period.Epoch}:{asset.Id}", nameof(CloseEpoch), "closed",
            $"{rewards.Count} rewards of {Of(closed.Gross)}: cost {Of(closed.Cost)}, fee {Of(closed.Fee)}, to stakers {Of(closed.Pool)}, carried on {Of(closed.CarriedOut)}{consent}"));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogClosed(period.Epoch, asset.Id, rewards.Count, closed.Root);
        events.Changed(Topic.Rewards);
        return (closed, null);
    }

    private Distribution Share(
        Asset asset, Period period, Distribution? before, List<Reward> rewards, IReadOnlyList<BalanceSeconds> weights, FeePolicy policy, (decimal All, decimal Borne) rentUsd,
        decimal? tokenUsd)
    {
        var carriedIn = before?.CarriedOut ?? 0;
        var gross = rewards.Aggregate(carriedIn, (sum, r) => sum + r.Units);
        // Where nobody held stake nothing is owed to anyone: it waits, and cost and fee are taken when it is shared out.
        var shared = weights.Count > 0 ? gross : 0;
        var split = policy.Split(new TokenAmount(shared, asset), rentUsd.Borne, tokenUsd);
        var file = DistributionFile.Of(period.Epoch, period.From, period.To, asset.Id, split.Pool, weights, before?.Leaves ?? []);
        return new Distribution(
            period.Epoch, asset, period.From, period.To, gross, split.Cost, split.Fee, file.Pool, carriedIn, gross - shared, rentUsd.All, file.Root, file.Leaves, policy.FeeBasisPoints,
            StoredTime.Of(clock.GetUtcNow()));
    }

    /// <summary>
    /// The period's rent over all networks, and the part that an asset bears: that of the pool's miners on networks that pay it, shared
    /// equally where a network pays several.
    /// </summary>
    private static async Task<(decimal All, decimal Borne)> RentAsync(NirmaanDbContext db, Asset asset, Period period, CancellationToken cancellationToken)
    {
        var rent = await RentReader.ReadAsync(db, period.From, period.To, cancellationToken);
        var paid = (await db.Rewards.Where(r => r.Beneficiary == Beneficiary.NrmPool.Name && r.At < period.To)
            .Select(r => new { r.Network, r.AssetId }).Distinct().ToListAsync(cancellationToken)).ToLookup(r => r.Network, r => r.AssetId);
        var borne = rent.Where(r => r.Beneficiary == Beneficiary.NrmPool.Name && paid[r.Network].Contains(asset.Id)).Sum(r => r.Usd / paid[r.Network].Count());
        return (rent.Sum(r => r.Usd), decimal.Round(borne, 8));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Closed epoch {Epoch} of {Asset} with {Rewards} rewards; root {Root}")]
    private partial void LogClosed(int epoch, string asset, int rewards, string root);
}
