using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Rewards;

/// <summary>Notes transactions that persons' wallets sent, and follows each until it is final, reverted or replaced. Nothing is sent from here: no key is held.</summary>
internal sealed class CallWatch<TCall>(IDbContextFactory<NirmaanDbContext> contexts, IStakeWallets wallets, ControlEvents events, TimeProvider clock)
    where TCall : WatchedCall
{
    /// <summary>Notes one. The same hash again changes nothing.</summary>
    /// <param name="make">The call, with its hash in one spelling, at a time.</param>
    /// <exception cref="InvalidInputException">The hash is none.</exception>
    public async Task SentAsync(long chainId, SentCall sent, Func<SentCall, DateTimeOffset, TCall> make, CancellationToken cancellationToken)
    {
        if (!Evm.Bytes32.TryParse(sent.Hash, out var hash)) { throw new InvalidInputException("hash", sent.Hash, "a transaction's hash: 0x and 64 hexadecimal digits"); }
        var now = StoredTime.Of(clock.GetUtcNow());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Set<TCall>().AnyAsync(c => c.ChainId == chainId && c.TxHash == hash.ToString(), cancellationToken)) { return; }
        var call = make(sent with { Hash = hash.ToString() }, now);
        db.Add(call);
        db.Note(now, call.SubjectKind, call.Subject, call.By, $"{call.What} sent".ToLowerInvariant(), $"transaction {hash}");
        await db.SaveChangesAsync(cancellationToken);
        events.Changed(Topic.Rewards);
    }

    /// <summary>Looks what became of every transaction that is under way.</summary>
    /// <param name="actor">Who looks, for the timeline.</param>
    public async Task<string> WatchAsync(string actor, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var open = await db.Set<TCall>().Where(c => c.State == CallState.Sent || c.State == CallState.Seen).OrderBy(c => c.SentAt).ToListAsync(cancellationToken);
        var changed = 0;
        string? unread = null;
        foreach (var call in open)
        {
            try
            {
                var before = call.State;
                if (!call.See(await wallets.LookAsync(call.ToSent(), cancellationToken))) { continue; }
                changed++;
                if (call.State != before) { db.Note(clock.GetUtcNow(), call.SubjectKind, call.Subject, actor, $"{call.What} {call.State}".ToLowerInvariant(), call.Reason ?? $"transaction {call.TxHash}", before, call.State); }
            }
            catch (SupplierUnavailableException e)
            {
                unread = $"Not readable: {e.Message}";
                break;
            }
        }
        if (changed > 0)
        {
            await db.SaveChangesAsync(cancellationToken);
            events.Changed(Topic.Rewards);
        }
        return unread ?? (open.Count == 0 ? "Nothing is under way." : $"{open.Count} under way, {changed} changed.");
    }
}
