using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Tests.Amounts;

public sealed class WalletAddressTests
{
    private const string Checksummed = "0x7431aDa8a591C955a994a21710752EF9b882b8e3";

    [Fact]
    public void Spellings_of_one_account_are_equal() =>
        WalletAddress.Parse(Checksummed).ShouldBe(WalletAddress.Parse("0X" + Checksummed[2..].ToUpperInvariant()));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0x1")]
    [InlineData("7431ada8a591c955a994a21710752ef9b882b8e300")]
    [InlineData("0x7431ada8a591c955a994a21710752ef9b882b8eg")]
    public void What_is_no_address_is_refused(string? text) => WalletAddress.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Accounts_order_as_numbers_do() => Prop.ForAll(Gen.Choose(0, int.MaxValue).Two().ToArbitrary(), pair =>
        Math.Sign(Some.Wallet(pair.Item1).CompareTo(Some.Wallet(pair.Item2))) == Math.Sign(pair.Item1.CompareTo(pair.Item2))).QuickCheckThrowOnFailure();

    [Fact]
    public void The_default_value_is_the_zero_account() => default(WalletAddress).ShouldBe(Some.Wallet(0));

    [Fact]
    public void Text_and_bytes_are_two_spellings_of_one_account()
    {
        var bytes = Convert.FromHexString(Checksummed[2..]);
        var account = WalletAddress.Of(bytes);
        account.Value.ShouldBe(Checksummed.ToLowerInvariant());
        var written = new byte[WalletAddress.Size];
        account.CopyTo(written);
        written.ShouldBe(bytes);
        Should.Throw<ArgumentException>(() => WalletAddress.Of(bytes.AsSpan(1)));
    }
}
