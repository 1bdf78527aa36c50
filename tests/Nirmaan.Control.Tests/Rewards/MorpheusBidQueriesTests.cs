using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Rewards;

/// <summary>What to bid on Morpheus beside what our machines cost.</summary>
public sealed class MorpheusBidQueriesTests(ControlPostgres postgres) : EpochTest(postgres)
{
    private MorpheusBidQueries Queries(params IMorpheusBids[] bids) => new(Contexts, bids, new PriceBook(Contexts, Clock, new OptionsWrapper<RewardsOptions>(new RewardsOptions())), Clock);

    [Fact]
    public async Task The_rent_of_our_machines_stands_against_what_a_price_brings()
    {
        await MineAsync(Morpheus, key: "model-1");
        var machine = await ReadAsync(db => db.Instances.AsNoTracking().SingleAsync(Token));
        await WriteAsync(db => db.Prices.Add(new PriceQuote("MOR", 2m, Clock.GetUtcNow(), "feed")));
        var book = (await Queries(new OneMarket("model-1")).ReadAsync(Token)).ShouldHaveSingleItem();
        (book.Machines, book.RentPerDay).ShouldBe((1, machine.UsdPerHour * 24));
        var best = book.Advice.Best.ShouldNotBeNull();
        book.ProfitPerDay(best).ShouldBe(new TokenAmount(best.NetPerDay, Asset.Mor).ToDecimal() * 2 - book.RentPerDay);
        // At that price the same seconds pay the rent, to the last wei.
        var even = book.BreakEven(best).ShouldNotBeNull();
        (even * best.SecondsPerDay * 2 / 1_000_000_000_000_000_000m).ShouldBe(book.RentPerDay!.Value, 0.000_001m);
    }

    [Fact]
    public async Task Without_a_price_of_MOR_the_profit_is_unknown()
    {
        var book = (await Queries(new OneMarket("model-1")).ReadAsync(Token)).ShouldHaveSingleItem();
        (book.ProfitPerDay(book.Advice.Best!), book.BreakEven(book.Advice.Best!), book.RentPerDay).ShouldBe((null, null, 0));
    }

    [Fact]
    public async Task Each_name_bears_the_rent_of_its_own_machines()
    {
        await MineAsync(Morpheus, key: "model-1");
        await WriteAsync(db => db.Prices.Add(new PriceQuote("MOR", 2m, Clock.GetUtcNow(), "feed")));
        var books = await Queries(new OneMarket("model-1", "model-2")).ReadAsync(Token);
        books.Select(b => b.Machines).ShouldBe([1, 0]);
        books[1].RentPerDay.ShouldBe(0);
    }

    [Fact]
    public async Task A_token_that_is_worth_next_to_nothing_covers_the_rent_at_no_price()
    {
        await MineAsync(Morpheus, key: "model-1");
        await WriteAsync(db => db.Prices.Add(new PriceQuote("MOR", 0.000_000_000_000_1m, Clock.GetUtcNow(), "feed")));
        var book = (await Queries(new OneMarket("model-1")).ReadAsync(Token)).ShouldHaveSingleItem();
        (book.BreakEven(book.Advice.Best! with { SecondsPerDay = 0.000_000_1m }), book.ProfitPerDay(book.Advice.Best!) < 0).ShouldBe((null, true));
    }

    [Fact]
    public async Task Without_Morpheus_there_is_no_advice() => (await Queries().ReadAsync(Token)).ShouldBeEmpty();

    /// <summary>The same market for each of our models.</summary>
    private sealed class OneMarket(params string[] models) : IMorpheusBids
    {
        public Task<IReadOnlyList<MorBidMarket>> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<MorBidMarket>>(
        [
            .. models.Select(model => new MorBidMarket("m", [model], null, 1, 1, 1, [], [new MorRival("r", 100_000_000_000_000, 1, [new MorStay(now.AddHours(-24), now)])], now.AddHours(-24), now, 100_000_000_000_000, 1, 1_000_000_000_000_000, 0, 0, false)),
        ]);
    }
}
