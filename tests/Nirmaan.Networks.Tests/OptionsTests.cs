using Microsoft.Extensions.Options;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Fleet;
using Nirmaan.Networks.Chain;
using Nirmaan.Networks.Heurist;
using Nirmaan.Networks.Morpheus;
using Nirmaan.Networks.Prices;
using Microsoft.Extensions.DependencyInjection;

namespace Nirmaan.Networks.Tests;

public sealed class OptionsTests
{
    private static readonly Uri s_near = new("http://127.0.0.1:5290/morpheus");

    private static string Fault<T>(Rig rig) where T : class => Should.Throw<OptionsValidationException>(() => rig.Get<IOptions<T>>().Value).Message;

    [Theory]
    [InlineData("Password", "", "Networks:Morpheus:Password is missing.")]
    [InlineData("BaseUrl", "http://morpheus.example.com", "Networks:Morpheus:BaseUrl 'http://morpheus.example.com/' must be https")]
    [InlineData("BaseUrl", "ftp://127.0.0.1", "Networks:Morpheus:BaseUrl 'ftp://127.0.0.1/' must be an absolute http or https address.")]
    [InlineData("User", "a:b", "Networks:Morpheus:User 'a:b'")]
    [InlineData("ProviderEndpoint", "https://x.example:3333", "Networks:Morpheus:ProviderEndpoint 'https://x.example:3333' must be host:port")]
    [InlineData("AllowanceMor", "0.1", "Networks:Morpheus:AllowanceMor 0.1 must cover one model's stake and one bid's fee, 0.4 MOR.")]
    [InlineData("BidPricePerSecondWei", "5", "Networks:Morpheus:BidPricePerSecondWei 5 must lie between")]
    [InlineData("WriteTimeout", "00:00:01", "Networks:Morpheus:WriteTimeout 00:00:01")]
    [InlineData("SlotsPerMiner", "0", "Networks:Morpheus:SlotsPerMiner 0")]
    [InlineData("QuickRetries", "9", "Networks:Morpheus:QuickRetries 9 must lie between 0 and 5.")]
    public async Task A_wrong_setting_of_Morpheus_is_named_by_its_key(string key, string value, string message)
    {
        await using var rig = Rig.Morpheus(s_near, ($"Networks:Morpheus:{key}", value));
        Fault<MorpheusOptions>(rig).ShouldContain(message);
    }

    [Theory]
    [InlineData("Mor")]
    [InlineData("Diamond")]
    [InlineData("FundingAccount")]
    [InlineData("Rpc")]
    public async Task Morpheus_needs_the_chain_on_which_it_pays(string key)
    {
        await using var rig = Rig.Morpheus(s_near, ($"Chain:{key}", null));
        Fault<MorpheusOptions>(rig).ShouldContain($"Networks:Morpheus:Enabled needs Chain:{key}");
    }

    [Theory]
    [InlineData("Staking", "0x12", "Chain:Staking '0x12' must be an address")]
    [InlineData("Mor", "0x7431aDa8a591C955a994a21710752EF9b882b8E3", "Chain:Mor '0x7431aDa8a591C955a994a21710752EF9b882b8E3' must be an address")]
    [InlineData("FinalityDepth", "-1", "Chain:FinalityDepth -1")]
    [InlineData("MaxRange", "0", "Chain:MaxRange 0")]
    public async Task A_wrong_setting_of_the_chain_is_named_by_its_key(string key, string value, string message)
    {
        await using var rig = Rig.Of(($"Chain:{key}", value));
        Fault<ChainOptions>(rig).ShouldContain(message);
    }

    [Fact]
    public async Task A_price_key_does_not_travel_in_the_open()
    {
        await using var rig = Rig.Of(("Prices:Enabled", "true"), ("Prices:BaseUrl", "http://prices.example.com"), ("Prices:ApiKey", "k"));
        Fault<PricesOptions>(rig).ShouldContain("Prices:BaseUrl 'http://prices.example.com/' must be https");
    }

    [Fact]
    public async Task A_wrong_address_of_totals_is_named_by_its_key()
    {
        await using var rig = Rig.Heurist(s_near, ("Networks:Heurist:TotalsUrl", "/heurist/network"));
        Fault<HeuristOptions>(rig).ShouldContain("Networks:Heurist:TotalsUrl '");
    }

