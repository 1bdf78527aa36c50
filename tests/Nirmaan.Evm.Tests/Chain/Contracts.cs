using System.Numerics;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Evm.Tests.Chain;

[Function("balanceOf(address account) view returns (uint256)")]
public sealed record BalanceOf(EvmAddress Account) : IFunction<BigInteger>;

[Function("approve(address spender, uint256 value) returns (bool)")]
public sealed record Approve(EvmAddress Spender, BigInteger Value) : IFunction<bool>;

[Event("Transfer(address indexed from, address indexed to, uint256 value)")]
public sealed record Transfer(EvmAddress From, EvmAddress To, BigInteger Value);

[Function("openSession(bytes32 sessionId, address user, address provider)")]
public sealed record OpenSession(Bytes32 SessionId, EvmAddress User, EvmAddress Provider) : IFunction;

[Function("payProvider(bytes32 sessionId, address user, address provider, uint256 amount)")]
public sealed record PayProvider(Bytes32 SessionId, EvmAddress User, EvmAddress Provider, BigInteger Amount) : IFunction;

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
