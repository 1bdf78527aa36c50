using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Rewards;

/// <summary>
/// Follows the transactions with which an admin's wallet funds a distributor and publishes an epoch's root, until each is final, reverted or
/// replaced. Nothing is sent from here: no key is held.
/// </summary>
public sealed class PublishRoot(IDbContextFactory<NirmaanDbContext> contexts, IStakeWallets wallets, ControlEvents events, TimeProvider clock)
{
    /// <summary>Notes a transaction that a wallet has sent. The same hash again changes nothing.</summary>
    /// <exception cref="InvalidInputException">The hash is none.</exception>
    public async Task SentAsync(long chainId, Asset asset, int epoch, PublicationStep step, SentCall sent, string by, CancellationToken cancellationToken)
    {
        if (!Evm.Bytes32.TryParse(sent.Hash, out var hash)) { throw new InvalidInputException("hash", sent.Hash, "a transaction's hash: 0x and 64 hexadecimal digits"); }
        var now = StoredTime.Of(clock.GetUtcNow());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.PublicationCalls.AnyAsync(c => c.ChainId == chainId && c.TxHash == hash.ToString(), cancellationToken)) { return; }
        db.PublicationCalls.Add(new PublicationCall(chainId, asset, epoch, step, sent with { Hash = hash.ToString() }, by, now));
        db.Note(now, "publication", SubjectOf(asset, epoch), by, $"{step} sent".ToLowerInvariant(), $"transaction {hash}");
        await db.SaveChangesAsync(cancellationToken);
        events.Changed(Topic.Rewards);
    }

    /// <summary>Looks what became of every transaction that is under way.</summary>
    public async Task<string> WatchAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var open = await db.PublicationCalls.Where(c => c.State == CallState.Sent || c.State == CallState.Seen).OrderBy(c => c.SentAt).ToListAsync(cancellationToken);
        var changed = 0;
        string? unread = null;
        foreach (var call in open)
        {
            try
            {
                var before = call.State;
                if (!call.See(await wallets.LookAsync(call.ToSent(), cancellationToken))) { continue; }
                changed++;
                if (call.State != before) { db.Note(clock.GetUtcNow(), "publication", SubjectOf(Asset.Of(call.AssetId), call.Epoch), nameof(PublishRoot), $"{call.Step} {call.State}".ToLowerInvariant(), call.Reason ?? $"transaction {call.TxHash}", before, call.State); }
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

    private static string SubjectOf(Asset asset, int epoch) => $"{epoch}:{asset.Id}";
}
