using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Testing;

namespace Nirmaan.Control.Tests.Rewards;

/// <summary>Two sources of one token, read every ten minutes.</summary>
public sealed class PriceDisputeTests(ControlPostgres postgres) : ControlTest(postgres)
{
    private readonly FakePriceFeed _feed = new(), _pair = new();

    private PriceBook Book() => new(Contexts, Clock, With<RewardsOptions>());

    /// <summary>Ten minutes later both are read; null = the source is down.</summary>
    private async Task<TokenPriceState> ReadAsync(decimal? feed, decimal? pair)
    {
        Clock.Advance(TimeSpan.FromMinutes(10));
        foreach (var (source, name, usd) in new[] { (_feed, "feed", feed), (_pair, "pair", pair) })
        {
            source.Quotes.Clear();
            source.Down = usd is null;
            if (usd is { } quoted) { source.Quotes.Add(new PriceQuote("MOR", quoted, Clock.GetUtcNow(), name)); }
        }
        await new ReadPrices(Contexts, [_feed, _pair], Events, Clock, Log<ReadPrices>()).RunAsync(Token);
        return await StateAsync();
    }

    private async Task<TokenPriceState> StateAsync() => (await new PriceQueries(Contexts, Clock).ListAsync(Token)).Single(s => s.Asset == Asset.Mor);

    [Fact]
    public async Task Sources_that_agree_make_a_price()
    {
        var state = await ReadAsync(2m, 2.05m);
        (state.Agreement.Standing, state.Accepted!.Usd, state.Since).ShouldBe((PriceStanding.Agreed, 2m, null));
    }

    [Fact]
    public async Task While_sources_disagree_a_holding_keeps_the_price_of_before_with_its_age()
    {
        await ReadAsync(2m, 2m);
        await ReadAsync(2m, 3m);
        var state = await ReadAsync(2m, 3m);
        (state.Agreement.Standing, state.Accepted!.Usd, state.Accepted.Age).ShouldBe((PriceStanding.Disputed, 2m, TimeSpan.FromMinutes(20)));
        var known = await Book().FindAsync("MOR", Token);
        (known!.Usd, known.Age).ShouldBe((2m, TimeSpan.FromMinutes(20)));
        state.Since.ShouldBe(Clock.GetUtcNow().AddMinutes(-10));
    }

    [Fact]
    public async Task Quotes_that_were_not_believed_are_kept_as_they_came()
    {
        await ReadAsync(2m, 3m);
        (await ReadAsync(db => db.Prices.Select(p => p.Usd).OrderBy(p => p).ToListAsync(Token))).ShouldBe([2m, 3m]);
        (await Book().FindAsync("MOR", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Once_they_agree_again_the_new_price_counts()
    {
        await ReadAsync(2m, 2m);
        await ReadAsync(2m, 3m);
        var state = await ReadAsync(2.9m, 3m);
        (state.Agreement.Standing, state.Accepted!.Usd, state.Since).ShouldBe((PriceStanding.Agreed, 2.9m, null));
    }

    [Fact]
    public async Task One_source_that_is_down_leaves_the_other_and_still_disputes_until_its_word_is_old()
    {
        await ReadAsync(2m, 2m);
        (await ReadAsync(2.5m, null)).Agreement.Standing.ShouldBe(PriceStanding.Disputed);
        Clock.Advance(PriceAgreement.FreshFor);
        var state = await ReadAsync(2.5m, null);
        (state.Agreement.Standing, state.Accepted!.Usd).ShouldBe((PriceStanding.OneSource, 2.5m));
    }

    [Fact]
    public async Task When_both_are_silent_the_last_price_stays_with_its_age()
    {
        await ReadAsync(2m, 2m);
        Clock.Advance(TimeSpan.FromDays(2));
        var state = await StateAsync();
        (state.Agreement.Standing, state.Accepted!.Usd, state.Accepted.Age).ShouldBe((PriceStanding.Stale, 2m, TimeSpan.FromDays(2)));
    }
}
