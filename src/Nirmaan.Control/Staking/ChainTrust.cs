using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Jobs;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Staking;

/// <summary>Why reading the chain has stopped.</summary>
/// <param name="Since">When it was seen first.</param>
/// <param name="What">In a sentence.</param>
/// <param name="Words">What each node said; empty = it is no quarrel of nodes.</param>
public sealed record ChainAlert(DateTimeOffset Since, string What, IReadOnlyList<EndpointWord> Words);

/// <summary>How the reading of the chain goes.</summary>
/// <param name="ReadTo">Last block read; null = none.</param>
/// <param name="Newest">The newest final block when it was read last; null = not known.</param>
/// <param name="At">Time of the last block read.</param>
/// <param name="Alert">Null = all is well.</param>
/// <param name="Absent">Witnesses that were away when it was read last, while enough others agreed, since when; null = none.</param>
public sealed record ChainReading(long? ReadTo, long? Newest, DateTimeOffset? At, ChainAlert? Alert, ChainAlert? Absent = null);

/// <summary>Keeps why reading has stopped, for the pages, until it goes on.</summary>
internal static class ChainTrust
{
    private const string Key = "staking:alert", AbsentKey = "staking:absent", By = nameof(SyncStakes);

    public static async Task RaiseAsync(NirmaanDbContext db, DateTimeOffset now, string what, IReadOnlyList<EndpointWord> words, CancellationToken cancellationToken)
    {
        var since = (await FindAsync(db, Key, cancellationToken))?.Since ?? now;
        await KeepAsync(db, Key, new ChainAlert(since, what, words), now, cancellationToken);
    }

    /// <summary>Keeps which witnesses are away. True when it is others than before.</summary>
    public static async Task<bool> NoteAbsentAsync(NirmaanDbContext db, DateTimeOffset now, IReadOnlyList<EndpointWord> absent, CancellationToken cancellationToken)
    {
        if (absent.Count == 0) { return await db.Settings.Where(s => s.Key == AbsentKey).ExecuteDeleteAsync(cancellationToken) > 0; }
        var before = await FindAsync(db, AbsentKey, cancellationToken);
        var isSame = before is not null && before.Words.Select(w => w.Endpoint).SequenceEqual(absent.Select(w => w.Endpoint));
        await KeepAsync(db, AbsentKey, new ChainAlert(isSame ? before!.Since : now, "Witnesses give no answer; enough others say the same.", absent), now, cancellationToken);
        return !isSame;
    }

    private static Task<int> KeepAsync(NirmaanDbContext db, string key, ChainAlert alert, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.Serialize(alert, DomainJson.Options);
        return db.Database.ExecuteSqlAsync($"""
            INSERT INTO settings (key, value, by, at) VALUES ({key}, {json}::jsonb, {By}, {now})
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, at = excluded.at
            """, cancellationToken);
    }

    /// <summary>True when there was something to settle.</summary>
    public static async Task<bool> SettleAsync(NirmaanDbContext db, CancellationToken cancellationToken) =>
        await db.Settings.Where(s => s.Key == Key).ExecuteDeleteAsync(cancellationToken) > 0;

    public static async Task<ChainReading> ReadAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var cursor = await db.Cursors.AsNoTracking().Where(c => c.Id.StartsWith(ChainCursors.StakesPrefix)).OrderByDescending(c => c.BlockAt).FirstOrDefaultAsync(cancellationToken);
        return new ChainReading(cursor?.BlockAt is null ? null : cursor.BlockNumber, cursor?.NewestNumber, cursor?.BlockAt, await FindAsync(db, Key, cancellationToken), await FindAsync(db, AbsentKey, cancellationToken));
    }

    private static async Task<ChainAlert?> FindAsync(NirmaanDbContext db, string key, CancellationToken cancellationToken) =>
        await db.Settings.AsNoTracking().Where(s => s.Key == key).Select(s => s.Value).SingleOrDefaultAsync(cancellationToken) is { } text
            ? JsonSerializer.Deserialize<ChainAlert>(text, DomainJson.Options) : null;
}
