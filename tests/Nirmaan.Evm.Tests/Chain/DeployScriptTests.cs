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

    private Task<string> DeployAsync(string state) =>
        NpmTools.RunNodeAsync(["contracts/deploy.mjs", "--rpc", Chain.Url.ToString(), "--state", state], "", Cancel);
}
