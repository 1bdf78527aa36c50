using System.Text.Json;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

public class DeployScriptTests(LocalChain chain) : ChainTest(chain)
{
    [Fact]
    public async Task A_second_run_keeps_what_is_there_and_a_chain_without_it_gets_it_anew()
    {
        string state = Path.Combine(Directory.CreateTempSubdirectory("nirmaan-deploy").FullName, "deployment.json");
        string snapshot = await Chain.SnapshotAsync(Cancel);

        string first = await DeployAsync(state);
        long height = await Chain.Rpc.GetBlockNumberAsync(Cancel);
        (await DeployAsync(state)).ShouldBe(first);
        (await Chain.Rpc.GetBlockNumberAsync(Cancel)).ShouldBe(height);

        await Chain.RevertAsync(snapshot, Cancel);
        await Chain.MineAsync(1, Cancel);
        await DeployAsync(state);
        (await Chain.Rpc.GetBlockNumberAsync(Cancel)).ShouldBe(height + 1);
    }

    [Fact]
    public async Task The_line_carries_every_address_and_parameter()
    {
        string state = Path.Combine(Directory.CreateTempSubdirectory("nirmaan-deploy").FullName, "deployment.json");
        using var line = JsonDocument.Parse(await DeployAsync(state, "--unbonding", "86400"));
        foreach (string name in (string[])["nrm", "staking", "timelock", "morDistributor", "nrmDistributor", "mor", "diamond", "fundingAccount"])
        {
            EvmAddress.TryParse(line.RootElement.GetProperty(name).GetString(), AddressSpelling.ChecksumOrLowerCase, out _).ShouldBeTrue(name);
        }
        line.RootElement.GetProperty("parameters").GetRawText().ShouldBe(
            $$"""{"unbondingSeconds":86400,"timelockDelaySeconds":60,"payoutStart":1707393600,"proposer":"{{Chain.Accounts[0].ToLowerHex()}}"}""");
    }

    [Fact]
    public async Task The_artefacts_are_what_the_compiler_makes_of_the_sources() =>
        (await NpmTools.RunNodeAsync(["contracts/build.mjs", "--check"], "", Cancel)).ShouldStartWith("checked");

    private Task<string> DeployAsync(string state, params string[] more) =>
        NpmTools.RunNodeAsync(["contracts/deploy.mjs", "--rpc", Chain.Url.ToString(), "--state", state, .. more], "", Cancel);
}
