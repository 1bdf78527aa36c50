using System.Text.Json.Nodes;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Networks.Tests.Morpheus;

public sealed class MorpheusMarketTests : IAsyncLifetime
{
    private static readonly string s_rivalModel = Node.Id(0x11), s_cheapModel = Node.Id(0x22), s_otherName = Node.Id(0x33);
    private Outside _outside = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _outside = Node.Answers(await Outside.StartAsync());
        _outside.Answers("GET /blockchain/models", Node.Models(
            Node.Model(Node.ModelId, Node.Wallet), Node.Model(s_rivalModel, Node.Rival), Node.Model(s_cheapModel, Node.Cheaper), Node.Model(s_otherName, Node.Cheaper, "Another-Model")));
        Offer(s_rivalModel, Node.Rival, 100_000_000_000_000);
        Offer(s_cheapModel, Node.Cheaper, 60_000_000_000_000);
        _outside.Answers("POST /blockchain/bids", s => $$"""{"bid":{{Node.Bid(5, Node.Wallet, Node.ModelId, long.Parse(JsonNode.Parse(s.Body)!["pricePerSecond"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture))}}}""");
    }

    public ValueTask DisposeAsync() => _outside.DisposeAsync();

    private void Offer(string model, string provider, long price, long deletedAt = 0) =>
        _outside.Answers($"GET /blockchain/models/{model}/bids/active", Node.Bids(Node.Bid(price.GetHashCode() & 0xffff, provider, model, price, deletedAt)));

    private async Task<string> BidAsync(params (string, string?)[] settings)
    {
        await using var rig = Rig.Morpheus(_outside.Url, settings);
        return (await rig.Network.EnrolAsync(Node.Miner, Node.ModelId, Node.TemplateOf(rig), Cancel)).ShouldBeOfType<Effect.Done>().Answer!.Split(" at ")[1].Split(' ')[0];
    }

    private async Task<PoolOutlook> OutlookAsync(params (string, string?)[] settings)
    {
        await using var rig = Rig.Morpheus(_outside.Url, settings);
        return (await rig.Network.ReadOutlookAsync(rig.Now, Cancel)).ShouldHaveSingleItem();
    }

    /// <summary>Sessions of each provider: minutes before now when they began and ended, by model.</summary>
    private void Sessions(params (string Provider, string Model, int From, int To)[] sessions)
    {
        var now = new Nirmaan.Testing.ManualClock().GetUtcNow();
        _outside.Answers("GET /blockchain/sessions/provider", seen => Node.Sessions([.. sessions.Index()
            .Where(s => seen.Query.Contains(s.Item.Provider, StringComparison.OrdinalIgnoreCase))
            .OrderBy(s => s.Item.From)
            .Select(s => Node.Session(s.Index, s.Item.Provider, s.Item.Model, now.AddMinutes(-s.Item.From), now.AddMinutes(-s.Item.To)))]));
    }

    [Fact]
    public async Task We_bid_two_percent_below_the_lowest_rival_on_the_name() => (await BidAsync()).ShouldBe("58800000000000");

    [Fact]
    public async Task We_never_bid_below_our_floor() => (await BidAsync(("Networks:Morpheus:FloorPricePerSecondWei", "59000000000000"))).ShouldBe("59000000000000");

    [Fact]
    public async Task We_never_bid_above_our_cap() =>
        (await BidAsync(("Networks:Morpheus:CapPricePerSecondWei", "50000000000000"), ("Networks:Morpheus:OpeningPricePerSecondWei", "40000000000000"))).ShouldBe("50000000000000");

    [Fact]
    public async Task A_set_price_is_bid_as_it_stands() => (await BidAsync(("Networks:Morpheus:BidPricePerSecondWei", "123000000000000"))).ShouldBe("123000000000000");

    [Fact]
    public async Task Without_rivals_we_open_the_market_at_the_set_price()
    {
        _outside.Answers("GET /blockchain/models", Node.Models(Node.Model(s_otherName, Node.Cheaper, "Another-Model")))
            .Answers("POST /blockchain/models", $$"""{"model":{{Node.Model(Node.ModelId, Node.Wallet)}}}""");
        (await BidAsync()).ShouldBe("100000000000000");
    }

    [Fact]
    public async Task A_deleted_bid_a_deleted_model_and_a_bid_without_a_price_are_no_rivals()
    {
        Offer(s_cheapModel, Node.Cheaper, 10_000_000_000_000, deletedAt: 1760000001);
        (await BidAsync()).ShouldBe("98000000000000");
        _outside.Answers($"GET /blockchain/models/{s_cheapModel}/bids/active", $$"""{"bids":[{"Id":"{{Node.Id(9)}}","Provider":"{{Node.Cheaper}}","ModelAgentId":"{{s_cheapModel}}"}]}""");
        (await BidAsync()).ShouldBe("98000000000000");
        Offer(s_cheapModel, Node.Cheaper, 60_000_000_000_000);
        _outside.Answers("GET /blockchain/models", Node.Models(Node.Model(Node.ModelId, Node.Wallet), Node.Model(s_rivalModel, Node.Rival), Node.Model(s_cheapModel, Node.Cheaper, deleted: true)));
        (await BidAsync()).ShouldBe("98000000000000");
    }

    [Fact]
    public async Task Demand_is_what_our_bid_wins_of_the_users_seconds()
    {
        _outside.Answers($"GET /blockchain/providers/{Rig.Provider}/bids/active", Node.Bids(Node.Bid(5, Node.Wallet, Node.ModelId, 80_000_000_000_000)));
        // Two days of market: 6 h of ours, 12 h of the dearer rival, 24 h of the cheaper one, in the last 24 h; and one on another model.
        Sessions((Rig.Provider, Node.ModelId, 360, 0), (Node.Rival, s_rivalModel, 900, 180), (Node.Cheaper, s_cheapModel, 2880, -60), (Node.Cheaper, s_otherName, 600, 0));
        var pool = await OutlookAsync();
        (pool.Pool.Value, pool.Bucket, pool.Shape, pool.AssetId, pool.WorkUnit, pool.Modelled).ShouldBe(("morpheus", Bucket.Established, RewardShape.BidPriced, "MOR", "session-second", false));
        // (6 + 12) h in 24 h; the cheaper rival keeps its own.
        pool.DemandWorkPerHour.ShouldBe(18 * 3600m / 24);
        pool.OthersWorkPerHour.ShouldBe(36 * 3600m / 24);
        pool.TokensPerHour.ShouldBe(2700m * 80_000_000_000_000m / 1e18m);
        pool.Source.ShouldContain("1 rivals below it");
    }

    [Fact]
    public async Task Before_our_first_bid_the_price_is_the_one_we_would_post()
    {
        Sessions((Node.Rival, s_rivalModel, 2880, 0), (Node.Cheaper, s_cheapModel, 1440, 0));
        var pool = await OutlookAsync();
        // Undercutting everybody wins everything.
        pool.DemandWorkPerHour.ShouldBe(7200m);
        pool.TokensPerHour.ShouldBe(7200m * 58_800_000_000_000m / 1e18m);
        pool.Source.ShouldContain("the bid we would post at 58800000000000 wei per second");
    }

    [Fact]
    public async Task The_days_budget_caps_what_the_demand_is_worth()
    {
        _outside.Answers("GET /blockchain/sessions/budget", """{"budget":"2400000000000000000"}""");
        Sessions((Node.Rival, s_rivalModel, 2880, 0));
        (await OutlookAsync()).TokensPerHour.ShouldBe(0.1m);
    }

    [Fact]
    public async Task A_market_younger_than_a_day_is_judged_by_its_own_age()
    {
        Sessions((Node.Rival, s_rivalModel, 120, 60));
        (await OutlookAsync()).DemandWorkPerHour.ShouldBe(1800m);
    }

    [Fact]
    public async Task One_short_session_is_not_taken_for_a_full_hour()
    {
        Sessions((Node.Rival, s_rivalModel, 6, 0));
        (await OutlookAsync()).DemandWorkPerHour.ShouldBe(360m);
    }

    [Fact]
    public async Task A_session_closed_early_counts_to_its_close_and_one_closed_late_to_its_end()
    {
        var now = new Nirmaan.Testing.ManualClock().GetUtcNow();
        _outside.Answers("GET /blockchain/sessions/provider", seen => !seen.Query.Contains(Node.Rival, StringComparison.OrdinalIgnoreCase) ? Node.Sessions() : Node.Sessions(
            Node.Session(1, Node.Rival, s_rivalModel, now.AddHours(-10), now.AddHours(-5), now.AddHours(-8)), Node.Session(2, Node.Rival, s_rivalModel, now.AddHours(-24), now.AddHours(-23), now.AddHours(-1))));
        (await OutlookAsync()).DemandWorkPerHour.ShouldBe(3 * 3600m / 24);
    }

    [Fact]
    public async Task Without_any_session_demand_is_unknown_and_nothing_is_promised()
    {
        var pool = await OutlookAsync();
        pool.DemandWorkPerHour.ShouldBeNull();
        pool.TokensPerHour.ShouldBe(0);
    }

    [Fact]
    public async Task A_taken_slot_earns_the_same_on_every_card_that_holds_the_model()
    {
        var pool = await OutlookAsync(("Networks:Morpheus:SlotsPerMiner", "2"));
        pool.Priors.ShouldAllBe(p => p.WorkPerGpuHour == 7200 && p.Workload.Value == "morpheus-llm");
        pool.Priors.Select(p => p.Gpu).ShouldContain("rtx-a6000");
        pool.Priors.Select(p => p.Gpu).ShouldNotContain("rtx-a4000");
    }

    [Fact]
    public async Task More_sessions_than_a_page_are_read_newest_first_and_each_counts_once()
    {
        var now = new Nirmaan.Testing.ManualClock().GetUtcNow();
        string[] all = [.. Enumerable.Range(0, 600).Select(i => Node.Session(i, Node.Rival, s_rivalModel, now.AddMinutes(-2 * i - 2), now.AddMinutes(-2 * i)))];
        _outside.Answers("GET /blockchain/sessions/provider", seen =>
        {
            if (!seen.Query.Contains(Node.Rival, StringComparison.OrdinalIgnoreCase)) { return Node.Sessions(); }
            var query = System.Web.HttpUtility.ParseQueryString(seen.Query);
            query["order"].ShouldNotBe("ASC");
            // One session opens between the pages: everything moves on by one.
            var offset = int.Parse(query["offset"]!, System.Globalization.CultureInfo.InvariantCulture);
            return Node.Sessions([.. all.Skip(offset == 0 ? 0 : offset - 1).Take(int.Parse(query["limit"]!, System.Globalization.CultureInfo.InvariantCulture))]);
        });
        (await OutlookAsync()).DemandWorkPerHour.ShouldBe(3600m);
    }

    [Theory]
    [InlineData("""{"sessions":null}""")]
    [InlineData("""{"error":"internal"}""")]
    [InlineData("[]")]
    public async Task Sessions_that_cannot_be_read_make_the_network_unavailable(string body)
    {
        _outside.Answers("GET /blockchain/sessions/provider", body);
        await Should.ThrowAsync<SupplierUnavailableException>(() => OutlookAsync());
    }
}
