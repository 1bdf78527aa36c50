namespace Nirmaan.Providers.Tests.Sandbox;

public sealed class ShadowTests
{
    private const string Prices = """
        {"availability":{"total":9,"available":2},"models":[
          {"vendor":"nvidia","model":"rtxa6000","ram":"48Gi","interface":"PCIe","price":{"currency":"USD","min":2.0,"max":4.0,"avg":3.0,"weightedAverage":3.0,"med":3.0}},
          {"vendor":"nvidia","model":"rtx4090","ram":"24Gi","interface":"PCIe","price":null},
          {"vendor":"amd","model":"mi60","ram":"32Gi","interface":"PCIe","price":{"med":1.0}}]}
        """;

    [Fact]
    public async Task Offers_follow_a_live_markets_prices()
    {
        await using var live = await SupplierServer.StartAsync(_ => new Said(200, Prices));
        await using var rig = await SandboxRig.StartAsync($"Sandbox:Akash:PricesFrom={live.Address}");
        live.Requests.Select(r => r.Call).ShouldBe(["GET /v1/gpu-prices"]);
        var offers = await rig.Akash.ListOffersAsync(Rig.Token);
        offers.Where(o => o.UsdPerGpuHour is not null).ShouldNotBeEmpty();
        offers.ShouldAllBe(o => o.Gpu.Id == "rtx-a6000" && (o.UsdPerGpuHour == null || o.UsdPerGpuHour > 2.4m && o.UsdPerGpuHour < 3.6m));
        // The rent is simulated, and asked at that market's price.
        (await AkashLifeTests.PlaceAsync(rig, maxUsd: 4m)).Bid.UsdPerGpuHour.ShouldBeInRange(2m, 3.6m);
    }

    [Theory]
    [InlineData(500, "{}", "could not be read")]
    [InlineData(200, "[", "could not be read")]
    [InlineData(200, "{}", "names no models")]
    [InlineData(200, """{"models":[]}""", "none of the GPUs")]
    public async Task A_live_market_that_cannot_be_read_stops_the_start_and_names_the_setting(int status, string body, string why)
    {
        await using var live = await SupplierServer.StartAsync(_ => new Said(status, body));
        var e = await Should.ThrowAsync<InvalidOperationException>(() => SandboxRig.StartAsync($"Sandbox:Akash:PricesFrom={live.Address}"));
        e.Message.ShouldContain("Sandbox:Akash:PricesFrom");
        e.Message.ShouldContain(why);
    }
}
