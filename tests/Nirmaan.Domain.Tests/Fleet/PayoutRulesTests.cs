using Nirmaan.Domain.Fleet;

namespace Nirmaan.Domain.Tests.Fleet;

public sealed class PayoutRulesTests
{
    private const string Ours = "0x52908400098527886E0F7030069857D2E4169EE7", Other = "0x8617E340B3D01FA5F11F306F4090FD50E238070D";

    private static IReadOnlyList<PayoutReading> Differing(params string[] values) => PayoutRules.Differing(Ours, values.Select(v => new PayoutReading("environment MINER_ID_0", v)));

    [Fact]
    public void A_miner_id_pays_to_the_address_before_its_tag() => Differing($"{Ours}-a1b2c3_1").ShouldBeEmpty();

    [Fact]
    public void The_case_of_a_hexadecimal_address_does_not_matter() => Differing(Ours.ToLowerInvariant()).ShouldBeEmpty();

    [Fact]
    public void The_case_of_an_ss58_address_matters() =>
        PayoutRules.Differing("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", [new("x", "5grwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]).Count.ShouldBe(1);

    [Fact]
    public void One_card_that_pays_elsewhere_is_enough() => Differing($"{Ours}-a", $"{Other}-a_1").ShouldHaveSingleItem().Address.ShouldBe(Other);

    [Fact]
    public void What_is_no_address_is_another_one() => Differing("nothing").Count.ShouldBe(1);

    [Fact]
    public void Nothing_read_is_no_difference() => Differing().ShouldBeEmpty();

    [Fact]
    public void The_words_show_both_addresses_and_where_the_other_one_stands() =>
        PayoutRules.Words(Ours, Differing(Other)).ShouldBe($"it pays to another address: {Other} (environment MINER_ID_0), expected {Ours}");
}
