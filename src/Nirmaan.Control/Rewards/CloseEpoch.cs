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
    int Needed, string? WaitsFor)
{
    /// <summary>Sales of its receipts that stand.</summary>
    public IReadOnlyList<Sale> Sales { get; init; } = [];

    /// <summary>Consents to this very draft of persons who may not consent any more, so that they do not count.</summary>
    public IReadOnlyList<EpochSignoff> Withdrawn { get; init; } = [];

    /// <summary>Its rent and what sales pay of it; null = it is not over.</summary>
    public RentCover? Rent { get; init; }
}

/// <summary>
/// Closes the epochs that are over: UTC days, numbered from the day of the first stake (or Rewards:FirstEpoch). An epoch closes for an asset
/// once stakes and rewards are read past its end and Rewards:SignOffs persons consented to it as it is. Its rewards, bookings and lines are one
/// transaction; a closed epoch is never opened again, so what arrives late goes into the next one.
/// </summary>
public sealed partial class CloseEpoch(
    IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, MeterRent meterRent, AnnounceFeePolicy policies, IConsenters consenters, ControlEvents events, TimeProvider clock,
    IOptions<RewardsOptions> options, ILogger<CloseEpoch> logger)
{
    /// <summary>Closes every epoch that can be closed, the oldest first.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        // The rent of a day is shown with its epoch, so it is entered before.
        await meterRent.RunAsync(cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await EpochCalendar.FirstDayAsync(db, options.Value, cancellationToken) is not { } firstDay) { return "Nobody has staked yet."; }
        List<string> lines = [];
        foreach (var asset in await EpochCalendar.AssetsAsync(db, cancellationToken))
        {
            while (await EpochCalendar.NextAsync(db, asset, firstDay, cancellationToken) is { } next && next.To <= clock.GetUtcNow())
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
        if (await EpochCalendar.FirstDayAsync(db, options.Value, cancellationToken) is not { } firstDay) { return []; }
        List<EpochPreview> previews = [];
        foreach (var asset in await EpochCalendar.AssetsAsync(db, cancellationToken))
        {
            var next = await EpochCalendar.NextAsync(db, asset, firstDay, cancellationToken);
            previews.Add((await DraftAsync(db, asset, next, cancellationToken)).Preview);
        }
        return previews;
    }

    /// <summary>Notes a person's consent to an epoch as it was shown, and closes it when enough have consented.</summary>
    /// <param name="digest">Of the preview that the person saw.</param>
    public async Task<SignOffOutcome> SignOffAsync(int epoch, string assetId, string digest, string by, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await EpochCalendar.LockAsync(db, cancellationToken);
        if (await EpochCalendar.FirstDayAsync(db, options.Value, cancellationToken) is not { } firstDay || (await EpochCalendar.AssetsAsync(db, cancellationToken)).FirstOrDefault(a => a.Id == assetId) is not { } asset) { return new SignOffOutcome.NotFound(); }
        var next = await EpochCalendar.NextAsync(db, asset, firstDay, cancellationToken);
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

    /// <summary>Up to when stakes and all networks' rewards are read, and which of them is the last.</summary>
    private async Task<(DateTimeOffset ReadTo, string WaitingFor)> ReadToAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var rewards = await db.RewardCursors.AsNoTracking().ToDictionaryAsync(c => c.Network, c => c.ReadTo, cancellationToken);
        var sources = networks.All.Select(n => (What: $"the rewards of {n.Network}", ReadTo: rewards.GetValueOrDefault(n.Network)))
            .Append((What: "the stakes", ReadTo: await ChainCursors.StakesReadToAsync(db, cancellationToken)));
        var last = sources.MinBy(s => s.ReadTo ?? DateTimeOffset.MinValue);
        return (last.ReadTo ?? DateTimeOffset.MinValue, $"{last.What}, read to {(last.ReadTo is { } at ? $"{at:u}" : "nowhere yet")}");
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
        var before = await db.Distributions.AsNoTracking().SingleOrDefaultAsync(d => d.AssetId == asset.Id && d.Epoch == period.Epoch - 1, cancellationToken);
        var rewards = await db.Rewards
            .Where(r => r.AssetId == asset.Id && r.Beneficiary == Beneficiary.NrmPool.Name && r.Epoch == null && r.At < period.To).ToListAsync(cancellationToken);
        // There may be millions of changes: they are summed while they are read.
        var changes = db.StakeEvents.Where(e => e.At < period.To).Select(e => new StakeDelta(e.At, e.Account, e.Delta)).AsAsyncEnumerable();
        var weights = await Shares.TimeWeightedAsync(changes, period.From, period.To, cancellationToken);
        var (rentUsd, rent, sales) = await RentAsync(db, asset, period, policy, cancellationToken);
        // Where nobody held stake nothing is owed to anyone: it waits, and its rent with it.
        if (weights.Count > 0 && rent.NeedsSale && sales.Count == 0 && (before?.CarriedOut ?? 0) + rewards.Aggregate(BigInteger.Zero, (sum, r) => sum + r.Units) is { Sign: > 0 })
        {
            var (waits, none) = Waits(string.Create(CultureInfo.InvariantCulture, $"a recorded sale of {asset.Id} that pays ${rent.ShortUsd:0.00} of rent"));
            return (waits with { Rent = rent }, none);
        }
        var draft = Share(asset, period, before, rewards, weights, policy, rentUsd, rent, sales);
        var digest = DigestOf(draft, sales);
        var signed = await db.EpochSignoffs.AsNoTracking().Where(s => s.Epoch == period.Epoch && s.AssetId == asset.Id).OrderBy(s => s.At).ToListAsync(cancellationToken);
        var same = signed.Where(s => s.Digest == digest).ToList();
        // Asked now and not when it was given: what a person left behind who was removed in haste must not close an epoch.
        var valid = same.Where(s => consenters.May(s.By)).ToList();
        return (new EpochPreview(
            period.Epoch, asset, period.From, period.To, draft, digest, rewards.Count, policy, valid, [.. signed.Except(same)], needed,
            valid.Count < needed ? $"{needed - valid.Count} of {needed} sign-offs" : null) { Sales = sales, Rent = rent, Withdrawn = [.. same.Except(valid)] }, rewards);
    }

    // Every amount of tokens, the sales, and the root, which stands for what each account gets. The day's rent is left out: it takes nothing from anyone but by a sale, and suppliers correct it later.
    private static string DigestOf(Distribution d, IReadOnlyList<Sale> sales) => Hashes.Of(string.Create(
        CultureInfo.InvariantCulture, $"{d.Epoch}|{d.AssetId}|{d.From:O}|{d.To:O}|{d.Gross}|{d.Cost}|{d.Fee}|{d.Pool}|{d.CarriedIn}|{d.CarriedOut}|{d.Root}|{string.Join(',', sales.Select(s => s.Id))}"));

    private async Task<(Distribution? Closed, string? WaitsFor)> CloseAsync(Asset asset, Period period, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // A million lines are one statement.
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        await using var transaction = await EpochCalendar.LockAsync(db, cancellationToken);
        if (await db.Distributions.AnyAsync(d => d.AssetId == asset.Id && d.Epoch == period.Epoch, cancellationToken)) { return (null, null); }
        var (preview, rewards) = await DraftAsync(db, asset, period, cancellationToken);
        if (preview.WaitsFor is not null) { return (null, preview.WaitsFor); }

        var closed = preview.Draft!;
        foreach (var reward in rewards) { reward.PutInto(period.Epoch); }
        db.Distributions.Add(closed);
        // The tokens left the pool when their sale was recorded; now the dollars go to whom they are owed.
        db.Ledger.AddRange(new LedgerBooking(period.To, LedgerCauses.Cover, LedgerSubjects.Epoch(period.Epoch, asset.Id))
            .Move(LedgerAccounts.RentFund(asset.Id), LedgerAccounts.Treasury, TokenAmount.Usd(closed.CoveredUsd ?? 0)).ToEntries());
        db.Ledger.AddRange(new LedgerBooking(period.To, LedgerCauses.Fee, LedgerSubjects.Epoch(period.Epoch))
            .Move(LedgerAccounts.Pool, LedgerAccounts.Fees, new TokenAmount(closed.Fee, asset)).ToEntries());
        var paid = new LedgerBooking(period.To, LedgerCauses.Distribution, LedgerSubjects.Epoch(period.Epoch));
        foreach (var line in closed.Leaves) { paid.Move(LedgerAccounts.Pool, LedgerAccounts.Staker(line.Account), new TokenAmount(line.Amount, asset)); }
        await LedgerStore.CopyAsync(db, paid.ToEntries(), cancellationToken);
        TokenAmount Of(BigInteger units) => new(units, asset);
        var consent = preview.Consents.Count == 0 ? "" : $"; signed off by {string.Join(" and ", preview.Consents.Select(s => s.By))}";
        db.Timeline.Add(new TimelineEvent(closed.ClosedAt, "epoch", $"{period.Epoch}:{asset.Id}", nameof(CloseEpoch), "closed",
            $"{rewards.Count} rewards of {Of(closed.Gross)}: sold for rent {Of(closed.Cost)}, fee {Of(closed.Fee)}, to stakers {Of(closed.Pool)}, carried on {Of(closed.CarriedOut)}{consent}"));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogClosed(period.Epoch, asset.Id, rewards.Count, closed.Root);
        events.Changed(Topic.Rewards);
        return (closed, null);
    }

    private Distribution Share(
        Asset asset, Period period, Distribution? before, List<Reward> rewards, IReadOnlyList<BalanceSeconds> weights, FeePolicy policy, decimal rentUsd, RentCover rent, IReadOnlyList<Sale> sales)
    {
        var carriedIn = before?.CarriedOut ?? 0;
        var gross = rewards.Aggregate(carriedIn, (sum, r) => sum + r.Units);
        var sold = sales.Aggregate(BigInteger.Zero, (sum, s) => sum + s.Units);
        // Where nobody held stake only what is sold is gone: fee and rent are taken when the rest is shared out.
        var isShared = weights.Count > 0;
        var (shared, borne, covered) = isShared ? (gross, rent.BorneUsd, rent.CoveredUsd) : (sold, 0, 0);
        var split = policy.Split(shared, sold);
        var file = DistributionFile.Of(period.Epoch, period.From, period.To, asset.Id, split.Pool, weights, before?.Leaves ?? []);
        return new Distribution(
            period.Epoch, asset, period.From, period.To, gross, split.Cost, split.Fee, file.Pool, carriedIn, gross - shared, rentUsd, file.Root, file.Leaves, policy.FeeBasisPoints,
            StoredTime.Of(clock.GetUtcNow()), new EpochTerms(policy.Version, borne, covered));
    }

    /// <summary>
    /// The period's rent over all networks; the part that an asset's receipts bear by the policy, which is that of the pool's miners on networks
    /// that pay it, shared equally where a network pays several; and the sales of the period's receipts.
    /// </summary>
    private static async Task<(decimal AllUsd, RentCover Rent, IReadOnlyList<Sale> Sales)> RentAsync(NirmaanDbContext db, Asset asset, Period period, FeePolicy policy, CancellationToken cancellationToken)
    {
        var rent = await RentReader.ReadAsync(db, period.From, period.To, cancellationToken);
        var paid = (await db.Rewards.Where(r => r.Beneficiary == Beneficiary.NrmPool.Name && r.At < period.To)
            .Select(r => new { r.Network, r.AssetId }).Distinct().ToListAsync(cancellationToken)).ToLookup(r => r.Network, r => r.AssetId);
        var borne = rent.Where(r => r.Beneficiary == Beneficiary.NrmPool.Name && !policy.TreasuryPays(asset.Id, r.Network) && paid[r.Network].Contains(asset.Id)).Sum(r => r.Usd / paid[r.Network].Count());
        var sales = await db.Sales.AsNoTracking().Where(s => s.AssetId == asset.Id && s.Source == SaleSource.Rewards && s.TakenBackAt == null && s.Epoch <= period.Epoch)
            .OrderBy(s => s.At).ThenBy(s => s.Id).ToListAsync(cancellationToken);
        var covered = await db.Distributions.Where(d => d.AssetId == asset.Id).SumAsync(d => d.CoveredUsd, cancellationToken) ?? 0;
        return (rent.Sum(r => r.Usd), new RentCover(decimal.Round(borne, 8), sales.Sum(s => s.NetUsd) - covered), [.. sales.Where(s => s.Epoch == period.Epoch)]);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Closed epoch {Epoch} of {Asset} with {Rewards} rewards; root {Root}")]
    private partial void LogClosed(int epoch, string asset, int rewards, string root);
}
