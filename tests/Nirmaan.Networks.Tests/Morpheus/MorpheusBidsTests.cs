using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Networks.Tests.Morpheus;

/// <summary>The market as the bid adviser gets it from the node.</summary>
public sealed class MorpheusBidsTests : IAsyncLifetime
{
    private static readonly string s_rivalModel = Node.Id(0x11), s_other = Node.Id(0x33);
    private Outside _outside = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _outside = Node.Answers(await Outside.StartAsync());
        _outside.Answers("GET /blockchain/models", Node.Models(Node.Model(Node.ModelId, Node.Wallet), Node.Model(s_rivalModel, Node.Rival), Node.Model(s_other, Node.Rival, "Another-Model")));
        _outside.Answers($"GET /blockchain/models/{s_rivalModel}/bids/active", Node.Bids(Node.Bid(2, Node.Rival, s_rivalModel, 100_000_000_000_000)));
        _outside.Answers($"GET /blockchain/providers/{Rig.Provider}/bids/active", Node.Bids(Node.Bid(5, Node.Wallet, Node.ModelId, 80_000_000_000_000)));
        var now = new Nirmaan.Testing.ManualClock().GetUtcNow();
        _outside.Answers("GET /blockchain/sessions/provider", seen => !seen.Query.Contains(Node.Rival, StringComparison.OrdinalIgnoreCase) ? Node.Sessions(Node.Session(1, Node.Wallet, Node.ModelId, now.AddHours(-30), now.AddHours(-20)))
            : Node.Sessions(Node.Session(2, Node.Rival, s_rivalModel, now.AddHours(-2), now.AddHours(1)), Node.Session(3, Node.Rival, s_other, now.AddHours(-2), now)));
    }

    public ValueTask DisposeAsync() => _outside.DisposeAsync();

    private void Rated(string model, string bid, string score) => _outside.Answers($"GET /blockchain/models/{model}/bids/rated", $$"""{"bids":[{"ID":"{{Node.Id(0)}}","Bid":{{bid}},"Score":{{score}}}]}""");

    private async Task<MorBidMarket> ReadAsync(params (string, string?)[] settings)
    {
        await using var rig = Rig.Morpheus(_outside.Url, settings);
        return (await rig.Get<IMorpheusBids>().ReadAsync(rig.Now, Cancel)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_price_is_taken_out_of_a_rating_again()
    {
        Rated(s_rivalModel, Node.Bid(2, Node.Rival, s_rivalModel, 100_000_000_000_000), "6000");
        Rated(Node.ModelId, Node.Bid(5, Node.Wallet, Node.ModelId, 80_000_000_000_000), "5000");
        var market = await ReadAsync();
        (market.ModelName, market.IsRated, market.OwnPrice).ShouldBe((Node.Name, true, 80_000_000_000_000));
        market.OwnModels.ShouldBe([Node.ModelId]);
        market.OwnQuality.ShouldBe(0.4, 1e-9);
        market.Rivals.ShouldHaveSingleItem().Quality.ShouldBe(0.6, 1e-9);
    }

    [Fact]
    public async Task A_node_that_rates_nobody_leaves_the_lowest_price_to_win()
    {
        var market = await ReadAsync();
        (market.IsRated, market.OwnQuality, market.Rivals.Single().Quality).ShouldBe((false, 1, 1));
    }

    [Theory]
    [InlineData("1e308")]
    [InlineData("-1")]
    [InlineData("10000000000")]
    public async Task A_score_that_no_node_gives_is_no_rating(string score)
    {
        Rated(s_rivalModel, Node.Bid(2, Node.Rival, s_rivalModel, 100_000_000_000_000), score);
        Rated(Node.ModelId, Node.Bid(5, Node.Wallet, Node.ModelId, 80_000_000_000_000), "5000");
        var market = await ReadAsync();
        market.IsRated.ShouldBeFalse();
        MorBidAdvice.Of(market).Best.ShouldNotBeNull();
    }

    [Fact]
    public async Task Who_is_rated_beside_somebody_who_is_not_is_not_compared()
    {
        Rated(s_rivalModel, Node.Bid(2, Node.Rival, s_rivalModel, 100_000_000_000_000), "6000");
        _outside.Answers($"GET /blockchain/models/{Node.ModelId}/bids/rated", """{"bids":[]}""");
        (await ReadAsync()).IsRated.ShouldBeFalse();
    }

    [Fact]
    public async Task Sessions_of_the_last_day_on_the_name_are_there_and_no_others()
    {
        var market = await ReadAsync(("Networks:Morpheus:SlotsPerMiner", "3"));
        (market.To - market.From).ShouldBe(TimeSpan.FromHours(24));
        (market.OwnSessions.Single().To - market.From).ShouldBe(TimeSpan.FromHours(4));
        // A session that runs on ends, for the looked-at day, now.
        (market.Rivals.Single().Sessions.Single().To, market.Rivals.Single().Slots).ShouldBe((market.To, 1));
        (market.OwnBids, market.OwnSlots, market.Dearest).ShouldBe((1, 3, 90_000_000_000_000));
    }
}
