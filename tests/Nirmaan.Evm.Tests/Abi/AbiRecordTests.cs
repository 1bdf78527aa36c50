using System.Numerics;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Evm.Tests.Abi;

public class AbiRecordTests
{
    private static readonly EvmAddress s_account = EvmAddress.Parse("0x1111111111111111111111111111111111111111");

    [Function("transfer(address to, uint256 value) returns (bool)")]
    public sealed record Transfer(EvmAddress To, BigInteger Value) : IFunction<bool>;

    [Event("Transfer(address indexed from, address indexed to, uint256 value)")]
    public sealed record Transferred(EvmAddress From, EvmAddress To, BigInteger Value);

    [Function("getBid(bytes32) returns ((address provider, string[] tags, (uint64 at, uint16 share)[] hops))")]
    public sealed record GetBid(Bytes32 Id) : IFunction<Bid>;

    public sealed record Bid(EvmAddress Provider, IReadOnlyList<string> Tags, Hop[] Hops);

    public sealed record Hop(long At, ushort Share);

    [Function("limits() returns (uint256 least, uint256 most)")]
    public sealed record Limits : IFunction<Range>;

    public sealed record Range(BigInteger Least, BigInteger Most);

    [Event("Named(string indexed name, uint32 indexed number, string text, uint256[] indexed parts)")]
    public sealed record Named(Bytes32 Name, int Number, string Text, Bytes32 Parts);

    [Error("ProviderStakeTooLow(uint256 amount, uint256 minimum)")]
    public sealed record ProviderStakeTooLow(BigInteger Amount, BigInteger Minimum);

    [Function("wrong(uint256)")]
    public sealed record WrongType(string Amount) : IFunction;

    [Function("wrong(uint256,uint256)")]
    public sealed record WrongNumber(BigInteger Amount) : IFunction;

    [Function("wrong() returns ((uint256,bool))")]
    public sealed record WrongAnswer : IFunction<Range>;

    public sealed record Undeclared : IFunction;

    [Fact]
    public void A_function_record_becomes_call_data_and_back()
    {
        byte[] data = Functions.Encode(new Transfer(s_account, 258));
        Hex.Encode(data).ShouldBe(
            "0xa9059cbb" + "0000000000000000000000001111111111111111111111111111111111111111" + "0000000000000000000000000000000000000000000000000000000000000102");
        Functions.Decode<Transfer>(data).ShouldBe(new Transfer(s_account, 258));
    }

    [Fact]
    public void Call_data_of_another_function_are_refused() =>
        Should.Throw<AbiException>(() => Functions.Decode<Transfer>(Functions.Encode(new Limits()))).Message.ShouldContain("transfer(address,uint256)");

    [Fact]
    public void One_returned_value_is_that_value() =>
        Functions.DecodeResult(new Transfer(s_account, 1), AbiEncoder.Encode([new AbiType.Bool()], true)).ShouldBeTrue();

    [Fact]
    public void Several_returned_values_are_a_record()
    {
        var number = AbiType.Parse("uint256");
        Functions.DecodeResult(new Limits(), AbiEncoder.Encode([number, number], 3, 4)).ShouldBe(new Range(3, 4));
    }

    [Fact]
    public void A_returned_struct_is_a_record_with_lists_and_structs_of_its_own()
    {
        AbiType[] types = [.. Functions.Signature(typeof(GetBid)).Outputs.Select(p => p.Type)];
        var bid = new Bid(s_account, ["llm", "tee"], [new Hop(7, 1), new Hop(1L << 40, 65535)]);
        var read = Functions.DecodeResult(new GetBid(default), AbiEncoder.Encode(types, bid));
        read.Provider.ShouldBe(bid.Provider);
        read.Tags.ShouldBe(bid.Tags);
        read.Hops.ShouldBe(bid.Hops);
    }

    [Fact]
    public void A_number_that_the_record_cannot_hold_is_refused()
    {
        AbiType[] types = [.. Functions.Signature(typeof(GetBid)).Outputs.Select(p => p.Type)];
        object?[] step = [ulong.MaxValue, 1];
        byte[] answer = AbiEncoder.Encode(types, (object?)new object?[] { s_account, Array.Empty<string>(), new[] { step } });
        Should.Throw<AbiException>(() => Functions.DecodeResult(new GetBid(default), answer)).Message.ShouldContain("Int64");
    }

    [Fact]
    public void An_empty_answer_says_that_there_may_be_no_contract() =>
        Should.Throw<AbiException>(() => Functions.DecodeResult(new Limits(), [])).Message.ShouldContain("is there a contract");