    [Theory]
    [InlineData("Models:0", "gpt-5", "Networks:Heurist:Models:0 'gpt-5' is unknown; expected one of openhermes-2-5-mistral-7b,")]
    [InlineData("Models:0", "llama-2-70b-chat", "Networks:Heurist:Models:0 'llama-2-70b-chat' has no published multiplier")]
    [InlineData("LaterSeasons:0:Name", "", "Networks:Heurist:LaterSeasons:0:Name is missing.")]
    [InlineData("LaterSeasons:0:From", "2025-01-01T00:00:00Z", "Networks:Heurist:LaterSeasons:0:From 2025-01-01 00:00:00Z must not lie before the end of the season before it, 2025-01-17 00:00:00Z.")]
    [InlineData("LaterSeasons:0:To", "2027-01-01T00:00:00Z", "Networks:Heurist:LaterSeasons:0:To 2027-01-01 00:00:00Z must lie after From 2027-01-01 00:00:00Z.")]
    [InlineData("LaterSeasons:0:Heu", "-1", "Networks:Heurist:LaterSeasons:0:Heu -1 must not be negative.")]
    public async Task A_wrong_setting_of_Heurist_is_named_by_its_key(string key, string value, string message)
    {
        await using var rig = Rig.Heurist(s_near, ("Networks:Heurist:LaterSeasons:0:Name", "season 3"), ("Networks:Heurist:LaterSeasons:0:From", "2027-01-01T00:00:00Z"),
            ("Networks:Heurist:LaterSeasons:0:To", "2027-04-01T00:00:00Z"), ($"Networks:Heurist:{key}", value));
        Fault<HeuristOptions>(rig).ShouldContain(message);
    }

    [Theory]
    [InlineData("Pairs:0:Asset", "XYZ", "PairPrices:Pairs:0:Asset 'XYZ' must be one of")]
    [InlineData("Pairs:0:Pair", "0x12", "PairPrices:Pairs:0:Pair '0x12' must be an address")]
    [InlineData("Pairs:0:Dollar", Rig.Mor, "must be another token than Token.")]
    [InlineData("Pairs:1:Asset", "MOR", "PairPrices:Pairs:1:Asset MOR has a pair already.")]
    [InlineData("LeastLiquidityUsd", "-1", "PairPrices:LeastLiquidityUsd -1 must not be negative.")]
    public async Task A_wrong_setting_of_a_pair_is_named_by_its_key(string key, string value, string message)
    {
        await using var rig = Rig.Of(("PairPrices:Pairs:0:Asset", "MOR"), ("PairPrices:Pairs:0:Pair", Rig.Diamond), ("PairPrices:Pairs:0:Token", Rig.Mor),
            ("PairPrices:Pairs:0:Dollar", Rig.Funding), ($"PairPrices:{key}", value));
        Fault<PairPricesOptions>(rig).ShouldContain(message);
    }

    [Fact]
    public async Task What_is_not_switched_on_is_not_there()
    {
        await using var rig = Rig.Of();
        rig.Get<IEnumerable<IMiningNetwork>>().ShouldBeEmpty();
        rig.Get<IEnumerable<IPriceFeed>>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Both_networks_stand_side_by_side_when_they_are_switched_on()
    {
        await using var rig = Rig.Morpheus(s_near, ("Networks:Heurist:Enabled", "true"));
        rig.Get<IEnumerable<IMiningNetwork>>().Select(n => n.Network.Value).ShouldBe(["heurist", "morpheus"], ignoreOrder: true);
    }

    [Fact]
    public async Task Stakes_without_a_chain_say_which_key_is_missing()
    {
        await using var rig = Rig.Of();
        (await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Stakes.ReadChainIdAsync(TestContext.Current.CancellationToken))).Message.ShouldContain("Chain:Rpc is not set");
    }

    [Fact]
    public async Task Stakes_without_a_contract_say_which_key_is_missing()
    {
        await using var rig = Rig.Of(("Chain:Rpc", "http://127.0.0.1:1"));
        (await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Stakes.ReadAsync(1, TestContext.Current.CancellationToken))).Message.ShouldContain("Chain:Staking is not set");
    }
}
