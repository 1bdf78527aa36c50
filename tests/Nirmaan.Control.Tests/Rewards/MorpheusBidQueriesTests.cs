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
        var book = (await Queries(new OneMarket()).ReadAsync(Token)).ShouldNotBeNull();
        (book.Machines, book.RentPerDay).ShouldBe((1, machine.UsdPerHour * 24));
        var best = book.Advice.Single().Best.ShouldNotBeNull();
        book.ProfitPerDay(best).ShouldBe(new TokenAmount(best.NetPerDay, Asset.Mor).ToDecimal() * 2 - book.RentPerDay);
        // At that price the same seconds pay the rent, to the last wei.
        var even = book.BreakEven(best).ShouldNotBeNull();
        (even * best.SecondsPerDay * 2 / 1_000_000_000_000_000_000m).ShouldBe(book.RentPerDay!.Value, 0.000_001m);
    }

    [Fact]
    public async Task Without_a_price_of_MOR_the_profit_is_unknown()
    {
        var book = (await Queries(new OneMarket()).ReadAsync(Token)).ShouldNotBeNull();
        (book.ProfitPerDay(book.Advice.Single().Best!), book.BreakEven(book.Advice.Single().Best!), book.RentPerDay).ShouldBe((null, null, 0));
    }

    [Fact]
    public async Task Without_Morpheus_there_is_no_advice() => (await Queries().ReadAsync(Token)).ShouldBeNull();

    private sealed class OneMarket : IMorpheusBids
    {
        public Task<IReadOnlyList<MorBidMarket>> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<MorBidMarket>>(
        [
            new MorBidMarket("m", null, 1, 1, 1, [], [new MorRival("r", 100_000_000_000_000, 1, [new MorStay(now.AddHours(-24), now)])], now.AddHours(-24), now, 100_000_000_000_000, 1, 1_000_000_000_000_000, 0, 0, false),
        ]);
    }
}
