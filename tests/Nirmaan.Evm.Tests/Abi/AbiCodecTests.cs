using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Evm.Abi;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Abi;

public class AbiCodecTests
{
    [Fact]
    public async Task Two_hundred_random_value_lists_encode_as_cast_does()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var sample = new AbiSample(seed);
            string theirs = await NpmTools.RunAsync(NpmTools.Cast, sample.CastArguments, "", TestContext.Current.CancellationToken);
            Hex.Encode(AbiEncoder.Encode(sample.Types, sample.Values)).ShouldBe(theirs.Trim(), $"seed {seed}: {sample}");
        }
    }

    [Fact]
    public void What_was_encoded_decodes_to_the_same_values() =>
        Prop.ForAll(AbiSample.Any, sample =>
            AbiSample.Spell(AbiDecoder.Decode(sample.Types, AbiEncoder.Encode(sample.Types, sample.Values))) == AbiSample.Spell(sample.Values))
            .QuickCheckThrowOnFailure();

    // The three examples of the Solidity documentation's ABI specification.
    [Theory]
    [InlineData("baz(uint32,bool)", "0xcdcd77c0")]
    [InlineData("bar(bytes3[2])", "0xfce353f6")]
    [InlineData("sam(bytes,bool,uint[])", "0xa5643bf2")]
    [InlineData("f(uint256,uint32[],bytes10,bytes)", "0x8be65246")]
    public void Selectors_are_those_of_the_specification(string signature, string selector) =>
        Hex.Encode(AbiSignature.Parse(signature).Selector.Span).ShouldBe(selector);

    [Fact]
    public void A_call_with_mixed_arguments_is_encoded_as_the_specification_shows()
    {
        string[] words =
        [
            "0000000000000000000000000000000000000000000000000000000000000123",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "3132333435363738393000000000000000000000000000000000000000000000",
            "00000000000000000000000000000000000000000000000000000000000000e0",
            "0000000000000000000000000000000000000000000000000000000000000002",
            "0000000000000000000000000000000000000000000000000000000000000456",
            "0000000000000000000000000000000000000000000000000000000000000789",
            "000000000000000000000000000000000000000000000000000000000000000d",
            "48656c6c6f2c20776f726c642100000000000000000000000000000000000000",
        ];
        AbiType[] types = [.. AbiSignature.Parse("f(uint256,uint32[],bytes10,bytes)").Inputs.Select(p => p.Type)];
        Hex.Encode(AbiEncoder.Encode(types, 0x123, new uint[] { 0x456, 0x789 }, "1234567890"u8.ToArray(), "Hello, world!"u8.ToArray()))
            .ShouldBe("0x" + string.Concat(words));
    }

    [Theory]
    [InlineData("uint8", 256)]
    [InlineData("uint256", -1)]
    [InlineData("int8", 128)]
    [InlineData("int8", -129)]
    public void A_number_outside_of_its_type_is_refused(string type, int value) =>
        Should.Throw<AbiException>(() => AbiEncoder.Encode([AbiType.Parse(type)], value)).Message.ShouldContain(type);

    [Theory]
    [InlineData("bytes4", new byte[] { 1, 2, 3 })]
    [InlineData("uint256[2]", new[] { 1 })]
    [InlineData("(uint256,uint256)", new[] { "1" })]
    [InlineData("address", "0x1111111111111111111111111111111111111111")]
    [InlineData("uint256", true)]
    [InlineData("string", null)]
    public void A_value_of_another_shape_is_refused(string type, object? value) =>
        Should.Throw<AbiException>(() => AbiEncoder.Encode([AbiType.Parse(type)], value));

    [Fact]
    public void A_missing_value_is_refused() => Should.Throw<AbiException>(() => AbiEncoder.Encode([new AbiType.Bool(), new AbiType.Bool()], true));

    [Fact]
    public void Numbers_at_the_ends_of_256_bits_keep_their_value()
    {
        AbiType[] types = [AbiType.Parse("int256"), AbiType.Parse("int256"), AbiType.Parse("uint256")];
        object?[] ends = [-(BigInteger.One << 255), (BigInteger.One << 255) - 1, (BigInteger.One << 256) - 1];
        AbiDecoder.Decode(types, AbiEncoder.Encode(types, ends)).ShouldBe(ends);
    }
}
