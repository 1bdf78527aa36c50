using Nirmaan.Control.Allocation;
using Nirmaan.Control.Market;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Allocation;

/// <summary>A held machine is not given back for an equal one unless the price pays for the exchange. Six texts are held at $0.40.</summary>
public sealed class ChurnTests(ControlPostgres database)
{
    private static readonly WorkloadName Texts = new("heurist-llm");

    [Theory]
    [InlineData(0.42, 0.99)]
    [InlineData(0.40, 1.0)]
    [InlineData(0.396, 1.0)]
    public async Task An_equal_machine_at_no_lower_price_than_pays_for_the_exchange_is_not_rented_for_one_that_is_held(decimal price, decimal claimed)
    {
        await using var world = await TextsPayAsync(price, claimed);
        var moves = (await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 2.5m))).Moves;
        moves.Where(m => m.From == Texts || m.To == Texts).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_equal_machine_at_a_price_that_pays_for_the_exchange_is()
    {
        await using var world = await TextsPayAsync(0.30m, 0.99m);
        var moves = (await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 2.5m))).Moves;
        moves.ShouldContain(m => m.Kind == MoveKind.Release && m.From == Texts);
        // The cost of the limits, and ten minutes of the rent of both kinds on offer.
        moves.First(m => m.Kind == MoveKind.Start && m.To == Texts).ShouldSatisfyAllConditions(m => (m.CostUsd / m.Count).ShouldBe(0.20m + (0.30m + 0.55m) / 2 / 6, 0.0001m));
    }

    /// <summary>Texts pay far more than their rent, images nothing; the market offers the same card at a price, with a claimed uptime.</summary>
    private async Task<FleetWorld> TextsPayAsync(decimal price, decimal claimed)
    {
        var world = await PoolWorld.CreateAsync(database);
        world.Network.Outlooks.Clear();
        world.Network.Outlooks.Add(PoolWorld.Pool("llama", "heurist-llm", 10_000, 10_000));
        world.Network.Outlooks.Add(PoolWorld.Pool("waifu", "heurist-sd", 0.001m, 1_000));
        world.Akash.Offers.Clear();
        world.Akash.Offers.Add(FakeSupplier.Offer("a6000", "rtx-a6000", price, 30, reliability: claimed));
        // The newest estimate counts, so this one must be later than the first.
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.Get<SyncOffers>().RunAsync(CancellationToken.None);
        await world.Get<EstimateYields>().RunAsync(CancellationToken.None);
        return world;
    }
}
