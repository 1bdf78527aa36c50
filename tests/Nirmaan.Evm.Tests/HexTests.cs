using System.Numerics;
using System.Text.Json;

namespace Nirmaan.Evm.Tests;

public class HexTests
{
    [Theory]
    [InlineData("0x", new byte[0])]
    [InlineData("0x00fF", new byte[] { 0, 255 })]
    public void Data_is_read_in_either_case(string text, byte[] bytes)
    {
        Hex.Decode(text).ShouldBe(bytes);
        Hex.Encode(bytes).ShouldBe(text.ToLowerInvariant());
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0x0")]
    [InlineData("0xzz")]
    [InlineData("0x 0")]
    public void What_is_no_data_is_refused(string text) => Should.Throw<FormatException>(() => Hex.Decode(text));

    [Theory]
    [InlineData("0x0", "0")]
    [InlineData("0x1b4", "436")]
    [InlineData("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "115792089237316195423570985008687907853269984665640564039457584007913129639935")]
    public void Quantities_have_no_leading_zeros(string text, string number)
    {
        Hex.ParseQuantity(text).ShouldBe(BigInteger.Parse(number, null));
        Hex.Quantity(BigInteger.Parse(number, null)).ShouldBe(text);
    }

    [Fact]
    public void A_quantity_with_leading_zeros_is_read_all_the_same() => Hex.ParseQuantity("0x00f").ShouldBe(15);

    [Theory]
    [InlineData("0x")]
    [InlineData("15")]
    [InlineData("0x-1")]
    [InlineData("0x1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void What_is_no_quantity_of_256_bits_is_refused(string text) => Should.Throw<FormatException>(() => Hex.ParseQuantity(text));

    [Fact]
    public void A_word_is_read_and_written_as_64_digits_also_in_json()
    {
        const string Text = "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff";
        var word = Bytes32.Parse(Text);
        word.ToString().ShouldBe(Text);
        new Bytes32(word.ToArray()).ShouldBe(word);
        JsonSerializer.Deserialize<Dictionary<Bytes32, Bytes32>>(JsonSerializer.Serialize(new Dictionary<Bytes32, Bytes32> { [word] = word }))![word].ShouldBe(word);
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Bytes32>("\"0x00\""));
    }

    [Fact]
    public void Words_are_ordered_as_numbers()
    {
        Bytes32[] words = [.. Enumerable.Range(0, 200).Select(i => Keccak256.Hash($"{i}")).Order()];
        words.Select(w => new BigInteger(w.ToArray(), isUnsigned: true, isBigEndian: true)).ShouldBeInOrder();
        (words[0] < words[1] && words[1] > words[0] && words[0] <= words[1] && !(words[0] >= words[1])).ShouldBeTrue();
    }
}
