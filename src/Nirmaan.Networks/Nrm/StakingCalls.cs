using System.Numerics;
using Nirmaan.Domain.Staking;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Networks.Nrm;

// The functions and errors of infra/contracts that stakers meet: NrmToken, NrmStaking, RewardsDistributor, and OpenZeppelin's under them.

[Function("balanceOf(address account) returns (uint256)")]
internal sealed record BalanceOf(EvmAddress Account) : IFunction<BigInteger>;

[Function("allowance(address owner, address spender) returns (uint256)")]
internal sealed record Allowance(EvmAddress Owner, EvmAddress Spender) : IFunction<BigInteger>;

[Function("approve(address spender, uint256 value)")]
internal sealed record ApproveCall(EvmAddress Spender, BigInteger Value) : IFunction;

[Function("stake(uint256 amount)")]
internal sealed record StakeCall(BigInteger Amount) : IFunction;

[Function("stakeWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)")]
internal sealed record StakeWithPermitCall(BigInteger Amount, BigInteger Deadline, byte V, Bytes32 R, Bytes32 S) : IFunction;

[Function("name() returns (string)")]
internal sealed record NameCall : IFunction<string>;

[Function("nonces(address owner) returns (uint256)")]
internal sealed record NoncesOf(EvmAddress Owner) : IFunction<BigInteger>;

[Function("DOMAIN_SEPARATOR() returns (bytes32)")]
internal sealed record DomainSeparatorCall : IFunction<Bytes32>;

[Function("unstake(uint256 amount)")]
internal sealed record UnstakeCall(BigInteger Amount) : IFunction;

[Function("cancelUnbonding(uint256 id)")]
internal sealed record CancelCall(BigInteger Id) : IFunction;

[Function("withdraw(uint256[] ids)")]
internal sealed record WithdrawCall(IReadOnlyList<BigInteger> Ids) : IFunction;

[Function("unbondingPeriod() returns (uint48)")]
internal sealed record UnbondingPeriodCall : IFunction<long>;

[Function("unbondingsOf(address account) returns ((uint208 amount, uint48 availableAt)[])")]
internal sealed record UnbondingsOf(EvmAddress Account) : IFunction<IReadOnlyList<UnbondingEntry>>;

internal sealed record UnbondingEntry(BigInteger Amount, long AvailableAt);

[Function("rewardsRecipientOf(address account) returns (address)")]
internal sealed record RewardsRecipientOf(EvmAddress Account) : IFunction<EvmAddress>;

[Function("delegateRewards(address recipient)")]
internal sealed record DelegateRewardsCall(EvmAddress Recipient) : IFunction;

[Function("paused() returns (bool)")]
internal sealed record PausedCall : IFunction<bool>;

[Function("epoch() returns (uint256)")]
internal sealed record EpochCall : IFunction<BigInteger>;

[Function("root() returns (bytes32)")]
internal sealed record RootCall : IFunction<Bytes32>;

[Function("claimed(address account) returns (uint256)")]
internal sealed record ClaimedOf(EvmAddress Account) : IFunction<BigInteger>;

[Function("claim(address account, uint256 cumulative, bytes32[] proof)")]
internal sealed record ClaimCall(EvmAddress Account, BigInteger Cumulative, IReadOnlyList<Bytes32> Proof) : IFunction;

/// <summary>What the contracts refuse with, in a staker's words.</summary>
internal static class StakingRefusals
{
    private static readonly AbiSignature s_notAllowed = AbiSignature.Parse("ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)");

    // Solidity's own; its one word says of what, 0x11 = a number below zero.
    private static readonly AbiSignature s_panic = AbiSignature.Parse("Panic(uint256 code)");

    private static readonly (AbiSignature Error, string Words)[] s_known =
    [
        (AbiSignature.Parse("NothingToMove()"), "there is nothing to move: the amount is 0"),
        (AbiSignature.Parse("StakeTooLow(address account, uint256 balance, uint256 wanted)"), "the stake is lower than what you want to take out"),
        (AbiSignature.Parse("NoSuchUnbonding(address account, uint256 id)"), "this amount is no longer on its way out: it was withdrawn or staked again"),
        (AbiSignature.Parse("NotYetAvailable(uint256 id, uint48 availableAt)"), "its waiting time is not over"),
        (AbiSignature.Parse("EnforcedPause()"), "the contract is paused by its owner; unstaking and withdrawing still work"),
        (AbiSignature.Parse("ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)"), "the wallet holds less than that"),
        (s_notAllowed, "the staking contract may not take that much NRM yet: allow it first"),
        (AbiSignature.Parse("NotYours(address account, address caller)"), "only the account itself, or who it sends its rewards to, may claim"),
        (AbiSignature.Parse("InvalidProof()"), "the proof does not fit the published root: a newer epoch may have been published a moment ago"),
        (AbiSignature.Parse("NothingToClaim(address account, uint256 claimed)"), "all of it was claimed before"),
        (AbiSignature.Parse("MoreThanPublished(uint256 total)"), "the contract was given less than the root promises"),
        (AbiSignature.Parse("EpochNotLater(uint256 epoch, uint256 published)"), "this epoch or a later one is published already"),
        (AbiSignature.Parse("TotalFell(uint256 total, uint256 published)"), "it promises less in all than the published root"),
        (AbiSignature.Parse("NotFunded(uint256 missing)"), "the distributor holds less than the root promises: fund it first"),
        (AbiSignature.Parse("AccessControlUnauthorizedAccount(address account, bytes32 neededRole)"), "this wallet is not the timelock's proposer; use the one that is"),
        (AbiSignature.Parse("TimelockUnexpectedOperationState(bytes32 operationId, bytes32 expectedStates)"), "it is announced already, its time is not come, or it was carried out"),
        (AbiSignature.Parse("InsufficientRightsForOperation(address account, address delegator)"), "only the provider's own wallet may, or one that it gave the right to in the delegate registry"),
        (AbiSignature.Parse("SafeCastOverflowedUintDowncast(uint8 bits, uint256 value)"), "the amount is larger than anyone can hold"),
    ];

    /// <summary>Words for revert data; unknown ones are described as they are.</summary>
    /// <param name="action">What was refused; null = not known any more.</param>
    public static string Words(ReadOnlySpan<byte> data, StakeAction? action = null)
    {
        // The contract passes over a permission that the token refuses, and only then misses the allowance.
        if (action is StakeAction.StakePermitted && data.StartsWith(s_notAllowed.Selector.Span))
        {
            return "the signature is worth nothing now: it is too old, was given for something else, or by a wallet that is a contract. Go back and sign anew, or allow by a transaction";
        }
        if (action is StakeAction.ClaimSession && data.StartsWith(s_panic.Selector.Span) && data[^1] == 0x11)
        {
            return "what was earned on the day of the close is held until the next 00:00 UTC, and a part was paid already (panic 0x11): claim it after that midnight";
        }
        if (action is StakeAction.RaiseProvider && data.StartsWith(s_notAllowed.Selector.Span)) { return "the contract may not take that much MOR yet: allow it first"; }
        foreach (var (error, words) in s_known)
        {
            if (data.StartsWith(error.Selector.Span)) { return words; }
        }
        return Reverts.Describe(data);
    }
}
