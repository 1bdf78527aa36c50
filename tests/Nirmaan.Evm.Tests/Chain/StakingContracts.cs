using System.Numerics;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Evm.Tests.Chain;

// NrmToken: what is beyond ERC-20.

[Function("mint(address to, uint256 amount)")]
public sealed record Mint(EvmAddress To, BigInteger Amount) : IFunction;

[Function("nonces(address owner) view returns (uint256)")]
public sealed record Nonces(EvmAddress Owner) : IFunction<BigInteger>;

[Function("permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)")]
public sealed record Permit(EvmAddress Owner, EvmAddress Spender, BigInteger Value, BigInteger Deadline, byte V, Bytes32 R, Bytes32 S) : IFunction;

[Function("allowance(address owner, address spender) view returns (uint256)")]
public sealed record Allowance(EvmAddress Owner, EvmAddress Spender) : IFunction<BigInteger>;

[Error("OwnableUnauthorizedAccount(address account)")]
public sealed record OwnableUnauthorizedAccount(EvmAddress Account);

[Error("ERC2612ExpiredSignature(uint256 deadline)")]
public sealed record ExpiredSignature(BigInteger Deadline);

[Error("ERC2612InvalidSigner(address signer, address owner)")]
public sealed record InvalidSigner(EvmAddress Signer, EvmAddress Owner);

[Error("ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)")]
public sealed record InsufficientAllowance(EvmAddress Spender, BigInteger Allowance, BigInteger Needed);

[Error("ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)")]
public sealed record InsufficientBalance(EvmAddress Sender, BigInteger Balance, BigInteger Needed);

// NrmStaking

[Function("stake(uint256 amount)")]
public sealed record Stake(BigInteger Amount) : IFunction;

[Function("stakeWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)")]
public sealed record StakeWithPermit(BigInteger Amount, BigInteger Deadline, byte V, Bytes32 R, Bytes32 S) : IFunction;

[Function("unstake(uint256 amount) returns (uint256 id)")]
public sealed record Unstake(BigInteger Amount) : IFunction<BigInteger>;

[Function("cancelUnbonding(uint256 id)")]
public sealed record CancelUnbonding(BigInteger Id) : IFunction;

[Function("withdraw(uint256[] ids)")]
public sealed record Withdraw(IReadOnlyList<BigInteger> Ids) : IFunction;

[Function("delegateRewards(address recipient)")]
public sealed record DelegateRewards(EvmAddress Recipient) : IFunction;

[Function("rewardsRecipientOf(address account) view returns (address)")]
public sealed record RewardsRecipientOf(EvmAddress Account) : IFunction<EvmAddress>;

[Function("unbondingsOf(address account) view returns ((uint208 amount, uint48 availableAt)[])")]
public sealed record UnbondingsOf(EvmAddress Account) : IFunction<IReadOnlyList<Unbonding>>;

public sealed record Unbonding(BigInteger Amount, long AvailableAt);

[Function("totalStaked() view returns (uint256)")]
public sealed record TotalStaked : IFunction<BigInteger>;

[Function("totalUnbonding() view returns (uint256)")]
public sealed record TotalUnbonding : IFunction<BigInteger>;

[Function("unbondingPeriod() view returns (uint48)")]
public sealed record UnbondingPeriod : IFunction<long>;

[Function("balanceAt(address account, uint48 timepoint) view returns (uint256)")]
public sealed record BalanceAt(EvmAddress Account, long Timepoint) : IFunction<BigInteger>;

[Function("totalAt(uint48 timepoint) view returns (uint256)")]
public sealed record TotalAt(long Timepoint) : IFunction<BigInteger>;

[Event("Staked(address indexed account, uint256 amount, uint256 balance)")]
public sealed record Staked(EvmAddress Account, BigInteger Amount, BigInteger Balance);

[Event("Unstaked(address indexed account, uint256 amount, uint256 balance)")]
public sealed record Unstaked(EvmAddress Account, BigInteger Amount, BigInteger Balance);

[Event("UnbondingStarted(address indexed account, uint256 indexed id, uint256 amount, uint48 availableAt)")]
public sealed record UnbondingStarted(EvmAddress Account, BigInteger Id, BigInteger Amount, long AvailableAt);

[Event("UnbondingCancelled(address indexed account, uint256 indexed id, uint256 amount)")]
public sealed record UnbondingCancelled(EvmAddress Account, BigInteger Id, BigInteger Amount);

[Event("Withdrawn(address indexed account, uint256 indexed id, uint256 amount)")]
public sealed record Withdrawn(EvmAddress Account, BigInteger Id, BigInteger Amount);

[Event("RewardsDelegated(address indexed account, address indexed recipient)")]
public sealed record RewardsDelegated(EvmAddress Account, EvmAddress Recipient);

[Error("NothingToMove()")]
public sealed record NothingToMove;

