using System.Numerics;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Networks.Nrm;

// What publishing a root takes: RewardsDistributor, the token that it pays, and OpenZeppelin's TimelockController, which owns it.

[Function("publish(uint256 epoch, bytes32 root, uint256 total)")]
internal sealed record PublishCall(BigInteger Epoch, Bytes32 Root, BigInteger Total) : IFunction;

[Function("token() returns (address)")]
internal sealed record TokenCall : IFunction<EvmAddress>;

[Function("total() returns (uint256)")]
internal sealed record TotalCall : IFunction<BigInteger>;

[Function("totalClaimed() returns (uint256)")]
internal sealed record TotalClaimedCall : IFunction<BigInteger>;

[Function("transfer(address to, uint256 value)")]
internal sealed record TransferCall(EvmAddress To, BigInteger Value) : IFunction;

[Function("getMinDelay() returns (uint256)")]
internal sealed record MinDelayCall : IFunction<BigInteger>;

[Function("schedule(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt, uint256 delay)")]
internal sealed record ScheduleCall(EvmAddress Target, BigInteger Value, byte[] Data, Bytes32 Predecessor, Bytes32 Salt, BigInteger Delay) : IFunction;

[Function("execute(address target, uint256 value, bytes payload, bytes32 predecessor, bytes32 salt)")]
internal sealed record ExecuteCall(EvmAddress Target, BigInteger Value, byte[] Payload, Bytes32 Predecessor, Bytes32 Salt) : IFunction;

[Function("hashOperation(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt) returns (bytes32)")]
internal sealed record HashOperationCall(EvmAddress Target, BigInteger Value, byte[] Data, Bytes32 Predecessor, Bytes32 Salt) : IFunction<Bytes32>;

[Function("getTimestamp(bytes32 id) returns (uint256)")]
internal sealed record TimestampCall(Bytes32 Id) : IFunction<BigInteger>;

/// <summary>One root on its way through the timelock: each epoch has its own salt, so that every announcement is another operation.</summary>
internal sealed record RootOperation(EvmAddress Distributor, int Epoch, string Root, BigInteger Total)
{
    private byte[] Data => Functions.Encode(new PublishCall(Epoch, Bytes32.Parse(Root), Total));

    private Bytes32 Salt => Bytes32.Parse($"0x{Epoch:x64}");

    public ScheduleCall Schedule(TimeSpan delay) => new(Distributor, 0, Data, default, Salt, (BigInteger)delay.TotalSeconds);

    public ExecuteCall Execute() => new(Distributor, 0, Data, default, Salt);

    public HashOperationCall Hash() => new(Distributor, 0, Data, default, Salt);
}
