using System.Buffers.Binary;
using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Evm;
using Nirmaan.Evm.Merkle;

namespace Nirmaan.Control.Rewards;

/// <summary>The bytes of an epoch's tree, as <see cref="StoredMerkleTree"/> lays them. They follow from the leaves; nothing is lost with them.</summary>
internal sealed record ClaimTree(string AssetId, int Epoch, byte[] Tree);

/// <summary>
/// Cuts proofs from the stored tree: two questions of a few bytes each, whatever the number of stakers. The first who asks for an epoch's makes it;
/// the newest are kept, older ones are made again.
/// </summary>
internal static class ClaimTrees
{
    private const int Kept = 14;

    /// <summary>What an account may claim under the root of a closed epoch; null = it has no line in it.</summary>
    public static async Task<StakerClaim?> FindClaimAsync(NirmaanDbContext db, WalletAddress account, Asset asset, int epoch, string root, CancellationToken cancellationToken) =>
        await db.Set<EpochShare>().AsNoTracking().SingleOrDefaultAsync(s => s.Account == account && s.AssetId == asset.Id && s.Epoch == epoch, cancellationToken) is not { } line ? null
        : new StakerClaim(asset, epoch, line.Cumulative, root, await ProofAsync(db, line, root, cancellationToken));

    private static async Task<IReadOnlyList<string>> ProofAsync(NirmaanDbContext db, EpochShare line, string root, CancellationToken cancellationToken)
    {
        if (!await db.Set<ClaimTree>().AnyAsync(t => t.AssetId == line.AssetId && t.Epoch == line.Epoch, cancellationToken)) { await MakeAsync(db, line.AssetId, line.Epoch, root, cancellationToken); }
        var lines = await db.Distributions.Where(d => d.AssetId == line.AssetId && d.Epoch == line.Epoch).Select(d => EF.Property<int>(d, "Lines")).SingleAsync(cancellationToken);
        var place = (await PartsAsync(db, line, [StoredMerkleTree.OffsetOfPlace(lines, line.Leaf)], sizeof(int), cancellationToken))[0];
        return [.. (await PartsAsync(db, line, StoredMerkleTree.OffsetsOfProof(BinaryPrimitives.ReadInt32BigEndian(place)), Bytes32.Size, cancellationToken)).Select(node => new Bytes32(node).ToString())];
    }

    private static Task<List<byte[]>> PartsAsync(NirmaanDbContext db, EpochShare line, IReadOnlyList<long> offsets, int size, CancellationToken cancellationToken)
    {
        // PostgreSQL counts bytes from 1.
        var starts = offsets.Select(o => checked((int)o + 1)).ToArray();
        return db.Database.SqlQuery<byte[]>($"""
            SELECT substring(t.tree FROM o.start FOR {size}) AS "Value" FROM claim_trees t CROSS JOIN unnest({starts}) WITH ORDINALITY AS o (start, n)
            WHERE t.asset_id = {line.AssetId} AND t.epoch = {line.Epoch} ORDER BY o.n
            """).ToListAsync(cancellationToken);
    }

    private static async Task MakeAsync(NirmaanDbContext db, string assetId, int epoch, string root, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Everybody asks when an epoch has closed: one makes the tree and the others wait for it.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext('claim tree'), hashtext({assetId}))", cancellationToken);
        if (await db.Set<ClaimTree>().AnyAsync(t => t.AssetId == assetId && t.Epoch == epoch, cancellationToken)) { return; }
        List<MerkleLeaf> leaves = [];
        await foreach (var leaf in db.Database.SqlQuery<LeafRow>($"""
            SELECT l.leaf ->> 'account' AS "Account", (l.leaf ->> 'cumulative')::numeric AS "Cumulative"
            FROM distributions d CROSS JOIN LATERAL jsonb_array_elements(d.leaves) WITH ORDINALITY AS l (leaf, n) WHERE d.asset_id = {assetId} AND d.epoch = {epoch} ORDER BY l.n
            """).AsAsyncEnumerable().WithCancellation(cancellationToken)) { leaves.Add(new MerkleLeaf(WalletAddress.Parse(leaf.Account).ToEvm(), leaf.Cumulative)); }
        var tree = StandardMerkleTree.Build(leaves);
        if (tree.Root.ToString() != root) { throw new InvalidOperationException($"The leaves of epoch {epoch} of {assetId} give the root {tree.Root}, not {root}: no proof of them would be accepted."); }
        var bytes = new MemoryStream(checked((int)StoredMerkleTree.OffsetOfPlace(leaves.Count, leaves.Count)));
        tree.WriteTo(bytes);
        await db.Database.ExecuteSqlAsync($"INSERT INTO claim_trees (asset_id, epoch, tree) VALUES ({assetId}, {epoch}, {bytes.GetBuffer()})", cancellationToken);
        await db.Set<ClaimTree>().Where(t => t.AssetId == assetId && t.Epoch <= epoch - Kept).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private sealed record LeafRow(string Account, BigInteger Cumulative);
}
