using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Rewards;
using Npgsql;
using NpgsqlTypes;

namespace Nirmaan.Control.Rewards;

/// <summary>Writes a booking of very many entries.</summary>
internal static class LedgerStore
{
    /// <summary>Stores entries within the open transaction. What is booked already is an error here as everywhere.</summary>
    public static async Task CopyAsync(NirmaanDbContext db, IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await using var rows = await connection.BeginBinaryImportAsync("COPY ledger (transaction_id, at, account, asset_id, units, cause, subject) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (var e in entries)
        {
            await rows.StartRowAsync(cancellationToken);
            await rows.WriteAsync(e.TransactionId, NpgsqlDbType.Uuid, cancellationToken);
            await rows.WriteAsync(e.At, NpgsqlDbType.TimestampTz, cancellationToken);
            await rows.WriteAsync(e.Account, NpgsqlDbType.Text, cancellationToken);
            await rows.WriteAsync(e.AssetId, NpgsqlDbType.Text, cancellationToken);
            await rows.WriteAsync(e.Units, NpgsqlDbType.Numeric, cancellationToken);
            await rows.WriteAsync(e.Cause, NpgsqlDbType.Text, cancellationToken);
            await rows.WriteAsync(e.Subject, NpgsqlDbType.Text, cancellationToken);
        }
        await rows.CompleteAsync(cancellationToken);
    }
}
