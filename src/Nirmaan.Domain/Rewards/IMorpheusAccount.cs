using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Domain.Rewards;

/// <summary>Our provider's account with Morpheus' compute contract.</summary>
/// <param name="Provider">Whose account it is: the node's wallet.</param>
/// <param name="Contract">The compute contract.</param>
/// <param name="Endpoint">Under which users reach it, as registered.</param>
/// <param name="IsRegistered">False = the contract does not know it, or it was taken off.</param>
/// <param name="Claims">What can be claimed, and what stands in the way.</param>
/// <param name="Sessions">Every session, or the newest of very many.</param>
/// <param name="IsComplete">False = there are older sessions that were not read.</param>
/// <param name="AsOf">The newest block, which may still be replaced.</param>
public sealed record MorAccount(
    long ChainId, string Provider, string Contract, string Endpoint, bool IsRegistered, MorClaims Claims, IReadOnlyList<MorSession> Sessions, bool IsComplete, BlockRef AsOf);

/// <summary>Reads the account. There only where Morpheus is switched on. Throws SupplierUnavailableException when the node or the chain cannot be read.</summary>
public interface IMorpheusAccount
{
    /// <summary>The account at a time, which says what is held and whether the year is over.</summary>
    Task<MorAccount> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken);
}
