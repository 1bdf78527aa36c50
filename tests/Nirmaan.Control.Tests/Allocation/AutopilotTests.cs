using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Allocation;

/// <summary>The autopilot and each of its rails: six texts are held, and images pay far better.</summary>
public sealed class AutopilotTests(ControlPostgres database)
{
    [Fact]
    public async Task It_is_off_until_an_admin_signs()
    {
        await using var world = await WorldAsync();
        (await RunAsync(world)).ShouldBe("off");
        (await PlansAsync(world)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Signed_it_makes_a_plan_and_approves_it_in_the_signers_name()
    {
        await using var world = await WorldAsync();
        await SignAsync(world);
        (await RunAsync(world)).ShouldContain("USD a day more");
        var plan = (await PlansAsync(world)).ShouldHaveSingleItem();
        (plan.By, plan.State, plan.DecidedBy).ShouldBe(("autopilot", PlanState.Approved, "autopilot for admin@test"));
        (await EventsAsync(world)).ShouldBe(["signed", "approved a plan"]);
    }

    [Fact]
    public async Task It_moves_no_more_gpus_within_a_day_than_it_may()
    {
        await using var world = await WorldAsync();
        await SignAsync(world, gpus: 2);
        await RunAsync(world);
        (await world.Get<RunAutopilot>().MovedAsync(CancellationToken.None)).ShouldBeInRange(1, 2);
        await world.CarryOutAsync((await PlansAsync(world)).Single().Id);
        await FreshenAsync(world);
        await RunAsync(world);
        (await world.Get<RunAutopilot>().MovedAsync(CancellationToken.None)).ShouldBeInRange(1, 2);
    }

    [Fact]
    public async Task A_gain_below_the_least_moves_nothing()
    {
        await using var world = await WorldAsync();
        await SignAsync(world, gain: 1_000_000m);
        (await RunAsync(world)).ShouldContain("is below 1000000.00");
        (await PlansAsync(world)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_price_that_its_sources_do_not_agree_on_freezes_it()
    {
        await using var world = await WorldAsync();
        await SignAsync(world);
        await using (var db = await world.DbAsync())
        {
            var newest = await db.Prices.AsNoTracking().Where(p => p.AssetId == "HEU").OrderByDescending(p => p.At).FirstAsync();
            db.Prices.Add(newest with { Source = "a pair", Usd = newest.Usd * 2, At = world.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
        }
        (await RunAsync(world)).ShouldSatisfyAllConditions(w => w.ShouldStartWith("nothing done: frozen:"), w => w.ShouldContain("the price of HEU is disputed"));
        (await PlansAsync(world)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("prices")]
    [InlineData("offers")]
    [InlineData("yields")]
    [InlineData("machine")]
    public async Task Stale_data_freeze_it(string what)
    {
        await using var world = await WorldAsync();
        await SignAsync(world);
        await using (var db = await world.DbAsync())
        {
            var then = world.Clock.GetUtcNow().AddHours(-2);
            _ = what switch
            {
                "prices" => await db.Database.ExecuteSqlAsync($"UPDATE prices SET at = {then}"),
                "offers" => await db.Database.ExecuteSqlAsync($"UPDATE offers SET seen_at = {then}"),
                "yields" => await db.Database.ExecuteSqlAsync($"UPDATE estimates SET at = {then}"),
                _ => await db.Database.ExecuteSqlAsync($"UPDATE instances SET observed_at = {then}"),
            };
        }
        (await RunAsync(world)).ShouldSatisfyAllConditions(w => w.ShouldStartWith("nothing done: frozen:"), w => w.ShouldContain(what));
        (await PlansAsync(world)).ShouldBeEmpty();
    }

    [Fact]
    public async Task It_waits_while_a_plan_is_being_carried_out()
    {
        await using var world = await WorldAsync();
        await SignAsync(world);
        var plan = await world.PlanAsync();
        await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, null, "admin@test", CancellationToken.None);
        (await RunAsync(world)).ShouldBe($"nothing done: plan {plan.Plan.Id} is being carried out");
    }

    [Fact]
    public async Task A_signature_ends_by_itself()
    {
        await using var world = await WorldAsync();
        await world.Get<SetAutopilot>().SignAsync(10, 0.01m, 60, world.Clock.GetUtcNow().AddMinutes(5), "admin@test", CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        (await RunAsync(world)).ShouldBe("off: the signature of admin@test ended");
    }

    [Fact]
    public async Task Where_two_persons_are_asked_for_another_admin_must_countersign()
    {
        await using var world = await WorldAsync(("Allocation:TwoPersons", "true"));
        await SignAsync(world);
        (await RunAsync(world)).ShouldBe("off: another admin must countersign");
        var autopilot = world.Get<SetAutopilot>();
        var shown = (await autopilot.ReadAsync(CancellationToken.None))!;
        (await autopilot.CountersignAsync(shown, "Admin@test", CancellationToken.None)).ShouldBeFalse();
        (await autopilot.CountersignAsync(shown with { MaxGpusPerDay = shown.MaxGpusPerDay + 1 }, "other@test", CancellationToken.None)).ShouldBeFalse();
        (await autopilot.CountersignAsync(shown, "other@test", CancellationToken.None)).ShouldBeTrue();
        (await RunAsync(world)).ShouldContain("USD a day more");
    }

    [Fact]
    public async Task One_switch_turns_it_off_at_once()
    {
        await using var world = await WorldAsync();
        await SignAsync(world);
        (await world.Get<SetAutopilot>().SwitchOffAsync("ops@test", "something smells", CancellationToken.None)).ShouldBeTrue();
        (await RunAsync(world)).ShouldBe("off");
        (await EventsAsync(world)).ShouldBe(["signed", "switched off"]);
    }

    private async Task<FleetWorld> WorldAsync(params (string, string)[] settings)
    {
        var world = await PoolWorld.CreateAsync(database, settings);
        await FreshenAsync(world);
        return world;
    }

    private static async Task FreshenAsync(FleetWorld world)
    {
        await using var db = await world.DbAsync();
        var now = world.Clock.GetUtcNow();
        await db.Database.ExecuteSqlAsync($"UPDATE prices SET at = {now}; UPDATE offers SET seen_at = {now}; UPDATE instances SET observed_at = {now}");
        await world.Get<EstimateYields>().RunAsync(CancellationToken.None);
    }

    private static Task<AutopilotRails> SignAsync(FleetWorld world, int gpus = 50, decimal gain = 0.01m) =>
        world.Get<SetAutopilot>().SignAsync(gpus, gain, 60, world.Clock.GetUtcNow().AddDays(1), "admin@test", CancellationToken.None);

    private static Task<string> RunAsync(FleetWorld world) => world.Get<RunAutopilot>().RunAsync(CancellationToken.None);

    private static async Task<IReadOnlyList<PlanRow>> PlansAsync(FleetWorld world) => (await world.Get<AllocationQueries>().ListAsync(null, null, CancellationToken.None)).Items;

    private static async Task<List<string>> EventsAsync(FleetWorld world)
    {
        await using var db = await world.DbAsync();
        return await db.Timeline.Where(e => e.Kind == "autopilot").OrderBy(e => e.Sequence).Select(e => e.What).ToListAsync();
    }
}
