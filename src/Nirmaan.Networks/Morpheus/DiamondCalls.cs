using System.Numerics;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Networks.Morpheus;

// The functions of Morpheus' compute contract that are called here.

[Function("getProvider(address provider) returns ((string endpoint, uint256 stake, uint128 createdAt, uint128 limitPeriodEnd, uint256 limitPeriodEarned, bool isDeleted))")]
internal sealed record GetProvider(EvmAddress Provider) : IFunction<DiamondProvider>;

internal sealed record DiamondProvider(string Endpoint, BigInteger Stake, long CreatedAt, long LimitPeriodEnd, BigInteger LimitPeriodEarned, bool IsDeleted);

[Function("getSession(bytes32 sessionId) returns ((address user, bytes32 bidId, uint256 stake, bytes closeoutReceipt, uint256 closeoutType, uint256 providerWithdrawnAmount, uint128 openedAt, uint128 endsAt, uint128 closedAt, bool isActive, bool isDirectPaymentFromUser))")]
internal sealed record GetSession(Bytes32 SessionId) : IFunction<DiamondSession>;

internal sealed record DiamondSession(
    EvmAddress User, Bytes32 BidId, BigInteger Stake, byte[] CloseoutReceipt, BigInteger CloseoutType, BigInteger ProviderWithdrawnAmount, long OpenedAt, long EndsAt, long ClosedAt,
    bool IsActive, bool IsDirectPaymentFromUser);

/// <summary>Only the subject itself, or whom it gave the right in the delegate registry, may call it.</summary>
[Function("claimForProvider(bytes32 sessionId)")]
internal sealed record ClaimForProviderCall(Bytes32 SessionId) : IFunction;

/// <summary>Registers, or adds to the stake and sets the endpoint anew.</summary>
[Function("providerRegister(address provider, uint256 addStake, string endpoint)")]
internal sealed record ProviderRegisterCall(EvmAddress Provider, BigInteger AddStake, string Endpoint) : IFunction;