[Error("StakeTooLow(address account, uint256 balance, uint256 wanted)")]
public sealed record StakeTooLow(EvmAddress Account, BigInteger Balance, BigInteger Wanted);

[Error("NoSuchUnbonding(address account, uint256 id)")]
public sealed record NoSuchUnbonding(EvmAddress Account, BigInteger Id);

[Error("NotYetAvailable(uint256 id, uint48 availableAt)")]
public sealed record NotYetAvailable(BigInteger Id, long AvailableAt);

// Both NrmStaking and RewardsDistributor

[Function("pause()")]
public sealed record Pause : IFunction;

[Function("unpause()")]
public sealed record Unpause : IFunction;

[Function("paused() view returns (bool)")]
public sealed record Paused : IFunction<bool>;

[Error("EnforcedPause()")]
public sealed record EnforcedPause;

// RewardsDistributor

[Function("publish(uint256 epoch, bytes32 root, uint256 total)")]
public sealed record Publish(BigInteger Epoch, Bytes32 Root, BigInteger Total) : IFunction;

[Function("claim(address account, uint256 cumulative, bytes32[] proof) returns (uint256 amount)")]
public sealed record Claim(EvmAddress Account, BigInteger Cumulative, IReadOnlyList<Bytes32> Proof) : IFunction<BigInteger>;

[Function("claimed(address account) view returns (uint256)")]
public sealed record ClaimedBy(EvmAddress Account) : IFunction<BigInteger>;

[Function("missingFor(uint256 total) view returns (uint256)")]
public sealed record MissingFor(BigInteger Total) : IFunction<BigInteger>;

[Function("epoch() view returns (uint256)")]
public sealed record PublishedEpoch : IFunction<BigInteger>;

[Function("root() view returns (bytes32)")]
public sealed record PublishedRoot : IFunction<Bytes32>;

[Function("totalClaimed() view returns (uint256)")]
public sealed record TotalClaimed : IFunction<BigInteger>;

[Event("RootPublished(uint256 indexed epoch, bytes32 root, uint256 total)")]
public sealed record RootPublished(BigInteger Epoch, Bytes32 Root, BigInteger Total);

[Event("Claimed(address indexed account, address indexed recipient, uint256 amount, uint256 cumulative)")]
public sealed record Claimed(EvmAddress Account, EvmAddress Recipient, BigInteger Amount, BigInteger Cumulative);

[Error("EpochNotLater(uint256 epoch, uint256 published)")]
public sealed record EpochNotLater(BigInteger Epoch, BigInteger Published);

[Error("TotalFell(uint256 total, uint256 published)")]
public sealed record TotalFell(BigInteger Total, BigInteger Published);

[Error("NoRoot()")]
public sealed record NoRoot;

[Error("NotFunded(uint256 missing)")]
public sealed record NotFunded(BigInteger Missing);

[Error("NotYours(address account, address caller)")]
public sealed record NotYours(EvmAddress Account, EvmAddress Caller);

[Error("InvalidProof()")]
public sealed record InvalidProof;

[Error("NothingToClaim(address account, uint256 claimed)")]
public sealed record NothingToClaim(EvmAddress Account, BigInteger Claimed);

[Error("MoreThanPublished(uint256 total)")]
public sealed record MoreThanPublished(BigInteger Total);

// NirmaanTimelock

[Function("schedule(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt, uint256 delay)")]
public sealed record Schedule(EvmAddress Target, BigInteger Value, byte[] Data, Bytes32 Predecessor, Bytes32 Salt, BigInteger Delay) : IFunction;

[Function("execute(address target, uint256 value, bytes payload, bytes32 predecessor, bytes32 salt)")]
public sealed record Execute(EvmAddress Target, BigInteger Value, byte[] Payload, Bytes32 Predecessor, Bytes32 Salt) : IFunction;

[Function("cancel(bytes32 id)")]
public sealed record CancelScheduled(Bytes32 Id) : IFunction;

[Function("hashOperation(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt) view returns (bytes32)")]
public sealed record HashOperation(EvmAddress Target, BigInteger Value, byte[] Data, Bytes32 Predecessor, Bytes32 Salt) : IFunction<Bytes32>;

[Function("getMinDelay() view returns (uint256)")]
public sealed record GetMinDelay : IFunction<BigInteger>;

[Error("TimelockInsufficientDelay(uint256 delay, uint256 minDelay)")]
public sealed record TimelockInsufficientDelay(BigInteger Delay, BigInteger MinDelay);

[Error("TimelockUnexpectedOperationState(bytes32 operationId, bytes32 expectedStates)")]
public sealed record TimelockUnexpectedOperationState(Bytes32 OperationId, Bytes32 ExpectedStates);

[Error("AccessControlUnauthorizedAccount(address account, bytes32 neededRole)")]
public sealed record AccessControlUnauthorizedAccount(EvmAddress Account, Bytes32 NeededRole);
