using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Staking;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Testing;

namespace Nirmaan.Networks.Tests.Nrm;

/// <summary>The stake chain against the real staking contract on a local chain.</summary>
[Collection(ChainCollection.Name)]
public sealed class NrmStakeChainTests(LocalChain chain)
{
    [Function("approve(address spender, uint256 value) returns (bool)")]
    private sealed record Approve(EvmAddress Spender, BigInteger Value) : IFunction<bool>;

    [Function("stake(uint256 amount)")]
    private sealed record Stake(BigInteger Amount) : IFunction;

    [Function("unstake(uint256 amount)")]
    private sealed record Unstake(BigInteger Amount) : IFunction;

    private static readonly BigInteger s_nrm = Asset.Nrm.One;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Rig Reader(params (string, string?)[] more) =>
        Rig.Of([("Chain:Rpc", chain.Url.ToString()), ("Chain:Staking", chain.Contracts.Staking.ToString()), ("Chain:FinalityDepth", "1"), .. more]);

    private Task<EvmReceipt> SendAsync(int account, EvmAddress to, IFunction call) => chain.SendAsync(chain.Accounts[account], to, call, Cancel);

    private static async Task<List<StakeEvent>> AllAsync(Rig rig, long from)
    {
        List<StakeEvent> all = [];
        while (await rig.Stakes.ReadAsync(from, Cancel) is { } page)
        {
            all.AddRange(page.Events);
            from = page.To.Number + 1;
        }
        return all;
    }

    [Fact]
    public async Task Stakes_are_read_as_the_contract_recorded_them()
    {
        var from = await chain.Rpc.GetBlockNumberAsync(Cancel) + 1;
        await SendAsync(1, chain.Contracts.Nrm, new Approve(chain.Contracts.Staking, 100 * s_nrm));
        await SendAsync(1, chain.Contracts.Staking, new Stake(70 * s_nrm));
        await SendAsync(1, chain.Contracts.Staking, new Unstake(20 * s_nrm));
        await SendAsync(1, chain.Contracts.Staking, new Unstake(50 * s_nrm));
        await chain.MineAsync(1, Cancel);

        await using var rig = Reader();
        var events = await AllAsync(rig, from);
        events.Select(e => (e.Account.Value, e.Delta / s_nrm, e.Balance / s_nrm)).ShouldBe([(chain.Accounts[1].ToLowerHex(), 70, 70), (chain.Accounts[1].ToLowerHex(), -20, 50), (chain.Accounts[1].ToLowerHex(), -50, 0)]);
        events.ShouldAllBe(e => e.ChainId == 31337);
        foreach (var e in events)
        {
            var block = await rig.Stakes.FindBlockAsync(e.BlockNumber, Cancel);
            block.ShouldBe(new BlockRef(e.BlockNumber, e.BlockHash, e.At));
        }
    }

    [Fact]
    public async Task The_newest_block_is_left_alone_until_another_lies_on_it()
    {
        var from = await chain.Rpc.GetBlockNumberAsync(Cancel) + 1;
        await SendAsync(2, chain.Contracts.Nrm, new Approve(chain.Contracts.Staking, s_nrm));
        await SendAsync(2, chain.Contracts.Staking, new Stake(s_nrm));
        await using var rig = Reader();
        (await AllAsync(rig, from)).ShouldBeEmpty();
        await chain.MineAsync(1, Cancel);
        (await AllAsync(rig, from)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task When_nothing_is_new_there_is_no_page()
    {
        await using var rig = Reader();
        (await rig.Stakes.ReadAsync(await chain.Rpc.GetBlockNumberAsync(Cancel), Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task A_long_range_comes_in_pages_without_gaps()
    {
        await chain.MineAsync(25, Cancel);
        await using var rig = Reader(("Chain:MaxRange", "10"));
        var head = await chain.Rpc.GetBlockNumberAsync(Cancel);
        List<long> ends = [];
        for (var from = head - 24; await rig.Stakes.ReadAsync(from, Cancel) is { } page; from = page.To.Number + 1) { ends.Add(page.To.Number); }
        ends.ShouldBe([head - 15, head - 5, head - 1]);
    }

    [Fact]
    public async Task A_block_that_is_not_there_is_none()
    {
        await using var rig = Reader();
        (await rig.Stakes.FindBlockAsync(1_000_000, Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task A_node_of_another_chain_is_not_read()
    {
        await using var rig = Reader(("Chain:Id", "1"));
        await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Stakes.ReadChainIdAsync(Cancel));
        await using var right = Reader(("Chain:Id", "31337"));
        (await right.Stakes.ReadChainIdAsync(Cancel)).ShouldBe(31337);
    }
}
