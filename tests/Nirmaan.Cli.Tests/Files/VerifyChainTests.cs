using System.Globalization;
using System.Numerics;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Testing;

namespace Nirmaan.Cli.Tests.Files;

/// <summary>Distributions against the staking contract's events on a local chain.</summary>
public sealed class VerifyChainTests(LocalChain chain) : IClassFixture<LocalChain>
{
    [Function("approve(address spender, uint256 value) returns (bool)")]
    private sealed record Approve(EvmAddress Spender, BigInteger Value) : IFunction<bool>;

    [Function("stake(uint256 amount)")]
    private sealed record Stake(BigInteger Amount) : IFunction;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_distribution_is_recomputed_from_the_chain_alone()
    {
        var before = (await chain.Rpc.GetBlockAsync(BlockTag.Latest, Cancel))!;
        var from = before.Time.AddHours(1);
        await StakeAsync(1, 70, from.AddHours(1));
        await StakeAsync(2, 30, from.AddHours(2));
        var to = from.AddHours(4);
        using var folder = new TempFolder();
        StakeDelta[] deltas = [new(from.AddHours(1), Wallet(1), 70), new(from.AddHours(2), Wallet(2), 30)];
        var right = folder.Write("right.json", DistributionFile.Compute(deltas, from, to, 1000, "MOR", null).ToJson());
        string[] onChain = ["--rpc", chain.Url.ToString(), "--contract", chain.Contracts.Staking.ToString()];

        // The epoch's last block is not there yet: a stake may still come.
        (await Run.NirmaanAsync(["verify", right, .. onChain])).ShouldFail(3, chain.Url.ToString(), to.ToString("u", CultureInfo.InvariantCulture));

        await chain.SetNextBlockTimeAsync(to, Cancel);
        await chain.MineAsync(1, Cancel);
        var said = await Run.NirmaanAsync(["verify", right, .. onChain]);
        said.Code.ShouldBe(0, said.Error);
        said.Error.ShouldNotContain("arithmetic only");

        string From(long block) => block.ToString(CultureInfo.InvariantCulture);
        said = await Run.NirmaanAsync(["verify", right, .. onChain, "--from-block", From(before.Number)]);
        said.Code.ShouldBe(0, said.Error);

        var wrong = folder.Write("wrong.json", DistributionFile.Compute([deltas[0], deltas[1] with { Delta = 31 }], from, to, 1000, "MOR", null).ToJson());
        said = await Run.NirmaanAsync(["verify", wrong, .. onChain]);
        said.Code.ShouldBe(1);
        said.Error.ShouldContain($"{chain.Accounts[2]}: balanceSeconds 223200; recomputed 216000");

        var dropped = folder.Write("dropped.json", DistributionFile.Compute([deltas[0]], from, to, 1000, "MOR", null).ToJson());
        said = await Run.NirmaanAsync(["verify", dropped, .. onChain]);
        said.Code.ShouldBe(1);
        said.Error.ShouldContain($"{chain.Accounts[2]}: has no leaf; recomputed amount");

        var invented = folder.Write("invented.json", DistributionFile.Compute([.. deltas, new StakeDelta(from.AddHours(3), Wallet(3), 9)], from, to, 1000, "MOR", null).ToJson());
        said = await Run.NirmaanAsync(["verify", invented, .. onChain]);
        said.Code.ShouldBe(1);
        said.Error.ShouldContain($"{chain.Accounts[3]}: balanceSeconds 32400; recomputed 0");

        // Begun too late, a stake would be left out: the next event of its account tells.
        await StakeAsync(1, 5, to.AddHours(1));
        var late = From((await chain.Rpc.GetBlockAsync(BlockTag.Latest, Cancel))!.Number);
        (await Run.NirmaanAsync(["verify", right, .. onChain, "--from-block", late])).ShouldFail(2, $"--from-block: {late}", "had staked before it");
    }

    [Fact]
    public async Task A_node_that_cannot_be_reached_is_an_outside_failure()
    {
        using var epochs = await Epochs.MakeAsync();
        (await Run.NirmaanAsync("verify", epochs.First, "--rpc", "http://127.0.0.1:1", "--contract", Epochs.Bob)).ShouldFail(3, "127.0.0.1:1");
    }

    [Fact]
    public async Task An_address_that_is_none_is_bad_input()
    {
        using var epochs = await Epochs.MakeAsync();
        (await Run.NirmaanAsync("verify", epochs.First, "--rpc", "here", "--contract", "0x7")).ShouldFail(2, "--rpc 'here'", "--contract '0x7'");
    }

    private WalletAddress Wallet(int account) => WalletAddress.Parse(chain.Accounts[account].ToLowerHex());

    private async Task StakeAsync(int account, BigInteger amount, DateTimeOffset at)
    {
        await chain.SendAsync(chain.Accounts[account], chain.Contracts.Nrm, new Approve(chain.Contracts.Staking, amount), Cancel);
        await chain.SetNextBlockTimeAsync(at, Cancel);
        await chain.SendAsync(chain.Accounts[account], chain.Contracts.Staking, new Stake(amount), Cancel);
    }
}
