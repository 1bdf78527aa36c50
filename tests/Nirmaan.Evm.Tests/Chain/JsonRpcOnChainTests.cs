using System.Numerics;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

public class JsonRpcOnChainTests(LocalChain chain) : ChainTest(chain)
{
    private const string Lines = "(bytes32 id, (address account, uint128 amount, string[] tags)[] lines, int64[2] range, bytes blob)";

    public sealed record Line(EvmAddress Account, BigInteger Amount, IReadOnlyList<string> Tags);

    public sealed record Book(Bytes32 Id, IReadOnlyList<Line> Lines, IReadOnlyList<long> Range, byte[] Blob);

    [Function($"echo({Lines} book) returns ({Lines} book, uint256 lines)")]
    public sealed record Echo(Book Book) : IFunction<Echoed>;

    public sealed record Echoed(Book Book, int Lines);

    [Function("named(string name, string text, uint32 number, bytes32[] ids)")]
    public sealed record SayNamed(string Name, string Text, uint Number, IReadOnlyList<Bytes32> Ids) : IFunction;

    [Event("Named(string indexed name, string text, uint32 indexed number, bytes32[] indexed ids)")]
    public sealed record Named(Bytes32 Name, string Text, uint Number, Bytes32 Ids);

    [Function("refuse(uint256 wanted, string why) returns (bool)")]
    public sealed record Refuse(BigInteger Wanted, string Why) : IFunction<bool>;

    [Error("Refused(address account, uint256 wanted, string why)")]
    public sealed record Refused(EvmAddress Account, BigInteger Wanted, string Why);

    [Function("refuseInWords(string why) returns (bool)")]
    public sealed record RefuseInWords(string Why) : IFunction<bool>;

    [Function("panic(uint256 divisor) returns (uint256)")]
    public sealed record Panic(BigInteger Divisor) : IFunction<BigInteger>;

    [Function("refuseSilently() returns (bool)")]
    public sealed record RefuseSilently : IFunction<bool>;

    [Fact]
    public async Task The_chain_tells_its_id_height_code_and_balances()
    {
        (await Chain.Rpc.GetChainIdAsync(Cancel)).ShouldBe(31337);
        (await Chain.Rpc.GetBlockNumberAsync(Cancel)).ShouldBeGreaterThan(10);
        (await Chain.Rpc.GetCodeAsync(Chain.Contracts.Nrm, BlockTag.Latest, Cancel)).ShouldNotBeEmpty();
        (await Chain.Rpc.GetCodeAsync(Chain.Accounts[1], BlockTag.Latest, Cancel)).ShouldBeEmpty();
        (await Chain.Rpc.GetBalanceAsync(Chain.Accounts[1], BlockTag.Latest, Cancel)).ShouldBeGreaterThan(BigInteger.Pow(10, 21));
    }

    [Fact]
    public async Task Blocks_are_chained_by_hash_and_named_by_tag()
    {
        await Chain.MineAsync(3, Cancel);
        var latest = (await Chain.Rpc.GetBlockAsync(BlockTag.Latest, Cancel))!;
        var parent = (await Chain.Rpc.GetBlockAsync(BlockTag.At(latest.Number - 1), Cancel))!;
        latest.ParentHash.ShouldBe(parent.Hash);
        latest.Time.ShouldBeGreaterThan(parent.Time);
        (await Chain.Rpc.GetBlockAsync(BlockTag.Finalized, Cancel))!.Number.ShouldBeLessThanOrEqualTo(latest.Number);
        (await Chain.Rpc.GetBlockAsync(BlockTag.Safe, Cancel))!.Number.ShouldBeLessThanOrEqualTo(latest.Number);
        (await Chain.Rpc.GetBlockAsync(BlockTag.At(latest.Number + 1000), Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Structs_lists_and_text_go_through_a_contract_and_come_back()
    {
        var probe = await Chain.DeployAsync("AbiProbe", [], Cancel);
        var book = new Book(Keccak256.Hash("book"), [new(Chain.Accounts[1], 7, ["a", "", "π"]), new(Chain.Accounts[2], (BigInteger.One << 128) - 1, [])], [long.MinValue, -1], [1, 2, 3]);
        var echoed = await Chain.Rpc.CallAsync(probe, new Echo(book), BlockTag.Latest, Cancel);
        echoed.Lines.ShouldBe(2);
        Functions.Encode(new Echo(echoed.Book)).ShouldBe(Functions.Encode(new Echo(book)));
    }

    [Fact]
    public async Task Many_calls_are_answered_in_their_order()
    {
        var answers = await Chain.Rpc.CallManyAsync(Chain.Contracts.Nrm, Chain.Accounts.Select(a => new BalanceOf(a)), BlockTag.At(await Chain.Rpc.GetBlockNumberAsync(Cancel)), Cancel);
        answers.Count.ShouldBe(Chain.Accounts.Count);
        answers[0].ShouldBe(0);
        answers[9].ShouldBe(BigInteger.Pow(10, 24));
    }

    [Fact]
    public async Task An_event_with_indexed_text_is_read_from_its_receipt()
    {
        var probe = await Chain.DeployAsync("AbiProbe", [], Cancel);
        var receipt = await Chain.SendAsync(Chain.Accounts[1], probe, new SayNamed("rtx-a6000", "free text", 7, [default, Keccak256.Hash("")]), Cancel);
        receipt.Logs.ShouldHaveSingleItem().TryDecode<Named>(out var named).ShouldBeTrue();
        byte[] ids = [.. new byte[32], .. Keccak256.Hash("").ToArray()];
        named.ShouldBe(new Named(Keccak256.Hash("rtx-a6000"), "free text", 7, Keccak256.Hash(ids)));
    }

    [Fact]
    public async Task A_custom_error_arrives_with_its_fields()
    {
        var probe = await Chain.DeployAsync("AbiProbe", [], Cancel);
        var e = await Should.ThrowAsync<JsonRpcException>(() => Chain.Rpc.CallAsync(probe, new Refuse(5, "too much"), BlockTag.Latest, Cancel));
        Reverts.TryDecode<Refused>(e.RevertData, out var refused).ShouldBeTrue();
        (refused!.Wanted, refused.Why).ShouldBe((5, "too much"));
    }

    [Fact]
    public async Task Reasons_panics_and_silent_reverts_are_told_apart()
    {
        var probe = await Chain.DeployAsync("AbiProbe", [], Cancel);
        (await Should.ThrowAsync<JsonRpcException>(() => Chain.Rpc.CallAsync(probe, new RefuseInWords("not today"), BlockTag.Latest, Cancel))).Message.ShouldContain("not today");
        (await Should.ThrowAsync<JsonRpcException>(() => Chain.Rpc.CallAsync(probe, new Panic(0), BlockTag.Latest, Cancel))).Message.ShouldContain("division by zero");
        (await Should.ThrowAsync<JsonRpcException>(() => Chain.Rpc.CallAsync(probe, new RefuseSilently(), BlockTag.Latest, Cancel))).Message.ShouldContain("without a reason");
    }

    [Fact]
    public async Task A_call_to_an_address_without_code_says_so() =>
        (await Should.ThrowAsync<AbiException>(() => Chain.Rpc.CallAsync(Chain.Accounts[5], new BalanceOf(default), BlockTag.Latest, Cancel))).Message.ShouldContain("is there a contract");

    [Fact]
    public async Task A_receipt_of_an_unknown_transaction_is_null() => (await Chain.Rpc.GetReceiptAsync(Keccak256.Hash("no"), Cancel)).ShouldBeNull();
}
