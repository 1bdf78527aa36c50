using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using static Nirmaan.Providers.Tests.Akash.AkashDouble;

namespace Nirmaan.Providers.Tests.Akash;

public sealed class BidTests : IAsyncLifetime
{
    private const string Other = "akash1otherotherotherotherotherotherother00";

    private readonly AkashDouble _stand = new();
    private Rig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await Rig.AkashAsync(_stand.Answer);

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    private static InstanceWish Wish(string gpu = "rtx-a6000", int gpus = 1, string? provider = null, string? region = null, decimal maxUsd = 0.60m) =>
        new(SupplierName.Akash, new GpuModel(gpu), gpus, null, provider, region, maxUsd, 24);

    private async Task<Bid> OneAsync(object bid, InstanceWish? wish = null)
    {
        _stand.Bids = [bid];
        return (await _rig.Provider.ListBidsAsync("1", wish ?? Wish(), Rig.Token)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_suitable_bid_says_what_it_costs_whose_it_is_and_until_when_it_stands()
    {
        (await OneAsync(Bid("750.000000000000000000"))).ShouldBe(new Bid(
            $"1/1/{Provider}", Provider, "provider.example", new GpuModel("rtx-a6000"), 0.45m, 0.995m, "US", Open: true, Unsuitable: null, Rig.Start.AddSeconds(-30).AddMinutes(5)));
    }

    [Fact]
    public async Task Bids_come_cheapest_first_by_number_not_by_text()
    {
        _stand.Providers = [ProviderRow(Provider), ProviderRow(Other)];
        _stand.Bids = [Bid("1000"), Bid("99.5", Other), Bid("250")];
        (await _rig.Provider.ListBidsAsync("1", Wish(), Rig.Token)).Select(b => b.UsdPerGpuHour).ShouldBe([0.0597m, 0.15m, 0.6m]);
    }

    [Theory]
    [InlineData("lost")]
    [InlineData("closed")]
    [InlineData("active")]
    public async Task A_bid_that_is_not_open_is_shown_and_not_for_the_taking(string state)
    {
        var bid = await OneAsync(Bid("750", state: state));
        (bid.Open, bid.Unsuitable).ShouldBe((false, $"the bid is {state}"));
    }

    [Fact]
    public async Task A_bid_in_another_coin_is_unsuitable() => (await OneAsync(Bid("750", denom: "uakt"))).Unsuitable.ShouldBe("priced in uakt, not uact");

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("")]
    public async Task A_bid_without_a_price_is_unsuitable(string amount) => (await OneAsync(Bid(amount))).Unsuitable.ShouldBe($"price '{amount}' is no price");

    [Fact]
    public async Task A_bid_with_another_card_is_unsuitable()
    {
        var bid = await OneAsync(Bid("100", gpuKey: "vendor/nvidia/model/rtx3060/ram/12Gi"));
        (bid.Gpu?.Id, bid.Unsuitable).ShouldBe(("rtx-3060", "offers rtx-3060 instead of rtx-a6000"));
    }

    [Fact]
    public async Task A_bid_with_the_smaller_size_of_the_card_is_unsuitable() =>
        (await OneAsync(Bid("100", gpuKey: "vendor/nvidia/model/a100/ram/40Gi"), Wish("a100-80gb"))).Unsuitable.ShouldBe("offers a100-40gb instead of a100-80gb");

    [Fact]
    public async Task A_bid_with_fewer_cards_is_unsuitable() => (await OneAsync(Bid("100"), Wish(gpus: 2))).Unsuitable.ShouldBe("offers 1 GPUs instead of 2");

    [Fact]
    public async Task A_bid_that_names_no_card_is_unknown_and_left_to_the_agent_to_verify()
    {
        var bid = await OneAsync(Bid("750", gpuKey: "vendor/nvidia/model/*"));
        (bid.Gpu, bid.Unsuitable).ShouldBe((null, null));
    }

    [Fact]
    public async Task A_bid_above_the_ceiling_is_unsuitable() =>
        (await OneAsync(Bid("1000.000000000000000001"))).Unsuitable.ShouldBe("0.6 USD per GPU-hour is above the ceiling of 0.6");

    [Fact]
    public async Task A_wish_for_one_provider_leaves_out_the_others() =>
        (await OneAsync(Bid("750"), Wish(provider: Other))).Unsuitable.ShouldBe($"another provider than {Other}");

    [Fact]
    public async Task A_wish_for_a_region_leaves_out_the_others()
    {
        (await OneAsync(Bid("750"), Wish(region: "us"))).Unsuitable.ShouldBeNull();
        (await OneAsync(Bid("750"), Wish(region: "FI"))).Unsuitable.ShouldBe("in US instead of FI");
    }

    public static TheoryData<bool, bool, bool, double?, string?> Providers => new()
    {
        { false, true, true, 0.99, "the provider is offline" },
        { true, false, true, 0.99, "the provider is not audited" },
        { true, true, false, 0.99, "the provider runs an outdated version" },
        { true, true, true, 0.9499, "uptime 0.950 over 7 days is below 0.950" },
        { true, true, true, 0.95, null },
        // Not measured is not 0.
        { true, true, true, null, null },
    };

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_bid_is_as_good_as_its_provider(bool online, bool audited, bool valid, double? uptime, string? unsuitable)
    {
        _stand.Providers = [ProviderRow(Provider, online, audited, valid, (decimal?)uptime)];
        (await OneAsync(Bid("750"))).Unsuitable.ShouldBe(unsuitable);
    }

    [Fact]
    public async Task A_bid_of_a_provider_that_nobody_lists_is_unsuitable()
    {
        _stand.Providers = [];
        (await OneAsync(Bid("750"))).Unsuitable.ShouldBe("the provider is not listed");
    }

    [Fact]
    public async Task Only_the_bidders_are_asked_about()
    {
        await OneAsync(Bid("750"));
        _rig.Server.Requests.Single(r => r.Call == "GET /v1/providers").Query["addresses"].ShouldBe(Provider);
    }

    [Fact]
    public async Task No_bids_yet_is_an_empty_list() => (await _rig.Provider.ListBidsAsync("1", Wish(), Rig.Token)).ShouldBeEmpty();

    [Fact]
    public async Task Bids_that_cannot_be_read_are_not_no_bids()
    {
        _rig.Server.Next("GET /v1/bids", Strikes.Say(500, "oops"));
        await Should.ThrowAsync<SupplierUnavailableException>(() => _rig.Provider.ListBidsAsync("1", Wish(), Rig.Token));
    }
}
