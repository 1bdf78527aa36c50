using System.Globalization;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Networks.Tests.Prices;

public sealed class TokenPriceFeedTests : IAsyncLifetime
{
    private Outside _outside = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _outside = await Outside.StartAsync();

    public ValueTask DisposeAsync() => _outside.DisposeAsync();

    private Rig Feed(params (string, string?)[] more) => Rig.Of([("Prices:Enabled", "true"), ("Prices:BaseUrl", _outside.Url.ToString()), .. more]);

    private void Answers(Rig rig, string body) =>
        _outside.Answers("GET /api/v3/simple/price", body.Replace("NOW", rig.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));

    [Fact]
    public async Task A_feed_that_has_a_name_is_named_by_it_and_not_by_its_host()
    {
        await using var rig = Feed(("Prices:Name", "sandbox price feed (simulated)"));
        Answers(rig, """{"morpheusai":{"usd":3.1,"last_updated_at":NOW}}""");
        (await rig.Prices.ReadAsync([Asset.Mor], Cancel)).ShouldHaveSingleItem().Source.ShouldBe("sandbox price feed (simulated)");
    }

    [Fact]
    public async Task Prices_are_asked_for_in_one_call_and_carry_time_and_source()
    {
        await using var rig = Feed();
        Answers(rig, """{"morpheusai":{"usd":3.1,"last_updated_at":NOW},"heurist":{"usd":1.2e-7,"last_updated_at":NOW}}""");
        (await rig.Prices.ReadAsync([Asset.Mor, Asset.Heu, Asset.Nrm], Cancel)).ShouldBe(
            [new PriceQuote("MOR", 3.1m, rig.Now, "127.0.0.1"), new PriceQuote("HEU", 0.00000012m, rig.Now, "127.0.0.1")]);
        Uri.UnescapeDataString(_outside.Calls.Single().Query).ShouldBe("?ids=morpheusai,heurist&vs_currencies=usd&include_last_updated_at=true");
    }

    [Fact]
    public async Task A_price_that_stands_still_is_left_out()
    {
        await using var rig = Feed(("Prices:MaxAge", "00:30:00"));
        Answers(rig, """{"morpheusai":{"usd":3.1,"last_updated_at":NOW},"heurist":{"usd":0.04,"last_updated_at":NOW}}""");
        rig.Clock.Advance(TimeSpan.FromMinutes(30));
        (await rig.Prices.ReadAsync([Asset.Mor, Asset.Heu], Cancel)).Count.ShouldBe(2);
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        (await rig.Prices.ReadAsync([Asset.Mor, Asset.Heu], Cancel)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"usd":0.04}""")]
    [InlineData("""{"last_updated_at":NOW}""")]
    [InlineData("""{"usd":null,"last_updated_at":NOW}""")]
    [InlineData("""{"usd":0,"last_updated_at":NOW}""")]
    [InlineData("""{"usd":-1,"last_updated_at":NOW}""")]
    [InlineData("""{"usd":"0.04","last_updated_at":NOW}""")]
    [InlineData("""{"usd":0.04,"last_updated_at":99999999999999}""")]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    public async Task An_entry_that_cannot_be_trusted_costs_only_itself(string entry)
    {
        await using var rig = Feed();
        Answers(rig, $$$"""{"heurist":{{{entry}}},"morpheusai":{"usd":3.1,"last_updated_at":NOW}}""");
        (await rig.Prices.ReadAsync([Asset.Mor, Asset.Heu], Cancel)).ShouldHaveSingleItem().AssetId.ShouldBe("MOR");
    }

    [Fact]
    public async Task An_asset_without_an_id_is_not_asked_for()
    {
        await using var rig = Feed(("Prices:Ids:HEU", ""), ("Prices:Ids:NRM", "nirmaan"));
        Answers(rig, """{"nirmaan":{"usd":0.5,"last_updated_at":NOW}}""");
        (await rig.Prices.ReadAsync([Asset.Heu, Asset.Nrm], Cancel)).ShouldHaveSingleItem().AssetId.ShouldBe("NRM");
        _outside.Calls.Single().Query.ShouldStartWith("?ids=nirmaan&");
    }

    [Theory]
    [InlineData("[]", 200)]
    [InlineData("", 200)]
    [InlineData("""{"status":{"error_code":429,"error_message":"You've exceeded the Rate Limit."}}""", 429)]
    public async Task A_feed_that_gives_no_usable_answer_is_unavailable(string body, int status)
    {
        await using var rig = Feed();
        _outside.Answers("GET /api/v3/simple/price", body, status);
        await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Prices.ReadAsync([Asset.Mor], Cancel));
    }

    [Fact]
    public async Task A_feed_that_does_not_answer_in_time_is_unavailable()
    {
        using var release = new ManualResetEventSlim();
        await using var rig = Feed(("Prices:ReadTimeout", "00:00:00.100"));
        _outside.Answers("GET /api/v3/simple/price", _ => { release.Wait(TimeSpan.FromSeconds(20)); return "{}"; });
        (await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Prices.ReadAsync([Asset.Mor], Cancel))).Message.ShouldContain("no answer within the time allowed");
        release.Set();
    }
}
