using System.Numerics;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Staking;

/// <summary>What a staker, or an admin who publishes an epoch, does with a wallet: each is one transaction, but <see cref="Permit"/>, which is a signature. Amounts are base units.</summary>
public abstract record StakeAction
{
    private StakeAction() { }

    /// <summary>Lets the staking contract take that much NRM: needed before <see cref="Stake"/>.</summary>
    public sealed record Allow(BigInteger Amount) : StakeAction;

    /// <summary>The same by a signature instead of a transaction (EIP-2612), which <see cref="StakePermitted"/> hands in.</summary>
    public sealed record Permit(BigInteger Amount) : StakeAction;

    /// <summary>Puts NRM in, by the permission that the signature gives.</summary>
    /// <param name="Signature">By the account's key, 65 bytes as 0x and hexadecimal digits.</param>
    public sealed record StakePermitted(BigInteger Amount, DateTimeOffset Deadline, string Signature) : StakeAction;

    /// <summary>Puts NRM in; it earns from the block's second on.</summary>
    public sealed record Stake(BigInteger Amount) : StakeAction;

    /// <summary>Takes NRM out of what earns; it waits out the unbonding period.</summary>
    public sealed record Unstake(BigInteger Amount) : StakeAction;

    /// <summary>Stakes again the whole of what waits.</summary>
    public sealed record Cancel(long Id, BigInteger Amount) : StakeAction;

    /// <summary>Takes home what has waited long enough.</summary>
    public sealed record Withdraw(IReadOnlyList<long> Ids, BigInteger Amount) : StakeAction;

    /// <summary>Takes home all rewards of one asset that were not claimed yet.</summary>
    /// <param name="Amount">What is paid: cumulative less what was claimed before.</param>
    /// <param name="Cumulative">Of the account's line in the published epoch.</param>
    public sealed record Claim(Asset Asset, WalletAddress Account, BigInteger Amount, BigInteger Cumulative, IReadOnlyList<string> Proof) : StakeAction;

    /// <summary>Names who is paid by the account's claims from now on; the account itself = back to it.</summary>
    public sealed record SendRewardsTo(WalletAddress Recipient) : StakeAction;

    /// <summary>Sends tokens to the asset's distributor, which only claims can take out again.</summary>
    public sealed record Fund(Asset Asset, string Distributor, BigInteger Amount) : StakeAction;

    /// <summary>Announces an epoch's root in the timelock, where anyone can recompute it before it counts.</summary>
    /// <param name="Total">What the root promises to all in their lifetime.</param>
    /// <param name="Delay">The timelock's.</param>
    public sealed record Announce(Asset Asset, string Distributor, int Epoch, string Root, BigInteger Total, TimeSpan Delay) : StakeAction;

    /// <summary>Carries out what was announced: from then on claims are proven against this root.</summary>
    public sealed record Publish(Asset Asset, string Distributor, int Epoch, string Root, BigInteger Total) : StakeAction;

    /// <summary>Takes what a session on Morpheus owes its provider. Only the provider's own wallet may.</summary>
    /// <param name="Pays">What it pays as things stand, wei of MOR.</param>
    public sealed record ClaimSession(string Session, BigInteger Pays) : StakeAction;

    /// <summary>Lets Morpheus' contract take that much MOR: needed before <see cref="RaiseProvider"/>.</summary>
    public sealed record AllowProvider(string Contract, BigInteger Amount) : StakeAction;

    /// <summary>Puts MOR into the provider's stake, by which the contract limits what it pays in a year.</summary>
    /// <param name="Endpoint">As it is registered: the contract sets it anew with each raise.</param>
    public sealed record RaiseProvider(string Provider, BigInteger Amount, string Endpoint) : StakeAction;
}

/// <summary>NRM on its way out of the stake.</summary>
/// <param name="Id">The contract's, counted from 0 per account.</param>
/// <param name="AvailableAt">From then on it can be withdrawn; until it is, its unstaking can be cancelled.</param>
public sealed record Unbonding(long Id, BigInteger Amount, DateTimeOffset AvailableAt);

/// <summary>What a distributor says of an account.</summary>
/// <param name="Epoch">Of the published root; 0 = none is published.</param>
/// <param name="Claimed">Base units ever paid to the account.</param>
/// <param name="IsFinal">False while the block that published the root may still be replaced.</param>
/// <param name="IsFunded">True when it holds all that is owed under the root.</param>
public sealed record ClaimState(Asset Asset, int Epoch, string Root, BigInteger Claimed, bool IsPaused, bool IsFinal = true, bool IsFunded = true)
{
    /// <summary>True when claims can be made and cannot be undone by the chain.</summary>
    public bool IsOpen => Epoch > 0 && IsFinal && IsFunded && !IsPaused;
}

