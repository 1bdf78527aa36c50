using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;
using Npgsql;
using NpgsqlTypes;

namespace Nirmaan.Control.Staking;

/// <summary>Writes pages of the chain, many events at a time. What is known already stays as it is.</summary>
internal static class StakeStore
{
    /// <summary>Stores changes of stake above a block, none of them twice among themselves; answers how many were new. The cursor's row is held.</summary>
    public static async Task<int> StoreAsync(NirmaanDbContext db, IReadOnlyCollection<StakeEvent> events, long above, CancellationToken cancellationToken)
    {
        if (events.Count == 0) { return 0; }
        // Where nothing is stored above yet, which is nearly always, nothing can be there twice. The highest block is at the end of its index.
        var highest = await db.Database.SqlQuery<long?>($"""SELECT max(block_number) AS "Value" FROM stake_events""").SingleAsync(cancellationToken);
        if (highest is null || highest <= above) { return await CopyAsync(db, "stake_events", events, cancellationToken); }
        await db.Database.ExecuteSqlAsync($"CREATE TEMP TABLE arriving (LIKE stake_events) ON COMMIT DROP", cancellationToken);
        await CopyAsync(db, "arriving", events, cancellationToken);
        return await db.Database.ExecuteSqlAsync($"INSERT INTO stake_events SELECT * FROM arriving ON CONFLICT DO NOTHING", cancellationToken);
    }

    private static async Task<int> CopyAsync(NirmaanDbContext db, string table, IReadOnlyCollection<StakeEvent> events, CancellationToken cancellationToken)
    {
        await using (var rows = await Connection(db).BeginBinaryImportAsync($"COPY {table} (chain_id, tx_hash, log_index, block_number, block_hash, at, account, delta, balance) FROM STDIN (FORMAT BINARY)", cancellationToken))
        {
            foreach (var e in events)
            {
                await rows.StartRowAsync(cancellationToken);
                await rows.WriteAsync(e.ChainId, NpgsqlDbType.Bigint, cancellationToken);
                await rows.WriteAsync(e.TxHash, NpgsqlDbType.Text, cancellationToken);
                await rows.WriteAsync(e.LogIndex, NpgsqlDbType.Integer, cancellationToken);
                await rows.WriteAsync(e.BlockNumber, NpgsqlDbType.Bigint, cancellationToken);
                await rows.WriteAsync(e.BlockHash, NpgsqlDbType.Text, cancellationToken);
                await rows.WriteAsync(e.At, NpgsqlDbType.TimestampTz, cancellationToken);
                await rows.WriteAsync(e.Account.Value, NpgsqlDbType.Text, cancellationToken);
                await rows.WriteAsync(e.Delta, NpgsqlDbType.Numeric, cancellationToken);
                await rows.WriteAsync(e.Balance, NpgsqlDbType.Numeric, cancellationToken);
            }
            return (int)await rows.CompleteAsync(cancellationToken);
        }
    }

    /// <summary>Stores the contracts' other events, of which there are few.</summary>
    public static async Task StoreAsync(NirmaanDbContext db, IReadOnlyCollection<ChainRecord> records, CancellationToken cancellationToken)
    {
        foreach (var r in records)
        {
            var (account, recipient, kind) = (r.Account?.Value, r.Recipient?.Value, r.Kind.ToString());
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO chain_records (chain_id, tx_hash, log_index, block_number, block_hash, at, kind, account, amount, number, available_at, recipient, root, asset_id)
                VALUES ({r.ChainId}, {r.TxHash}, {r.LogIndex}, {r.BlockNumber}, {r.BlockHash}, {r.At}, {kind}, {account}, {r.Amount}, {r.Number}, {r.AvailableAt}, {recipient}, {r.Root}, {r.AssetId})
                ON CONFLICT DO NOTHING
                """, cancellationToken);
        }
    }

    /// <summary>The last event of each account below a block: what the next one's balance stands on.</summary>
    public static async Task<Dictionary<WalletAddress, (BigInteger Balance, long Block)>> LastAsync(
        NirmaanDbContext db, long chainId, IEnumerable<WalletAddress> accounts, long below, CancellationToken cancellationToken)
    {
        var asked = accounts.Select(a => a.Value).ToArray();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // While the table grows from nothing its statistics say that it is small, and the planner would walk through all of it for each account: by
        // the table, or back along the blocks. OFFSET 0 keeps the order by block out of the search for the account's few events.
        await db.Database.ExecuteSqlAsync($"SET LOCAL enable_seqscan = off", cancellationToken);
        var rows = await db.Database.SqlQuery<LastEvent>($"""
            SELECT a.account AS "Account", e.balance AS "Balance", e.block_number AS "Block" FROM unnest({asked}) AS a (account) CROSS JOIN LATERAL (
                SELECT balance, block_number FROM (SELECT * FROM stake_events WHERE account = a.account OFFSET 0) s WHERE s.chain_id = {chainId} AND s.block_number < {below}
                ORDER BY block_number DESC, log_index DESC LIMIT 1) e
            """).ToListAsync(cancellationToken);
        return rows.ToDictionary(r => WalletAddress.Parse(r.Account), r => (r.Balance, r.Block));
    }

    private static NpgsqlConnection Connection(NirmaanDbContext db) => (NpgsqlConnection)db.Database.GetDbConnection();

    private sealed record LastEvent(string Account, BigInteger Balance, long Block);
}
