using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Rewards;

/// <summary>
/// Follows the transactions with which our Morpheus provider's owner claims what sessions owe and raises the stake, until each is final, reverted or
/// replaced. Nothing is sent from here: no key is held.
/// </summary>
public sealed class ClaimSessions(IDbContextFactory<NirmaanDbContext> contexts, IStakeWallets wallets, ControlEvents events, TimeProvider clock)
{
    private readonly CallWatch<ProviderCall> _watch = new(contexts, wallets, events, clock);

    /// <summary>Notes a transaction that the owner's wallet has sent. The same hash again changes nothing.</summary>
    /// <exception cref="InvalidInputException">The hash is none, or the action is none of a provider's.</exception>
    public Task SentAsync(long chainId, StakeAction action, SentCall sent, string by, CancellationToken cancellationToken)
    {
        var (step, session, wei) = action switch
        {
            StakeAction.ClaimSession claim => (ProviderStep.Claim, (string?)claim.Session, claim.Pays),
            StakeAction.AllowProvider allow => (ProviderStep.Allow, null, allow.Amount),
            StakeAction.RaiseProvider raise => (ProviderStep.RaiseStake, null, raise.Amount),
            _ => throw new InvalidInputException("action", action.GetType().Name, "a claim of a session, an allowance or a raise of the provider's stake"),
        };
        return _watch.SentAsync(chainId, sent, (call, at) => new ProviderCall(chainId, step, session, wei, call, by, at), cancellationToken);
    }

    /// <summary>Looks what became of every transaction that is under way.</summary>
    public Task<string> WatchAsync(CancellationToken cancellationToken) => _watch.WatchAsync(nameof(ClaimSessions), cancellationToken);

    /// <summary>The newest transactions, newest first.</summary>
    public async Task<IReadOnlyList<ProviderCall>> ListAsync(int most, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ProviderCalls.AsNoTracking().OrderByDescending(c => c.SentAt).ThenByDescending(c => c.Id).Take(most).ToListAsync(cancellationToken);
    }
}
