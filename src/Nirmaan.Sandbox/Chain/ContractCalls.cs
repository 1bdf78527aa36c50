using System.Numerics;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Sandbox.Chain;

// The few contract functions the sandbox calls; see infra/contracts.

[Function("stake(uint256 amount)")]
internal sealed record Stake(BigInteger Amount) : IFunction;

[Function("unstake(uint256 amount)")]
internal sealed record Unstake(BigInteger Amount) : IFunction;

[Function("approve(address spender, uint256 amount)")]
internal sealed record Approve(EvmAddress Spender, BigInteger Amount) : IFunction;

[Function("balanceOf(address account) returns (uint256)")]
internal sealed record BalanceOf(EvmAddress Account) : IFunction<BigInteger>;

[Function("payProvider(bytes32 sessionId, address user, address provider, uint256 amount)")]
internal sealed record PayProvider(Bytes32 SessionId, EvmAddress User, EvmAddress Provider, BigInteger Amount) : IFunction;
