using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Staking;

public sealed class StakesCsvTests
{
    private const string Account = "0x7431aDa8a591C955a994a21710752EF9b882b8e3";
    private static readonly DateTimeOffset s_noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static Gen<StakeDelta> Deltas() =>
        from second in Gen.Choose(0, 1_000_000)
        from account in Gen.Choose(1, int.MaxValue)
        from units in ArbMap.Default.GeneratorFor<long>()
        select new StakeDelta(s_noon.AddSeconds(second), WalletAddress.Parse($"0x{account:x40}"), BigInteger.Pow(units, 2) * units);

    [Fact]
    public void What_is_written_reads_back_the_same() => Prop.ForAll(Deltas().ArrayOf().ToArbitrary(), deltas =>
        StakesCsv.Parse(StakesCsv.Write(deltas)).SequenceEqual(deltas.OrderBy(d => d.At).ThenBy(d => d.Account))).QuickCheckThrowOnFailure();

    [Fact]
    public void The_text_is_as_the_format_says() =>
        StakesCsv.Write([new StakeDelta(s_noon, WalletAddress.Parse(Account), -5)]).ShouldBe($"time,account,delta\n2026-03-01T12:00:00Z,{Account},-5\n");

    [Fact]
    public void Times_of_other_zones_are_the_same_instants() =>
        StakesCsv.Parse($"time,account,delta\r\n2026-03-01T17:30:00+05:30,{Account},1\r\n").ShouldHaveSingleItem().At.ShouldBe(s_noon);

    [Theory]
    [InlineData("time,account\n", "line 1")]
    [InlineData("time,account,delta\n2026-03-01T12:00:00Z," + Account + "\n", "line 2: 2 fields; expected 3")]
    [InlineData("time,account,delta\n2026-03-01T12:00:00.5Z," + Account + ",1\n", "line 2: '2026-03-01T12:00:00.5Z' is not a time; expected RFC 3339 in whole seconds")]
    [InlineData("time,account,delta\n2026-03-01T12:00:00," + Account + ",1\n", "line 2: '2026-03-01T12:00:00' is not a time")]
    [InlineData("time,account,delta\n2026-02-30T12:00:00Z," + Account + ",1\n", "line 2: '2026-02-30T12:00:00Z' is not a time")]
    [InlineData("time,account,delta\n2026-03-01T12:00:00Z,0x7431ADa8a591C955a994a21710752EF9b882b8e3,1\n", "checksum")]
    [InlineData("time,account,delta\n2026-03-01T12:00:00Z," + Account + ",1.5\n", "line 2: '1.5' is not a delta")]
    public void A_fault_names_its_line_and_what_was_expected(string csv, string message) =>
        Should.Throw<FormatException>(() => StakesCsv.Parse(csv)).Message.ShouldContain(message);
}
