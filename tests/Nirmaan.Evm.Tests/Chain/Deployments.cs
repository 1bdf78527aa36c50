using Nirmaan.Evm.Abi;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

/// <summary>Contracts of a test's own, owned by account 0 instead of the timelock.</summary>
internal static class Deployments
{
    private static readonly AbiType s_address = new AbiType.Address(), s_number = AbiType.Parse("uint256");

    public static Task<EvmAddress> StakingAsync(LocalChain chain, long unbondingSeconds, CancellationToken cancellationToken) =>
        chain.DeployAsync("NrmStaking", AbiEncoder.Encode([s_address, s_number, s_address], chain.Contracts.Nrm, unbondingSeconds, chain.Accounts[0]), cancellationToken);

    /// <summary>Pays MOR; recipients are those of the deployed staking contract.</summary>
    public static Task<EvmAddress> MorDistributorAsync(LocalChain chain, CancellationToken cancellationToken) =>
        chain.DeployAsync("RewardsDistributor", AbiEncoder.Encode([s_address, s_address, s_address], chain.Contracts.Mor, chain.Contracts.Staking, chain.Accounts[0]), cancellationToken);
}
