using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Rewards;

/// <summary>
/// Follows the transactions with which an admin's wallet funds a distributor and publishes an epoch's root, until each is final, reverted or
/// replaced. Nothing is sent from here: no key is held.
/// </summary>
public sealed class PublishRoot(IDbContextFactory<NirmaanDbContext> contexts, IStakeWallets wallets, ControlEvents events, TimeProvider clock)
{
    private readonly CallWatch<PublicationCall> _watch = new(contexts, wallets, events, clock);

    /// <summary>Notes a transaction that a wallet has sent. The same hash again changes nothing.</summary>
    /// <exception cref="InvalidInputException">The hash is none.</exception>
    public Task SentAsync(long chainId, Asset asset, int epoch, PublicationStep step, SentCall sent, string by, CancellationToken cancellationToken) =>
        _watch.SentAsync(chainId, sent, (call, at) => new PublicationCall(chainId, asset, epoch, step, call, by, at), cancellationToken);

    /// <summary>Looks what became of every transaction that is under way.</summary>
    public Task<string> WatchAsync(CancellationToken cancellationToken) => _watch.WatchAsync(nameof(PublishRoot), cancellationToken);
}
