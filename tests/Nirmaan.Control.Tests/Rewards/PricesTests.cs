using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Testing;

namespace Nirmaan.Control.Tests.Rewards;

public sealed class PricesTests(ControlPostgres postgres) : ControlTest(postgres)
{
    private readonly FakePriceFeed _feed = new();

    private Task<string> ReadPricesAsync() => new ReadPrices(Contexts, [_feed], Events, Clock, Log<ReadPrices>()).RunAsync(Token);
    private PriceBook Book() => new(Contexts, Clock, With<RewardsOptions>());
    private void Quote(decimal usd, DateTimeOffset at, string source = "feed") => _feed.Quotes.Add(new PriceQuote("MOR", usd, at, source));

    [Fact]
    public async Task A_price_carries_its_source_and_age()
    {
        Quote(3.1m, Noon.AddMinutes(-10));
        await ReadPricesAsync();
        (await Book().FindAsync("MOR", Token)).ShouldBe(new KnownPrice("MOR", 3.1m, Noon.AddMinutes(-10), "feed", TimeSpan.FromMinutes(10)));
    }

    [Fact]
    public async Task A_second_run_stores_nothing_twice()
    {
        Quote(3.1m, Noon);
        await ReadPricesAsync();
        await ReadPricesAsync();
        (await ReadAsync(db => db.Prices.CountAsync(Token))).ShouldBe(1);
    }

    [Fact]
    public async Task The_price_at_a_time_is_the_newest_before_it()
    {
        Quote(3, Noon.AddHours(-2));
        Quote(4, Noon.AddHours(-1));
        Quote(5, Noon);
        await ReadPricesAsync();
        (await Book().FindAsync("MOR", Noon.AddMinutes(-1), Token))!.Usd.ShouldBe(4);
    }

    [Fact]
    public async Task A_price_a_day_old_is_no_price()
    {
        Quote(3, Noon.AddHours(-25));
        await ReadPricesAsync();
        (await Book().FindAsync("MOR", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Before_the_first_price_there_is_none()
    {
        Quote(3, Noon);
        await ReadPricesAsync();
        (await Book().FindAsync("MOR", Noon.AddSeconds(-1), Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_token_nobody_quotes_is_unknown_and_a_dollar_is_a_dollar()
    {
        (await Book().FindAsync("HEU", Token)).ShouldBeNull();
        (await Book().FindAsync("USD", Token))!.Usd.ShouldBe(1);
    }

    [Fact]
    public async Task A_price_of_nothing_or_of_tomorrow_is_refused()
    {
        Quote(0, Noon);
        Quote(3, Noon.AddDays(1));
        (await ReadPricesAsync()).ShouldBe("MOR: refused $0 of 2026-03-01 12:00:00Z; MOR: refused $3 of 2026-03-02 12:00:00Z");
        (await ReadAsync(db => db.Prices.CountAsync(Token))).ShouldBe(0);
    }

    [Fact]
    public async Task A_feed_that_is_down_says_so()
    {
        _feed.Down = true;
        (await ReadPricesAsync()).ShouldBe("fake feed: not readable");
    }

    [Fact]
    public async Task Of_two_sources_at_one_moment_the_answer_is_always_the_same()
    {
        Quote(2.05m, Noon, "b");
        Quote(2, Noon, "a");
        await ReadPricesAsync();
        (await Book().FindAsync("MOR", Token))!.Source.ShouldBe("a");
    }

    [Fact]
    public async Task A_value_without_a_price_is_unknown_not_nothing()
    {
        Quote(2, Noon);
        await ReadPricesAsync();
        var series = await Book().LoadAsync(["MOR", "HEU"], Noon, Noon, Token);
        (series.ValueOf(TokenAmount.Of(1.5m, Asset.Mor), Noon), series.ValueOf(TokenAmount.Of(1.5m, Asset.Heu), Noon)).ShouldBe((3m, null));
    }
}
