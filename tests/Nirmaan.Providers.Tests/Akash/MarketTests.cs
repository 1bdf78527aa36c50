using System.Text.Json;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using static Nirmaan.Providers.Tests.Akash.AkashDouble;

namespace Nirmaan.Providers.Tests.Akash;

public sealed class MarketTests
{
    private const string Other = "akash1otherotherotherotherotherotherother00";

    private static async Task<IReadOnlyList<OfferQuote>> OffersAsync(AkashDouble stand, params (string, string)[] settings)
    {
        await using var rig = await Rig.AkashAsync(stand.Answer, settings);
        return await rig.Provider.ListOffersAsync(Rig.Token);
    }

    private static AkashDouble Stand(params object[] gpus) => new()
    {
        Providers = [ProviderRow(Provider, gpus: gpus)],
        Prices = [Price("rtxa6000", "48Gi", 0.46m), Price("a100", "40Gi", 0.9m), Price("a100", "80Gi", 1.15m, "SXM4"), Price("rtx4090", "24Gi", null)],
    };

    [Fact]
    public async Task An_offer_is_a_provider_and_a_gpu_at_the_networks_median() =>
        (await OffersAsync(Stand())).ShouldHaveSingleItem().ShouldBe(new OfferQuote(
            $"{Provider}/rtx-a6000", Provider, "provider.example", new GpuModel("rtx-a6000"), 1, 48, 0.46m, PriceKind.Estimated, "US", 6, 0.995m));

    [Fact]
    public async Task Each_size_of_a_card_has_its_own_price() =>
        (await OffersAsync(Stand(Gpu("a100", "40Gi"), Gpu("a100", "80Gi", "SXM4")))).Select(o => (o.Gpu.Id, o.UsdPerGpuHour)).ShouldBe([("a100-40gb", 0.9m), ("a100-80gb", 1.15m)]);

    [Fact]
    public async Task A_card_without_a_median_has_an_unknown_price_not_0() => (await OffersAsync(Stand(Gpu("rtx4090", "24Gi")))).ShouldHaveSingleItem().UsdPerGpuHour.ShouldBeNull();

    [Fact]
    public async Task A_card_that_nobody_here_has_heard_of_is_offered_under_the_networks_name() =>
        (await OffersAsync(Stand(Gpu("b300", "288Gi")))).Select(o => (o.Gpu.Id, o.VramGb)).ShouldBe([("b300", (int?)288)]);

