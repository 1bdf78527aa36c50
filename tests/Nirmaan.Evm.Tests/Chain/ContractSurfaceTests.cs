using System.Text.Json;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

/// <summary>Whoever adds a way to change something must come by here, and think of whom it lets do it.</summary>
public class ContractSurfaceTests(LocalChain chain) : ChainTest(chain)
{
    private static readonly string[] s_owner = ["pause()", "renounceOwnership()", "transferOwnership(address)", "unpause()"];

    [Fact]
    public async Task Stake_is_moved_by_these_functions_only_and_none_of_them_takes_the_account_to_move_it_from() => (await ChangingAsync("NrmStaking")).ShouldBe(
        ["cancelUnbonding(uint256)", "delegateRewards(address)", "stake(uint256)", "stakeWithPermit(uint256,uint256,uint8,bytes32,bytes32)", "unstake(uint256)", "withdraw(uint256[])", .. s_owner], ignoreOrder: true);

    [Fact]
    public async Task Rewards_leave_by_claims_only() => (await ChangingAsync("RewardsDistributor")).ShouldBe(
        ["claim(address,uint256,bytes32[])", "publish(uint256,bytes32,uint256)", .. s_owner], ignoreOrder: true);

    [Fact]
    public async Task Neither_takes_ether()
    {
        foreach (string name in (string[])["NrmToken", "NrmStaking", "RewardsDistributor"]) { (await EntriesAsync(name)).ShouldNotContain(e => IsPayable(e), name); }
    }

    private async Task<IEnumerable<string>> ChangingAsync(string contract) =>
        [.. (await EntriesAsync(contract)).Where(e => e.GetProperty("type").GetString() == "function" && e.GetProperty("stateMutability").GetString() == "nonpayable")
            .Select(e => $"{e.GetProperty("name")}({string.Join(',', e.GetProperty("inputs").EnumerateArray().Select(i => i.GetProperty("type").GetString()))})")];

    private static bool IsPayable(JsonElement entry) => entry.TryGetProperty("stateMutability", out var how) && how.GetString() == "payable";

    private async Task<JsonElement[]> EntriesAsync(string contract)
    {
        Chain.Url.ShouldNotBeNull(); // the chain's fixture has built the artefacts, or skips
        string path = Path.Combine(NpmTools.Root, "infra", "contracts", "out", $"{contract}.json");
        return JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(path, Cancel)).GetProperty("abi").EnumerateArray().ToArray();
    }
}
