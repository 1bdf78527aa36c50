using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Staking;

/// <summary>What an account ever got of an asset, by where it stands now; in base units, claimed + claimable + recorded = all of it.</summary>
/// <param name="Claimed">Paid out by the distributor.</param>
/// <param name="Claimable">Under a root that the distributor holds, and not claimed.</param>
/// <param name="Recorded">In closed epochs whose root is not published yet.</param>
/// <param name="PublishedEpoch">Of the newest published root; null = none is published.</param>
public sealed record AssetState(Asset Asset, BigInteger Claimed, BigInteger Claimable, BigInteger Recorded, int? PublishedEpoch);

/// <summary>Unstaked NRM that waits.</summary>
public sealed record WaitingOut(BigInteger Units, DateTimeOffset Since, DateTimeOffset AvailableAt);

/// <summary>An account's position by state. States are not added up across assets.</summary>
public sealed record StakerStates(IReadOnlyList<AssetState> Assets, IReadOnlyList<WaitingOut> WaitingOut);

/// <summary>Reads positions by state: public, by address.</summary>
public sealed class StakerStateQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>An account's position as far as closed epochs and the chain are read.</summary>
    public async Task<StakerStates> ReadAsync(WalletAddress address, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // What was read before there were several distributors bears no asset: it is MOR's.
        var (account, rootPublished, mor) = (address.Value, nameof(ChainRecordKind.RootPublished), Asset.Mor.Id);
        // Of each asset the newest epoch, and the newest one whose root the distributor was given; roots are only replaced by later ones.
        var rows = await db.Database.SqlQuery<Row>($"""
            WITH newest AS (SELECT asset_id, max(epoch) AS epoch FROM distributions GROUP BY asset_id),
                published AS (
                    SELECT d.asset_id, max(d.epoch) AS epoch FROM chain_records r JOIN distributions d ON d.root = r.root AND d.asset_id = coalesce(r.asset_id, {mor})
                    WHERE r.kind = {rootPublished} GROUP BY d.asset_id)
            SELECT n.asset_id AS "AssetId", p.epoch AS "PublishedEpoch", coalesce(mine.cumulative, 0) AS "Cumulative", coalesce(provable.cumulative, 0) AS "Provable"
            FROM newest n LEFT JOIN published p ON p.asset_id = n.asset_id
            LEFT JOIN epoch_shares mine ON mine.account = {account} AND mine.asset_id = n.asset_id AND mine.epoch = n.epoch
            LEFT JOIN epoch_shares provable ON provable.account = {account} AND provable.asset_id = n.asset_id AND provable.epoch = p.epoch
            """).ToListAsync(cancellationToken);
        var records = await db.ChainRecords.AsNoTracking().Where(r => r.Account == address).ToListAsync(cancellationToken);
        var claimed = records.Where(r => r.Kind == ChainRecordKind.Claimed).ToLookup(r => r.AssetId ?? mor, r => r.Amount);
        var ended = records.Where(r => r.Kind is ChainRecordKind.UnbondingCancelled or ChainRecordKind.Withdrawn).Select(r => r.Number).ToHashSet();
        return new StakerStates(
            [.. rows.OrderBy(r => r.AssetId, StringComparer.Ordinal).Select(r => State(r, claimed[r.AssetId].Aggregate(BigInteger.Zero, BigInteger.Add))).Where(s => !(s.Claimed + s.Claimable + s.Recorded).IsZero)],
            [.. records.Where(r => r.Kind == ChainRecordKind.UnbondingStarted && !ended.Contains(r.Number)).OrderBy(r => r.AvailableAt).Select(r => new WaitingOut(r.Amount, r.At, r.AvailableAt ?? r.At))]);
    }

    private static AssetState State(Row row, BigInteger claimed)
    {
        // The chain is read a moment behind: a claim may be known before the root that it was made under.
        var provable = BigInteger.Max(row.Provable, claimed);
        return new AssetState(Asset.Of(row.AssetId), claimed, provable - claimed, BigInteger.Max(row.Cumulative - provable, 0), row.PublishedEpoch);
    }

    /// <param name="Provable">Its amount under the newest published root.</param>
    private sealed record Row(string AssetId, int? PublishedEpoch, BigInteger Cumulative, BigInteger Provable);
}
