using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Notifications;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Notifications;

/// <summary>Something worth telling an account.</summary>
/// <param name="Key">The same for the same thing, whenever it is found.</param>
/// <param name="Usd">What it was worth; null = unknown, or it is no payment.</param>
internal sealed record Telling(string Key, NoticeTopics Topic, DateTimeOffset At, string Title, string Text, decimal? Usd = null);

/// <summary>Finds what happened to an account, and to all.</summary>
internal sealed class NoticeSource(PriceBook prices)
{
    /// <summary>What became known in (from, to].</summary>
    public async Task<IReadOnlyList<Telling>> FindAsync(NirmaanDbContext db, WalletAddress account, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
    [
        .. await EpochsAsync(db, account, from, to, cancellationToken), .. await StakesAsync(db, account, from, to, cancellationToken),
        .. await WaitsAsync(db, account, from, to, cancellationToken), .. await PoliciesAsync(db, from, to, cancellationToken),
    ];

    /// <summary>Alerts that were raised or cleared in (from, to].</summary>
    public static async Task<IReadOnlyList<Telling>> AlertsAsync(NirmaanDbContext db, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var alerts = await db.Alerts.AsNoTracking().Where(a => (a.RaisedAt > from && a.RaisedAt <= to) || (a.ClearedAt > from && a.ClearedAt <= to)).OrderBy(a => a.RaisedAt).ToListAsync(cancellationToken);
        return [.. alerts.Where(a => a.RaisedAt > from).Select(a => new Telling($"alert:{a.Id}", NoticeTopics.Alerts, a.RaisedAt, a.Title, a.Text)),
            .. alerts.Where(a => a.ClearedAt is not null).Select(a => new Telling($"cleared:{a.Id}", NoticeTopics.Alerts, a.ClearedAt!.Value, $"Over: {a.Title}", a.ClearedWhy ?? ""))];
    }

    private async Task<IEnumerable<Telling>> EpochsAsync(NirmaanDbContext db, WalletAddress account, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var text = account.Value;
        var paid = await db.Database.SqlQuery<Paid>($"""
            SELECT d.epoch AS "Epoch", d.asset_id AS "AssetId", d.ends_at AS "To", d.closed_at AS "ClosedAt", s.amount AS "Units"
            FROM distributions d JOIN epoch_shares s ON s.account = {text} AND s.asset_id = d.asset_id AND s.epoch = d.epoch
            WHERE d.closed_at > {from} AND d.closed_at <= {to} AND s.amount <> 0
            """).ToListAsync(cancellationToken);
        if (paid.Count == 0) { return []; }
        var series = await prices.LoadAsync([.. paid.Select(p => p.AssetId).Distinct()], paid.Min(p => p.To), paid.Max(p => p.To), cancellationToken);
        return paid.Select(p =>
        {
            var amount = new TokenAmount(p.Units, Asset.Of(p.AssetId));
            var usd = series.ValueOf(amount, p.To);
            return new Telling($"epoch:{p.Epoch}:{p.AssetId}", NoticeTopics.EpochPaid, p.ClosedAt, $"Epoch {p.Epoch} paid {amount}",
                $"Epoch {p.Epoch} ended {p.To:u} and paid this account {amount}, {(usd is { } known ? FormattableString.Invariant($"${known:0.00} at that time's price") : "in dollars unknown: no price was known")}.", usd);
        });
    }

    private static async Task<IEnumerable<Telling>> StakesAsync(NirmaanDbContext db, WalletAddress account, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        // A block is read a while after its time: further back is looked, and what was told already is not told again.
        var since = from - CollectNotices.LookBack;
        var moves = await db.StakeEvents.AsNoTracking().Where(e => e.Account == account && e.At > since && e.At <= to).ToListAsync(cancellationToken);
        var lost = await db.StakesTakenBack.AsNoTracking().Where(s => s.Account == account && s.TakenBackAt > from && s.TakenBackAt <= to).ToListAsync(cancellationToken);
        return moves.Select(e => new Telling($"stake:{e.TxHash}:{e.LogIndex}", NoticeTopics.StakeChanged, e.At,
                $"{(e.Delta.Sign > 0 ? "Staked" : "Unstaked")} {new TokenAmount(System.Numerics.BigInteger.Abs(e.Delta), Asset.Nrm)}",
                $"In block {e.BlockNumber}, transaction {e.TxHash}. Staked now: {new TokenAmount(e.Balance, Asset.Nrm)}."))
            .Concat(lost.Select(s => new Telling($"lost:{s.BlockHash}:{s.LogIndex}", NoticeTopics.StakeChanged, s.TakenBackAt, "The chain took a change of stake back",
                $"Block {s.BlockNumber}, in which {new TokenAmount(s.Delta, Asset.Nrm)} stood, was replaced. Unless the transaction {s.TxHash} is in another block, it did not happen.")));
    }

    private static async Task<IEnumerable<Telling>> WaitsAsync(NirmaanDbContext db, WalletAddress account, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        (await db.ChainRecords.AsNoTracking().Where(r => r.Account == account && r.Kind == ChainRecordKind.UnbondingStarted && r.AvailableAt > from && r.AvailableAt <= to
                && !db.ChainRecords.Any(x => x.Account == account && x.Number == r.Number && (x.Kind == ChainRecordKind.UnbondingCancelled || x.Kind == ChainRecordKind.Withdrawn)))
            .ToListAsync(cancellationToken)).Select(r => new Telling($"due:{r.Number}", NoticeTopics.WithdrawalDue, r.AvailableAt!.Value, $"{new TokenAmount(r.Amount, Asset.Nrm)} can be withdrawn", "It has waited out the unbonding period."));

    // The first policy is the configuration's: it was in force before anybody could be told.
    private static async Task<IEnumerable<Telling>> PoliciesAsync(NirmaanDbContext db, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        (await db.FeePolicies.AsNoTracking().Where(p => p.Version > 1 && p.AnnouncedAt > from && p.AnnouncedAt <= to).ToListAsync(cancellationToken)).Select(p => new Telling($"policy:{p.Version}", NoticeTopics.FeeAnnounced, p.AnnouncedAt,
            FormattableString.Invariant($"From {p.From:yyyy-MM-dd} on the fee is {p.FeeBasisPoints / 100m:0.##} %"), $"Rent is {(p.RentTreasuryFunded ? "paid by the treasury" : "deducted before the fee")}. {p.Why}"));

    private sealed record Paid(int Epoch, string AssetId, DateTimeOffset To, DateTimeOffset ClosedAt, System.Numerics.BigInteger Units);
}
