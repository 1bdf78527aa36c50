using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Allocation;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>A network whose token has no price to rely on is bought nothing for.</summary>
public sealed class FrozenLaunchTests(ControlPostgres postgres)
{
    private static async Task QuoteAsync(FleetWorld world, string source, decimal usd)
    {
        await using var db = await world.DbAsync();
        db.Prices.Add(new PriceQuote("HEU", usd, world.Clock.GetUtcNow(), source));
        await db.SaveChangesAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_disputed_price_refuses_the_launch_with_both_figures()
    {
        await using var world = await PoolWorld.CreateAsync(postgres);
        await QuoteAsync(world, "pair", 0.05m);
        var why = (await world.LaunchAsync(1, "k2")).ShouldBeOfType<LaunchOutcome.Refused>().Why;
        why.ShouldStartWith("Nothing more is bought for heurist: the price of HEU is disputed: test says $0.04");
        why.ShouldContain("pair says $0.05");
    }

    [Fact]
    public async Task A_stale_price_refuses_the_launch()
    {
        await using var world = await PoolWorld.CreateAsync(postgres);
        // The quote grows old instead of the whole world.
        await using (var db = await world.DbAsync()) { await db.Prices.ExecuteUpdateAsync(q => q.SetProperty(p => p.At, world.Clock.GetUtcNow() - PriceAgreement.FreshFor - TimeSpan.FromMinutes(5))); }
        (await world.LaunchAsync(1, "k2")).ShouldBeOfType<LaunchOutcome.Refused>().Why.ShouldContain("the price of HEU is stale");
    }

    [Fact]
    public async Task Sources_that_agree_again_let_the_launch_go()
    {
        await using var world = await PoolWorld.CreateAsync(postgres);
        await QuoteAsync(world, "pair", 0.05m);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        await QuoteAsync(world, "pair", 0.041m);
        (await world.LaunchAsync(1, "k2")).ShouldBeOfType<LaunchOutcome.Accepted>();
    }
}
