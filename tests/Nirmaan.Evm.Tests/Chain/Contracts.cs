using System.Numerics;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Evm.Tests.Chain;

[Function("balanceOf(address account) view returns (uint256)")]
public sealed record BalanceOf(EvmAddress Account) : IFunction<BigInteger>;

[Function("approve(address spender, uint256 value) returns (bool)")]
public sealed record Approve(EvmAddress Spender, BigInteger Value) : IFunction<bool>;

[Event("Transfer(address indexed from, address indexed to, uint256 value)")]
public sealed record Transfer(EvmAddress From, EvmAddress To, BigInteger Value);

[Function("providerRegister(address provider, uint256 addStake, string endpoint)")]
public sealed record ProviderRegister(EvmAddress Provider, BigInteger AddStake, string Endpoint) : IFunction;

public sealed record DiamondBid(EvmAddress Provider, Bytes32 ModelId, BigInteger PricePerSecond, BigInteger Nonce, long CreatedAt, long DeletedAt);

[Function("openSession(bytes32 sessionId, address user, uint256 stake, bytes32 bidId, (address provider, bytes32 modelId, uint256 pricePerSecond, uint256 nonce, uint128 createdAt, uint128 deletedAt) bid, uint128 openedAt, uint128 endsAt)")]
public sealed record OpenSession(Bytes32 SessionId, EvmAddress User, BigInteger Stake, Bytes32 BidId, DiamondBid Bid, long OpenedAt, long EndsAt) : IFunction;

[Function("closeSession(bytes32 sessionId, uint128 closedAt, uint256 closeoutType, bytes receipt, uint32 tpsScaled1000, uint32 ttftMs)")]
public sealed record CloseSession(Bytes32 SessionId, long ClosedAt, long CloseoutType, byte[] Receipt, long TpsScaled1000, long TtftMs) : IFunction;

[Function("claimForProvider(bytes32 sessionId)")]
public sealed record ClaimForProvider(Bytes32 SessionId) : IFunction;

public sealed record DiamondSession(
    EvmAddress User, Bytes32 BidId, BigInteger Stake, byte[] CloseoutReceipt, BigInteger CloseoutType, BigInteger ProviderWithdrawnAmount, long OpenedAt, long EndsAt, long ClosedAt,
    bool IsActive, bool IsDirectPaymentFromUser);

[Function("getSession(bytes32 sessionId) returns ((address user, bytes32 bidId, uint256 stake, bytes closeoutReceipt, uint256 closeoutType, uint256 providerWithdrawnAmount, uint128 openedAt, uint128 endsAt, uint128 closedAt, bool isActive, bool isDirectPaymentFromUser))")]
public sealed record GetSession(Bytes32 SessionId) : IFunction<DiamondSession>;

public sealed record DiamondSpread(long Mean, long SqSum);

public sealed record DiamondStats(DiamondSpread TpsScaled1000, DiamondSpread TtftMs, long TotalDuration, long SuccessCount, long TotalCount);

[Function("getProviderModelStats(bytes32 modelId, address provider) returns (((int64 mean, int64 sqSum) tpsScaled1000, (int64 mean, int64 sqSum) ttftMs, uint32 totalDuration, uint32 successCount, uint32 totalCount))")]
public sealed record GetProviderModelStats(Bytes32 ModelId, EvmAddress Provider) : IFunction<DiamondStats>;

[Event("SessionOpened(address indexed user, bytes32 indexed sessionId, address indexed provider)")]
public sealed record SessionOpened(EvmAddress User, Bytes32 SessionId, EvmAddress Provider);

[Event("SessionClosed(address indexed user, bytes32 indexed sessionId, address indexed provider)")]
public sealed record SessionClosed(EvmAddress User, Bytes32 SessionId, EvmAddress Provider);

[Function("getComputeBalance(uint128 timestamp) view returns (uint256)")]
public sealed record GetComputeBalance(long Timestamp) : IFunction<BigInteger>;

[Function("getTodaysBudget(uint128 timestamp) view returns (uint256)")]
public sealed record GetTodaysBudget(long Timestamp) : IFunction<BigInteger>;

[Function("totalMORSupply(uint128 timestamp) view returns (uint256)")]
public sealed record TotalMorSupply(long Timestamp) : IFunction<BigInteger>;

[Function("tick(uint256 first, uint256 each)")]
public sealed record EmitTicks(long First, long Each) : IFunction;

[Event("Tick(uint256 indexed number, uint256 square)")]
public sealed record Tick(long Number, BigInteger Square);
