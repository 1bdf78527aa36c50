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

[Function("payProvider(bytes32 sessionId, address user, address provider, uint256 amount)")]
internal sealed record PayProvider(Bytes32 SessionId, EvmAddress User, EvmAddress Provider, BigInteger Amount) : IFunction;