    public static TheoryData<bool, bool, bool> Unusable => new() { { false, true, true }, { true, false, true }, { true, true, false } };

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task What_a_managed_wallet_cannot_rent_from_is_no_offer(bool online, bool audited, bool valid)
    {
        var stand = Stand();
        stand.Providers = [ProviderRow(Provider, online, audited, valid)];
        (await OffersAsync(stand)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Screening_says_who_would_bid_now_and_with_how_many()
    {
        var stand = Stand();
        stand.Providers = [ProviderRow(Provider), ProviderRow(Other), ProviderRow("akash1third")];
        stand.Screening = _ => new Said(200, JsonSerializer.Serialize(new { providers = new object[] { new { owner = Other, availableGpus = 3 }, new { owner = "akash1third" } } }));
        (await OffersAsync(stand)).ToDictionary(o => o.Provider, o => o.Available).ShouldBe(new Dictionary<string, int> { [Provider] = 0, [Other] = 3, ["akash1third"] = 6 }, ignoreOrder: true);
    }

    [Fact]
    public async Task Screening_asks_for_the_card_in_strings_and_for_no_particular_price()
    {
        Seen? asked = null;
        var stand = Stand(Gpu("a100", "80Gi", "SXM4"));
        stand.Screening = seen => { asked = seen; return new Said(200, """{"providers":[]}"""); };
        await OffersAsync(stand);
        asked!.Body.ShouldBe("""{"resources":[{"resource":{"id":1,"cpu":{"units":{"val":"4000"}},"memory":{"quantity":{"val":"17179869184"}},"gpu":{"units":{"val":"1"},"attributes":[{"key":"vendor/nvidia/model/a100/ram/80Gi","value":"true"}]},"storage":[{"name":"default","quantity":{"val":"42949672960"}}]},"count":1,"price":{"denom":"uact","amount":"10000000"}}],"timezone":"UTC"}""");
    }

    [Fact]
    public async Task Without_screening_the_providers_own_count_stands_and_nobody_is_asked_to_bid()
    {
        var stand = Stand();
        stand.Screening = _ => throw new InvalidOperationException("asked");
        (await OffersAsync(stand, ("ScreenBids", "false"))).ShouldHaveSingleItem().Available.ShouldBe(6);
    }

    [Fact]
    public async Task A_count_is_of_the_card_not_of_all_cards_of_the_provider()
    {
        var stand = Stand(Gpu("rtxa6000", "48Gi"), Gpu("a100", "80Gi", "SXM4"));
        stand.Stock = [.. stand.Stock, new { model = "a100", ram = "80Gi", @interface = "SXM4", allocatable = 3, allocated = 3 }];
        (await OffersAsync(stand)).Select(o => (o.Gpu.Id, o.Available)).ShouldBe([("a100-80gb", 0), ("rtx-a6000", 6)]);
    }

    [Fact]
    public async Task Where_nothing_can_be_counted_one_machine_is_the_hint()
    {
        await using var rig = await Rig.AkashAsync(Stand().Answer);
        rig.Server.Next("GET /v1/gpu", Strikes.Say(500));
        (await rig.Provider.ListOffersAsync(Rig.Token)).ShouldHaveSingleItem().Available.ShouldBe(1);
    }

    [Fact]
    public async Task Machines_of_several_gpus_are_offered_where_they_are_wanted() =>
        (await OffersAsync(Stand(), ("GpusPerMachine:0", "1"), ("GpusPerMachine:1", "4"))).Select(o => (o.Key, o.GpuCount, o.Available))
            .ShouldBe([($"{Provider}/rtx-a6000", 1, 6), ($"{Provider}/rtx-a6000x4", 4, 1)]);

    [Fact]
    public async Task A_market_that_cannot_be_read_is_not_an_empty_market()
    {
        await using var rig = await Rig.AkashAsync(_ => new Said(500, ""));
        await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Provider.ListOffersAsync(Rig.Token));
    }

    [Theory]
    [InlineData("Auto", 31_500_000, 5_000_000, 31.5, 5.0)]
    [InlineData("Auto", 31.5, 5, 31.5, 5.0)]
    [InlineData("Uact", 31_500_000, 5_000_000, 31.5, 5.0)]
    [InlineData("Usd", 31.5, 5, 31.5, 5.0)]
    // The setting contradicts the escrow accounts: better unknown than a million times wrong.
    [InlineData("Usd", 31_500_000, 5_000_000, null, null)]
    [InlineData("Uact", 31.5, 5, null, null)]
    [InlineData("Auto", 31.5, 77_777, null, null)]
    public async Task A_balance_is_in_the_unit_that_the_escrow_accounts_prove(string setting, double balance, double reserved, double? available, double? held)
    {
        var stand = new AkashDouble { Balances = new { balance, deployments = reserved, total = balance + reserved } };
        stand.Machines.Add(new("1", null, "active"));
        await using var rig = await Rig.AkashAsync(stand.Answer, ("BalanceUnit", setting));
        var read = await rig.Provider.ReadBalanceAsync(Rig.Token);
        read.ShouldBe(new SupplierBalance((decimal?)available, (decimal?)held, Rig.Start, read.WhyUnknown));
        (read.WhyUnknown is null).ShouldBe(available is not null);
    }

    [Fact]
    public async Task Without_a_deployment_the_unit_is_not_known_until_one_has_proved_it()
    {
        var stand = new AkashDouble { Balances = new { balance = 31_500_000, deployments = 0, total = 0 } };
        await using var rig = await Rig.AkashAsync(stand.Answer);
        (await rig.Provider.ReadBalanceAsync(Rig.Token)).AvailableUsd.ShouldBeNull();
        (stand.Balances, _) = (new { balance = 26_500_000, deployments = 5_000_000, total = 0 }, await rig.Provider.CreateAsync(Rig.Request(SupplierName.Akash), Rig.Token));
        (await rig.Provider.ReadBalanceAsync(Rig.Token)).AvailableUsd.ShouldBe(26.5m);
        stand.Machines.Clear();
        stand.Balances = new { balance = 31_000_000, deployments = 0, total = 0 };
        (await rig.Provider.ReadBalanceAsync(Rig.Token)).AvailableUsd.ShouldBe(31m);
    }
}
