using System.Numerics;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Sandbox.Chain;

// The few contract functions the sandbox calls; see infra/contracts.

[Function("stake(uint256 amount)")]
internal sealed record Stake(BigInteger Amount) : IFunction;

[Function("unstake(uint256 amount)")]
internal sealed record Unstake(BigInteger Amount) : IFunction;

[Function("withdraw(uint256[] ids)")]
internal sealed record Withdraw(IReadOnlyList<BigInteger> Ids) : IFunction;

[Function("unbondingPeriod() returns (uint48)")]
internal sealed record UnbondingPeriod : IFunction<long>;

[Function("unbondingsOf(address account) returns ((uint208 amount, uint48 availableAt)[])")]
internal sealed record UnbondingsOf(EvmAddress Account) : IFunction<IReadOnlyList<Unbonding>>;

internal sealed record Unbonding(BigInteger Amount, long AvailableAt);

[Function("approve(address spender, uint256 amount)")]
internal sealed record Approve(EvmAddress Spender, BigInteger Amount) : IFunction;

[Function("mint(address to, uint256 amount)")]
internal sealed record Mint(EvmAddress To, BigInteger Amount) : IFunction;

[Function("balanceOf(address account) returns (uint256)")]
internal sealed record BalanceOf(EvmAddress Account) : IFunction<BigInteger>;

[Function("providerRegister(address provider, uint256 addStake, string endpoint)")]
internal sealed record ProviderRegister(EvmAddress Provider, BigInteger AddStake, string Endpoint) : IFunction;

[Function("getProvider(address provider) returns ((string endpoint, uint256 stake, uint128 createdAt, uint128 limitPeriodEnd, uint256 limitPeriodEarned, bool isDeleted))")]
internal sealed record GetProvider(EvmAddress Provider) : IFunction<ProviderOnChain>;

internal sealed record ProviderOnChain(string Endpoint, BigInteger Stake, BigInteger CreatedAt, BigInteger LimitPeriodEnd, BigInteger LimitPeriodEarned, bool IsDeleted);

[Function("leaveOfLimit(address provider, uint256 left)")]
internal sealed record LeaveOfLimit(EvmAddress Provider, BigInteger Left) : IFunction;

[Function("openSession(bytes32 sessionId, address user, uint256 stake, bytes32 bidId, (address provider, bytes32 modelId, uint256 pricePerSecond, uint256 nonce, uint128 createdAt, uint128 deletedAt) bid, uint128 openedAt, uint128 endsAt)")]
internal sealed record OpenSession(Bytes32 SessionId, EvmAddress User, BigInteger Stake, Bytes32 BidId, BidOnChain Bid, long OpenedAt, long EndsAt) : IFunction;

internal sealed record BidOnChain(EvmAddress Provider, Bytes32 ModelId, BigInteger PricePerSecond, BigInteger Nonce, long CreatedAt, long DeletedAt);

[Function("closeSession(bytes32 sessionId, uint128 closedAt, uint256 closeoutType, bytes receipt, uint32 tpsScaled1000, uint32 ttftMs)")]
internal sealed record CloseSession(Bytes32 SessionId, long ClosedAt, long CloseoutType, byte[] Receipt, long TpsScaled1000, long TtftMs) : IFunction;

[Function("claimForProvider(bytes32 sessionId)")]
internal sealed record ClaimForProvider(Bytes32 SessionId) : IFunction;

[Function("getProvidersTotalClaimed() returns (uint256)")]
internal sealed record TotalClaimed : IFunction<BigInteger>;

[Function("getSession(bytes32 sessionId) returns ((address user, bytes32 bidId, uint256 stake, bytes closeoutReceipt, uint256 closeoutType, uint256 providerWithdrawnAmount, uint128 openedAt, uint128 endsAt, uint128 closedAt, bool isActive, bool isDirectPaymentFromUser))")]
internal sealed record GetSession(Bytes32 SessionId) : IFunction<SessionOnChain>;

internal sealed record SessionOnChain(
    EvmAddress User, Bytes32 BidId, BigInteger Stake, byte[] CloseoutReceipt, BigInteger CloseoutType, BigInteger ProviderWithdrawnAmount, BigInteger OpenedAt, BigInteger EndsAt, BigInteger ClosedAt,
    bool IsActive, bool IsDirectPaymentFromUser);