    [Fact]
    public void A_log_becomes_its_event()
    {
        Bytes32[] topics = [Events.Topic<Transferred>(), Bytes32.Of(s_account), Bytes32.Of(EvmAddress.Zero)];
        Events.TryDecode<Transferred>(topics, AbiEncoder.Encode([AbiType.Parse("uint256")], 5), out var transfer).ShouldBeTrue();
        transfer.ShouldBe(new Transferred(s_account, EvmAddress.Zero, 5));
    }

    [Fact]
    public void Another_contracts_event_with_the_same_first_topic_is_not_taken_for_ours()
    {
        var topic = Events.Topic<Transferred>();
        Events.TryDecode<Transferred>([topic, default, default, default], [], out _).ShouldBeFalse();
        Events.TryDecode<Transferred>([default, default, default], [], out _).ShouldBeFalse();
        Events.TryDecode<Transferred>([], [], out _).ShouldBeFalse();
    }

    [Fact]
    public void An_indexed_text_or_list_is_its_hash()
    {
        Bytes32[] topics = [Events.Topic<Named>(), Keccak256.Hash("name"), new([.. new byte[31], 9]), Keccak256.Hash("parts")];
        Events.TryDecode<Named>(topics, AbiEncoder.Encode([new AbiType.Text()], "text"), out var named).ShouldBeTrue();
        named.ShouldBe(new Named(Keccak256.Hash("name"), 9, "text", Keccak256.Hash("parts")));
    }

    [Fact]
    public void A_log_of_ours_with_spoiled_fields_is_an_error() =>
        Should.Throw<AbiException>(() => Events.TryDecode<Transferred>([Events.Topic<Transferred>(), default, default], [1, 2, 3], out _));

    // Topics and selectors of facts about other contracts: computed by their own compilers.
    [Fact]
    public void Topics_and_error_selectors_are_the_published_ones()
    {
        Events.Topic<Transferred>().ToString().ShouldBe("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
        Hex.Encode(Reverts.Signature(typeof(ProviderStakeTooLow)).Selector.Span).ShouldBe("0xbcc35dcc");
    }

    [Theory]
    [InlineData(typeof(WrongType), "WrongType.Amount is String")]
    [InlineData(typeof(WrongNumber), "WrongNumber has 1 values")]
    [InlineData(typeof(WrongAnswer), "Range.Most is BigInteger")]
    [InlineData(typeof(Undeclared), "Undeclared has no [Function]")]
    public void A_declaration_that_does_not_fit_its_record_says_where(Type record, string message) =>
        Should.Throw<InvalidOperationException>(() => Functions.Signature(record)).Message.ShouldContain(message);

    [Fact]
    public void A_custom_error_is_read_when_it_is_the_declared_one()
    {
        byte[] data = [.. Reverts.Signature(typeof(ProviderStakeTooLow)).Selector.Span, .. AbiEncoder.Encode([AbiType.Parse("uint256"), AbiType.Parse("uint256")], 1, 2)];
        Reverts.TryDecode<ProviderStakeTooLow>(data, out var error).ShouldBeTrue();
        error.ShouldBe(new ProviderStakeTooLow(1, 2));
        Reverts.Describe(data).ShouldBe("custom error 0xbcc35dcc");
        Reverts.Describe(data, Reverts.Signature(typeof(ProviderStakeTooLow))).ShouldBe("ProviderStakeTooLow(1, 2)");
        Reverts.TryDecode<ProviderStakeTooLow>([1, 2, 3, 4], out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("0x", "reverted without a reason")]
    [InlineData("0x0102", "reverted with 0x0102")]
    [InlineData("0x08c379a000000000000000000000000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000000000000000002"
        + "6e6f000000000000000000000000000000000000000000000000000000000000", "no")]
    [InlineData("0x4e487b710000000000000000000000000000000000000000000000000000000000000011", "panic 0x11: arithmetic overflow or underflow")]
    [InlineData("0x4e487b71ff00000000000000000000000000000000000000000000000000000000000011",
        "panic 0xff00000000000000000000000000000000000000000000000000000000000011: unknown code")]
    [InlineData("0x08c379a0ff", "reverted with malformed data 0x08c379a0ff")]
    public void A_revert_is_told_in_words(string data, string words) => Reverts.Describe(Hex.Decode(data)).ShouldBe(words);

    [Fact]
    public void A_reason_of_a_megabyte_is_cut()
    {
        byte[] data = [.. Hex.Decode("0x08c379a0"), .. AbiEncoder.Encode([new AbiType.Text()], new string('x', 1 << 20))];
        Reverts.Describe(data).Length.ShouldBeLessThan(600);
    }
}
