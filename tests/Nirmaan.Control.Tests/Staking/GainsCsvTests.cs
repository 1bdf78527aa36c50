using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Tests.Staking;

public sealed class GainsCsvTests
{
    private static readonly DateTimeOffset s_day = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly System.Numerics.BigInteger s_token = System.Numerics.BigInteger.Pow(10, 18);

    private static readonly StakerReturns s_returns = new(
        WalletAddress.Parse($"0x{new string('a', 40)}"), s_day, s_day.AddDays(1), 500 * s_token, s_day, 500 * s_token, 1,
        [new ReturnEpoch(1, s_day, s_day.AddDays(1), 500 * s_token, 1, 0, [new ReturnLine(Asset.Mor, 10 * s_token, 0, 0, 10 * s_token, 10 * s_token, null, 20m, "0x")], 20m)],
        [], [], null, null, null, null, "share-rate-1");

    [Fact]
    public void A_sale_gets_the_value_at_receipt_as_its_basis() => GainsCsv.Write(s_returns, "time,asset,tokens,usd\n2026-03-05T12:00:00Z,MOR,2.5,9\n", BasisChoice.Fifo).Split('\n')[1]
        .ShouldBe("2026-03-05T12:00:00Z,MOR,2.5,9,5,4,0,fifo");

    [Fact]
    public void A_token_that_was_never_received_here_has_no_basis() => GainsCsv.Write(s_returns, "time,asset,tokens,usd\n2026-03-05T12:00:00Z,HEU,2,9\n", BasisChoice.Average).Split('\n')[1]
        .ShouldBe("2026-03-05T12:00:00Z,HEU,2,9,,,2,average");

    [Theory]
    [InlineData("when,what", "line 1"), InlineData("time,asset,tokens,usd\n2026-03-05T12:00:00Z,MOR,-1,9", "line 2"), InlineData("time,asset,tokens,usd\nyesterday,MOR,1,9", "line 2")]
    [InlineData("time,asset,tokens,usd\n2026-03-05T12:00:00Z,mor,1,9", "line 2"), InlineData("time,asset,tokens,usd\n2026-03-05T12:00:00Z,=1+1,1,9", "line 2")]
    [InlineData("time,asset,tokens,usd\n03/05/2026,MOR,1,9", "line 2"), InlineData("time,asset,tokens,usd\n12:00,MOR,1,9", "line 2"), InlineData("time,asset,tokens,usd\n2026-03-05T12:00:00,MOR,1,9", "line 2")]
    public void A_line_that_cannot_be_read_is_named(string sales, string line) => Should.Throw<InvalidInputException>(() => GainsCsv.Write(s_returns, sales, BasisChoice.Fifo)).Field.ShouldBe(line);

    [Fact]
    public void A_choice_of_basis_that_does_not_exist_is_named() =>
        Should.Throw<InvalidInputException>(() => GainsCsv.Write(s_returns, "time,asset,tokens,usd\n", (BasisChoice)7)).Field.ShouldBe("basis");
}
