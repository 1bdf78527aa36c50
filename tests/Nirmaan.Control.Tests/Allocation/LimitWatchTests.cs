using Nirmaan.Control.Allocation;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Allocation;

public sealed class LimitWatchTests(ControlPostgres database)
{
    private static async Task<IReadOnlyList<string>> WarningsAsync(FleetWorld world, int count) =>
        (await world.Get<LaunchInstance>().PlanAsync(FleetWorld.Request(count), CancellationToken.None)).Warnings!;

    [Fact]
    public async Task A_launch_within_every_limit_of_the_plans_has_no_warning()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        (await WarningsAsync(world, 1)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_launch_beyond_the_budget_of_the_plans_is_allowed_and_says_so()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.Get<LaunchInstance>().PlanAsync(FleetWorld.Request(10), CancellationToken.None);
        plan.Blocked.ShouldBeNull();
        plan.Warnings!.ShouldHaveSingleItem().ShouldBe("All GPUs together would cost $6.60 an hour; plans keep to $5.00.");
    }

    [Fact]
    public async Task A_pool_and_a_supplier_that_would_cost_more_than_their_limits_are_named()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var limits = await world.Get<SetConstraints>().ReadAsync(CancellationToken.None);
        await world.Get<SetConstraints>().RunAsync(limits with
        {
            ExposureUsdPerHour = new Dictionary<string, decimal> { ["llama"] = 2.5m, ["waifu"] = 0.1m }, ProviderUsdPerHour = new Dictionary<string, decimal> { ["akash"] = 2.6m, ["ionet"] = 0.1m },
        }, "admin@test", "small", CancellationToken.None);
        (await WarningsAsync(world, 1)).ShouldBe(["GPUs working for The llama pool would cost $2.82 an hour; plans keep to $2.50.", "GPUs at akash would cost $2.82 an hour; plans keep to $2.60."]);
    }
}
