using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;

namespace Nirmaan.Evm.Tests;

public class EvmAddressTests
{
    // The examples of EIP-55.
    [Theory]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0x8617E340B3D01FA5F11F306F4090FD50E238070D")]
    [InlineData("0xde709f2102306220921060314715629080e2fb77")]
    [InlineData("0x27b1fdb04752bbc536007a920d24acb045561c26")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    public void The_checksum_spelling_is_read_and_written_back(string text) =>
        EvmAddress.Parse(text, AddressSpelling.Checksum).ToString().ShouldBe(text);

    [Fact]
    public void Lower_case_is_accepted_unless_the_checksum_is_asked_for()
    {
        const string Lower = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed";
        EvmAddress.Parse(Lower).ToLowerHex().ShouldBe(Lower);
        Should.Throw<FormatException>(() => EvmAddress.Parse(Lower, AddressSpelling.Checksum)).Message.ShouldContain("EIP-55");
    }

    [Theory]
    [InlineData(AddressSpelling.Checksum)]
    [InlineData(AddressSpelling.ChecksumOrLowerCase)]
    public void One_letter_in_the_wrong_case_is_refused(AddressSpelling spelling) =>
        Should.Throw<FormatException>(() => EvmAddress.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed", spelling)).Message.ShouldContain("mistyped");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")]
    [InlineData("0X5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")]
    [InlineData("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae")]
    [InlineData("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed0")]
    [InlineData("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg")]
    [InlineData(" 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")]
    public void What_is_no_address_is_refused(string? text) =>
        EvmAddress.TryParse(text, AddressSpelling.ChecksumOrLowerCase, out _).ShouldBeFalse();

    [Fact]
    public void Bytes_spelling_and_word_lead_back_to_the_same_address() =>
        Prop.ForAll(Addresses.ToArbitrary(), address =>
            new EvmAddress(address.ToArray()) == address
            && EvmAddress.Parse(address.ToString(), AddressSpelling.Checksum) == address
            && EvmAddress.Parse(address.ToLowerHex()) == address
            && EvmAddress.OfWord(Bytes32.Of(address)) == address).QuickCheckThrowOnFailure();

    [Fact]
    public void Addresses_compare_as_their_lower_case_spellings_do() =>
        Prop.ForAll(Addresses.ToArbitrary(), Addresses.ToArbitrary(), (a, b) =>
            Math.Sign(a.CompareTo(b)) == Math.Sign(string.CompareOrdinal(a.ToLowerHex(), b.ToLowerHex()))
            && a < b == b > a && a <= b == !(a > b) && a.Equals(b) == (a.CompareTo(b) == 0)).QuickCheckThrowOnFailure();

    [Fact]
    public void A_word_with_more_than_an_address_in_it_is_refused() =>
        Should.Throw<FormatException>(() => EvmAddress.OfWord(Keccak256.Hash("x")));

    [Fact]
    public void Json_writes_the_checksum_and_reads_either_spelling()
    {
        var address = EvmAddress.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
        JsonSerializer.Serialize(new Dictionary<EvmAddress, EvmAddress> { [address] = address })
            .ShouldBe("""{"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed":"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"}""");
        JsonSerializer.Deserialize<Dictionary<EvmAddress, EvmAddress>>($$"""{"{{address.ToLowerHex()}}":"{{address}}"}""")![address].ShouldBe(address);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("\"0x12\"")]
    [InlineData("\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed\"")]
    public void Json_that_holds_no_address_is_refused(string json) => Should.Throw<JsonException>(() => JsonSerializer.Deserialize<EvmAddress>(json));

    [Fact]
    public async Task Routes_bind_it()
    {
        EvmAddress bound = default;
        var route = RequestDelegateFactory.Create((EvmAddress address) => { bound = address; }, new RequestDelegateFactoryOptions { RouteParameterNames = ["address"] });
        var context = new DefaultHttpContext { Request = { RouteValues = { ["address"] = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed" } } };
        await route.RequestDelegate(context);
        bound.ToString().ShouldBe("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    }

    private static Gen<EvmAddress> Addresses => Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(EvmAddress.Size).Select(bytes => new EvmAddress(bytes));
}
