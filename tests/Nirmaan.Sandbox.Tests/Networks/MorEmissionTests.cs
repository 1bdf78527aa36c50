using System.Globalization;
using System.Numerics;
using Nirmaan.Sandbox.Networks.Morpheus;

namespace Nirmaan.Sandbox.Tests.Networks;

public sealed class MorEmissionTests
{
    // Lumerin's own SessionRouter on a local chain, nothing claimed (SmartContracts at ea893fa6, Lumerin-Node at 04e6c425).
    [Theory]
    [InlineData("2024-05-09T00:00:00Z", "310368137150628000000000", "982832434310322000000000")]
    [InlineData("2025-01-01T00:00:00Z", "1100159143874012520000000", "3483837288934372980000000")]
    [InlineData("2026-01-01T00:00:00Z", "2251402478580040320000000", "7129441182170127680000000")]
    [InlineData("2026-11-22T00:00:00Z", "3210041512763689320000000", "10165131457085016180000000")]
    [InlineData("2040-01-28T12:00:00Z", "10079999900972997120000000", "31919999686414490880000000")]
    public void Balance_and_supply_are_the_contracts(string at, string balance, string supply)
    {
        var time = DateTimeOffset.Parse(at, CultureInfo.InvariantCulture);
        MorEmission.ComputeBalance(time, 0).ShouldBe(BigInteger.Parse(balance, CultureInfo.InvariantCulture));
        MorEmission.SupplyExCompute(time, 0).ShouldBe(BigInteger.Parse(supply, CultureInfo.InvariantCulture));
    }
}
