using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Allocation;

public sealed class ConstraintTests(ControlPostgres database)
{
    [Fact]
    public async Task Versions_are_listed_newest_first_with_what_each_changed_and_how_many_plans_rest_on_it()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var verb = world.Get<SetConstraints>();
        var first = await verb.ReadAsync(CancellationToken.None);
        await world.PlanAsync();
        var caps = new Dictionary<string, decimal> { ["llama"] = 2m };
        await verb.RunAsync(first with { BudgetUsdPerHour = 7m, ExposureUsdPerHour = caps, MaxMoves = 4 }, "admin@test", "more money, less text", CancellationToken.None);
        var versions = await world.Get<ConstraintQueries>().VersionsAsync(CancellationToken.None);
        versions.Select(v => (v.Limits.Version, v.Limits.By, v.Plans)).ShouldBe([(2, "admin@test", 0), (1, "configuration", 1)]);
        versions[0].Changes.ShouldBe([new("budgetUsdPerHour", null, 5m, 7m), new("exposureUsdPerHour", "llama", null, 2m), new("maxMoves", null, null, 4m)]);
        versions[1].Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Limits_that_were_made_from_an_old_version_are_refused()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var verb = world.Get<SetConstraints>();
        var first = await verb.ReadAsync(CancellationToken.None);
        await verb.RunAsync(first with { BudgetUsdPerHour = 7m }, "one@test", "more", CancellationToken.None);
        var refusal = await Should.ThrowAsync<InvalidInputException>(() => verb.RunAsync(first with { BudgetUsdPerHour = 3m }, "other@test", "less", CancellationToken.None));
        refusal.Field.ShouldBe("version");
        refusal.Message.ShouldContain("one@test");
        (await verb.ReadAsync(CancellationToken.None)).BudgetUsdPerHour.ShouldBe(7m);
    }

    [Fact]
    public async Task Limits_can_be_set_on_estimated_pools_on_suppliers_and_on_what_has_a_limit_already()
    {
        await using var world = await PoolWorld.CreateAsync(database, ("Allocation:ExposureUsdPerHour:gone", "1"));
        var choices = await world.Get<ConstraintQueries>().ChoicesAsync(CancellationToken.None);
        choices.Pools.ShouldBe([(new PoolName("gone"), "gone"), (new PoolName("llama"), "The llama pool"), (new PoolName("waifu"), "The waifu pool")]);
        choices.Suppliers.ShouldBe([SupplierName.Akash, SupplierName.IoNet]);
    }
}