/// <summary>Everything an account can act on, as of one block, which is the newest and may still be replaced.</summary>
/// <param name="Nrm">In the wallet.</param>
/// <param name="Allowed">What the staking contract may take of it.</param>
/// <param name="Staked">What earns.</param>
/// <param name="Unbondings">That are not over, oldest first.</param>
/// <param name="RewardsGoTo">Whom claims are paid to.</param>
/// <param name="IsPaused">Nothing can be staked; everything can leave.</param>
/// <param name="Wei">For gas.</param>
public sealed record WalletState(
    WalletAddress Account, BigInteger Nrm, BigInteger Allowed, BigInteger Staked, IReadOnlyList<Unbonding> Unbondings, TimeSpan UnbondingPeriod, WalletAddress RewardsGoTo,
    bool IsPaused, BigInteger Wei, IReadOnlyList<ClaimState> Claims, BlockRef AsOf);

/// <summary>A transaction for the staker's wallet to sign; the server cannot.</summary>
/// <param name="Data">Call data, 0x and hexadecimal digits.</param>
/// <param name="Gas">Estimated units; null = the contract would refuse it now.</param>
/// <param name="WeiPerGas">Price of a unit now; null = unknown.</param>
/// <param name="Refusal">Why the contract would refuse it, in words; null = it would not.</param>
public sealed record PreparedCall(long ChainId, string To, string Data, long? Gas, BigInteger? WeiPerGas, string? Refusal);

/// <summary>What an account signs so that the staking contract may take its NRM (EIP-2612, as typed data of EIP-712).</summary>
/// <param name="Token">The contract that will check the signature; with <paramref name="Name"/>, <paramref name="Version"/> and <paramref name="ChainId"/> its domain.</param>
/// <param name="Spender">The staking contract.</param>
/// <param name="Nonce">Of the account in the token: the signature counts once.</param>
/// <param name="Deadline">After it the signature is worth nothing.</param>
public sealed record PermitOrder(long ChainId, string Token, string Name, string Version, string Spender, BigInteger Amount, BigInteger Nonce, DateTimeOffset Deadline);

/// <summary>A transaction that a wallet has sent, as far as it was seen.</summary>
/// <param name="To">With <paramref name="Data"/> what it does; null = not known any more.</param>
/// <param name="Nonce">Of the account; null = the chain has not shown the transaction yet.</param>
/// <param name="FromBlock">The newest block when it was sent: it cannot be in an earlier one.</param>
public sealed record SentCall(WalletAddress From, string Hash, string? To, string? Data, long? Nonce, long FromBlock);

/// <summary>What the chain says of a transaction that was sent.</summary>
public abstract record Sighting
{
    private Sighting() { }

    /// <summary>The node does not know it, and its place is still free: not arrived yet, or dropped.</summary>
    public sealed record Unseen : Sighting;

    /// <summary>Known, and in no block yet.</summary>
    public sealed record Waiting(long Nonce) : Sighting;

    /// <summary>In a block.</summary>
    /// <param name="Reason">Why the contract refused it; null = it did what it should.</param>
    /// <param name="Depth">Blocks on top of it.</param>
    /// <param name="FinalAt">Depth from which on it counts as final.</param>
    /// <param name="Wei">What it cost; null = the node does not say.</param>
    public sealed record Mined(BlockRef Block, long Nonce, string? Reason, long Gas, BigInteger? Wei, long Depth, int FinalAt) : Sighting
    {
        /// <summary>True when it counts as final.</summary>
        public bool IsFinal => Depth >= FinalAt;
    }

    /// <summary>Its place was taken by another transaction of the same wallet.</summary>
    /// <param name="By">The other one; null = not found.</param>
    /// <param name="DoesTheSame">True when it does the same: it was sped up.</param>
    public sealed record Replaced(string? By, bool DoesTheSame) : Sighting;
}

/// <summary>Stakers' wallets on the chain: reads and prepares, never signs. Throws SupplierUnavailableException when the chain cannot be read.</summary>
public interface IStakeWallets
{
    /// <summary>Everything the account can act on.</summary>
    Task<WalletState> ReadAsync(WalletAddress account, CancellationToken cancellationToken);

    /// <summary>What the account has to sign for <see cref="StakeAction.StakePermitted"/>; null = the token takes no such signatures.</summary>
    Task<PermitOrder?> FindPermitAsync(WalletAddress account, BigInteger amount, CancellationToken cancellationToken);

    /// <summary>The transaction that does it, tried on the newest state.</summary>
    Task<PreparedCall> PrepareAsync(WalletAddress account, StakeAction action, CancellationToken cancellationToken);

    /// <summary>What became of a transaction.</summary>
    Task<Sighting> LookAsync(SentCall sent, CancellationToken cancellationToken);
}
