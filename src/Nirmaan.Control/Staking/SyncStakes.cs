using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Staking;

/// <summary>
/// Reads stakes from the chain, final blocks only. Events and the cursor behind them are one transaction. When a block that was read has
/// another hash now, the chain was reorganised: everything above the newest block that still stands is taken back and read anew.
/// Each event carries the account's stake after it, so one that a node left out shows at the account's next one: then it is read again from
/// the account's last event on. What stays away, and nodes that contradict each other, stop the reading, and the pages say why.
/// </summary>
public sealed partial class SyncStakes(IDbContextFactory<NirmaanDbContext> contexts, IStakeChain chain, ControlEvents events, TimeProvider clock, ILogger<SyncStakes> logger)
{
    /// <summary>Reads up to the newest final block.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (done, absent) = await SyncAsync(cancellationToken);
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var isOther = absent is not null && await ChainTrust.NoteAbsentAsync(db, clock.GetUtcNow(), absent, cancellationToken);
            if (await ChainTrust.SettleAsync(db, cancellationToken) || isOther) { events.Changed(Topic.Staking); }
            return done;
        }
        catch (EndpointsDisagreeException e) { return await StopAsync($"The nodes contradict each other about block {e.Block}.", e.Words, e.Message, cancellationToken); }
        catch (GapException e) { return await StopAsync(e.Message, [], e.Message, cancellationToken); }
        catch (SupplierUnavailableException e)
        {
            LogUnread(e);
            return $"Not readable: {e.Message}";
        }
    }

    /// <summary>What was done, and which witnesses were away on the last page; null = no page was read.</summary>
    private async Task<(string Done, IReadOnlyList<EndpointWord>? Absent)> SyncAsync(CancellationToken cancellationToken)
    {
        var chainId = await chain.ReadChainIdAsync(cancellationToken);
        await EnsureOneChainAsync(chainId, cancellationToken);
        var (stored, takenBack) = (0, 0);
        Gap? refilled = null;
        IReadOnlyList<EndpointWord>? absent = null;
        var known = new KnownStakes(chainId);
        await using var ahead = new PageAhead(chain);
        while (true)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var cursor = await db.Cursors.AsNoTracking().SingleOrDefaultAsync(c => c.Id == ChainCursors.Stakes(chainId), cancellationToken) ?? new ChainCursor(ChainCursors.Stakes(chainId));
            switch (await FindGroundAsync(db, chainId, cursor, cancellationToken))
            {
                case Ground.Behind:
                    return ($"Chain {chainId}: the node does not know block {cursor.BlockNumber}, which was read already; waiting for it.", absent);
                case Ground.Fork(var above):
                    takenBack += await TakeBackAsync(db, chainId, cursor, above, cancellationToken);
                    continue;
            }
            if (await ahead.TakeAsync(cursor.BlockNumber + 1, cancellationToken) is not { } page)
            {
                LogSynced(chainId, cursor.BlockNumber, stored, takenBack);
                return ($"Chain {chainId}: {stored} new stake events up to block {cursor.BlockNumber}{(takenBack > 0 ? $"; {takenBack} taken back after a reorganisation" : "")}.", absent);
            }
            if (page.To.Number <= cursor.BlockNumber) { throw new InvalidOperationException($"The chain was read from block {cursor.BlockNumber + 1} but answered up to {page.To.Number}."); }
            ahead.Begin(page.To.Number + 1, cancellationToken);
            var fresh = page.Events.Where(e => e.ChainId == chainId && e.BlockNumber > cursor.BlockNumber).DistinctBy(e => (e.TxHash, e.LogIndex)).ToList();
            if (await FindGapAsync(db, known, cursor, fresh, cancellationToken) is { } gap)
            {
                if (gap == refilled) { throw new GapException(gap); }
                refilled = gap;
                await RereadAsync(db, cursor, gap, cancellationToken);
                continue;
            }
            if (await StoreAsync(db, cursor, page, fresh, cancellationToken) is { } added)
            {
                stored += added;
                known.Stored(page.To.Number);
            }
            absent = page.Absent ?? [];
        }
    }

    /// <summary>Why it goes no further, in the log, for the job's line and for the pages.</summary>
    private async Task<string> StopAsync(string what, IReadOnlyList<EndpointWord> words, string whole, CancellationToken cancellationToken)
    {
        LogStopped(whole);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await ChainTrust.RaiseAsync(db, clock.GetUtcNow(), what, words, cancellationToken);
        events.Changed(Topic.Staking);
        return $"STOPPED: {whole}";
    }

    /// <summary>The first event whose balance does not follow from the account's one before; null = none is missing.</summary>
    private static async Task<Gap?> FindGapAsync(NirmaanDbContext db, KnownStakes known, ChainCursor cursor, List<StakeEvent> fresh, CancellationToken cancellationToken)
    {
        await known.LearnAsync(db, fresh.Select(e => e.Account), cursor.BlockNumber, cancellationToken);
        foreach (var e in fresh.OrderBy(e => e.BlockNumber).ThenBy(e => e.LogIndex))
        {
            var (balance, block) = known.Of(e.Account);
            if (balance + e.Delta != e.Balance) { return new Gap(e.Account, block, e.BlockNumber); }
            known.Follow(e);
        }
        return null;
    }

    /// <summary>Goes back to the block that the account's last known event is in, which may itself hold the missing one. Known events stay.</summary>
    private async Task RereadAsync(NirmaanDbContext db, ChainCursor cursor, Gap gap, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(db, cursor, cancellationToken) is not { } held) { return; }
        held.RewindTo(Math.Max(0, gap.After - 1));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogGap(gap.Account.Value, gap.After, gap.Before);
    }

    private async Task EnsureOneChainAsync(long chainId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var mine = ChainCursors.Stakes(chainId);
        var other = await db.Cursors.Where(c => c.Id.StartsWith(ChainCursors.StakesPrefix) && c.Id != mine).Select(c => c.Id).FirstOrDefaultAsync(cancellationToken);
        if (other is null) { return; }
        other = other[ChainCursors.StakesPrefix.Length..];
        throw new InvalidOperationException($"The node is of chain {chainId}, the stakes stored here of chain {other}: connect a node of chain {other} or begin with an empty database.");
    }

    private abstract record Ground
    {
        public sealed record Firm : Ground;
        public sealed record Behind : Ground;
        /// <summary>Nothing above this block stands.</summary>
        public sealed record Fork(BlockRef? Above) : Ground;
    }

    /// <summary>Whether what was read still stands on the chain, and if not, from where on.</summary>
    private async Task<Ground> FindGroundAsync(NirmaanDbContext db, long chainId, ChainCursor cursor, CancellationToken cancellationToken)
    {
        if (cursor.BlockHash is not { } hash) { return new Ground.Firm(); }
        var read = await chain.FindBlockAsync(cursor.BlockNumber, cancellationToken);
        if (read?.Hash == hash) { return new Ground.Firm(); }
        // A block that is missing proves nothing: the node may lag behind. One with another hash does.
        var forked = read is not null;
        var blocks = await db.StakeEvents.AsNoTracking().Where(e => e.ChainId == chainId).Select(e => new { e.BlockNumber, e.BlockHash })
            .Distinct().OrderByDescending(b => b.BlockNumber).ToListAsync(cancellationToken);
        foreach (var block in blocks)
        {
            if (await chain.FindBlockAsync(block.BlockNumber, cancellationToken) is not { } found) { continue; }
            if (found.Hash == block.BlockHash) { return forked ? new Ground.Fork(found) : new Ground.Behind(); }
            forked = true;
        }
        return forked ? new Ground.Fork(null) : new Ground.Behind();
    }

    private async Task<int> TakeBackAsync(NirmaanDbContext db, long chainId, ChainCursor cursor, BlockRef? above, CancellationToken cancellationToken)
    {
        var last = above?.Number ?? 0;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(db, cursor, cancellationToken) is not { } held) { return 0; }
        // What was paid out stands on these stakes. No honest chain is rewound so far, so this is more likely another chain under the same id.
        var paidTo = await db.Distributions.MaxAsync(d => (DateTimeOffset?)d.To, cancellationToken);
        var paidFor = await db.StakeEvents.CountAsync(e => e.ChainId == chainId && e.BlockNumber > last && e.At < paidTo, cancellationToken);
        if (paidFor > 0)
        {
            throw new InvalidOperationException(
                $"The node's chain {chainId} differs from block {last + 1} on, below {paidFor} stake events of closed epochs (to {paidTo:u}): nothing was taken back. Connect a node of the chain that was read, or begin with an empty database.");
        }
        var now = clock.GetUtcNow();
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO stakes_taken_back (chain_id, block_hash, tx_hash, log_index, block_number, at, account, delta, taken_back_at)
            SELECT chain_id, block_hash, tx_hash, log_index, block_number, at, account, delta, {now} FROM stake_events WHERE chain_id = {chainId} AND block_number > {last}
            ON CONFLICT DO NOTHING
            """, cancellationToken);
        await db.ChainRecords.Where(r => r.ChainId == chainId && r.BlockNumber > last).ExecuteDeleteAsync(cancellationToken);
        var deleted = await db.StakeEvents.Where(e => e.ChainId == chainId && e.BlockNumber > last).ExecuteDeleteAsync(cancellationToken);
        if (above is null) { held.RewindTo(0); } else { held.MoveTo(above); }
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogReorganised(chainId, cursor.BlockNumber, last, deleted);
        events.Changed(Topic.Staking);
        return deleted;
    }

    /// <summary>How many events were new; null = nothing was stored, for another reader was faster.</summary>
    private async Task<int?> StoreAsync(NirmaanDbContext db, ChainCursor cursor, StakePage page, List<StakeEvent> fresh, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(db, cursor, cancellationToken) is not { } held) { return null; }
        var stored = await StakeStore.StoreAsync(db, fresh, cursor.BlockNumber, cancellationToken);
        await StakeStore.StoreAsync(db, page.Records, cancellationToken);
        held.MoveTo(page.To, page.Newest);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (fresh.Count > 0 || page.Records.Count > 0) { events.Changed(Topic.Staking); }
        return stored;
    }

    /// <summary>The cursor's row for us alone; null = another reader moved it since it was read.</summary>
    private static async Task<ChainCursor?> LockAsync(NirmaanDbContext db, ChainCursor read, CancellationToken cancellationToken)
    {
        await db.Database.ExecuteSqlAsync($"INSERT INTO cursors (id, block_number) VALUES ({read.Id}, 0) ON CONFLICT DO NOTHING", cancellationToken);
        var held = (await db.Cursors.FromSql($"SELECT *, xmin FROM cursors WHERE id = {read.Id} FOR UPDATE").ToListAsync(cancellationToken))[0];
        return held.BlockNumber == read.BlockNumber && held.BlockHash == read.BlockHash ? held : null;
    }

    /// <summary>Events of an account are missing between two blocks.</summary>
    private sealed record Gap(WalletAddress Account, long After, long Before);

    private sealed class GapException(Gap gap) : Exception(
        $"The node leaves events out: the stake of {gap.Account.Checksummed()} in block {gap.Before} does not follow from what it told of the blocks from {gap.After} on, asked twice. Use another node, or an earlier Chain:FromBlock.");

    [LoggerMessage(Level = LogLevel.Error, Message = "Stakes are read no further: {Why}")]
    private partial void LogStopped(string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events of {Account} are missing between blocks {After} and {Before}: read again")]
    private partial void LogGap(string account, long after, long before);

    [LoggerMessage(Level = LogLevel.Information, Message = "Chain {Chain}: read to block {Block}, {Stored} new stake events, {TakenBack} taken back")]
    private partial void LogSynced(long chain, long block, int stored, int takenBack);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stakes could not be read")]
    private partial void LogUnread(SupplierUnavailableException exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Chain {Chain} was reorganised below block {Read}: {Events} stake events above block {Block} are taken back")]
    private partial void LogReorganised(long chain, long read, long block, int events);
}

internal static class ChainCursors
{
    public const string StakesPrefix = "stakes:";

    /// <summary>The cursor of a chain's stakes.</summary>
    public static string Stakes(long chainId) => $"{StakesPrefix}{chainId}";

    /// <summary>How far stakes are read, by the time of the last final block; null = nothing is read.</summary>
    public static Task<DateTimeOffset?> StakesReadToAsync(NirmaanDbContext db, CancellationToken cancellationToken) =>
        db.Cursors.Where(c => c.Id.StartsWith(StakesPrefix)).MaxAsync(c => c.BlockAt, cancellationToken);
}
