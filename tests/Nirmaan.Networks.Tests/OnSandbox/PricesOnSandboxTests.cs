using System.Text.Json.Nodes;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Networks.Tests.OnSandbox;

public sealed class PricesOnSandboxTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prices_are_read_and_one_that_stands_still_drops_out()
    {
        await using var world = await SandboxWorld.BeginAsync();
        await using var rig = Rig.Of(("Prices:Enabled", "true"), ("Prices:BaseUrl", new Uri(world.Url, "/prices").ToString()));
        rig.Clock.MoveTo(world.Now);
        var quotes = await rig.Prices.ReadAsync([Asset.Mor, Asset.Heu, Asset.Nrm], Cancel);
        quotes.Select(q => q.AssetId).ShouldBe(["MOR", "HEU"]);
        quotes.ShouldAllBe(q => q.Usd > 0 && q.At == world.Now);

        await world.PostAsync("/sandbox/networks/prices/stale", new JsonObject { ["id"] = "heurist" });
        await world.AdvanceAsync(TimeSpan.FromHours(2));
        rig.Clock.MoveTo(world.Now);
        (await rig.Prices.ReadAsync([Asset.Mor, Asset.Heu], Cancel)).ShouldHaveSingleItem().AssetId.ShouldBe("MOR");
    }
}
