using System.IO.Compression;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Live;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;

namespace Nirmaan.Control.Tests.Allocation;

public sealed class BacktestsTests(ControlPostgres database)
{
    [Fact]
    public async Task Our_own_history_is_walked_through_by_every_policy_and_kept()
    {
        await using var world = await TwoPlansAsync();
        await RunAsync(world, new BacktestAsk(0));
        world.Get<Backtests>().Fault.ShouldBeNull();
        var result = (await world.Get<Backtests>().FindAsync(ofMarkets: false, CancellationToken.None))!;
        (result.By, result.Decisions, result.Rows.Count, result.Rows[0].Policy, result.Rows[0].BetterBy).ShouldBe(("admin@test", 2, 9, "optimiser", null));
        result.Rows.ShouldAllBe(r => r.ProfitOfBudget <= result.ClairvoyantOfBudget);
    }

    [Fact]
    public async Task Without_two_plans_there_is_nothing_to_walk_through_and_it_says_so()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await world.PlanAsync();
        await RunAsync(world, new BacktestAsk(0));
        world.Get<Backtests>().Fault!.ShouldContain("1 of 1 plans can be judged, and two at least are needed");
        (await world.Get<Backtests>().FindAsync(ofMarkets: false, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task The_history_is_exported_as_an_instance_for_each_decision_and_what_came_true()
    {
        await using var world = await TwoPlansAsync();
        using var zip = new ZipArchive(new MemoryStream(await world.Get<Backtests>().ExportAsync(CancellationToken.None)));
        zip.Entries.Count(e => e.Name.EndsWith("Z.json", StringComparison.Ordinal)).ShouldBe(2);
        using var outcomes = new StreamReader(await zip.GetEntry("outcomes.csv")!.OpenAsync(CancellationToken.None));
        (await outcomes.ReadLineAsync()).ShouldBe("time,network,valueUsdPerHour,othersWork");
        (await outcomes.ReadLineAsync())!.Split(',').Length.ShouldBe(4);
    }

    [Fact]
    public async Task A_run_under_way_keeps_others_waiting_and_can_be_cancelled()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var runs = world.Get<Backtests>();
        runs.Start(new BacktestAsk(BacktestAsk.MostMarkets), "admin@test").ShouldBeTrue();
        runs.Start(new BacktestAsk(1), "other@test").ShouldBeFalse();
        var ended = EndedAsync(world);
        runs.Cancel();
        await ended;
        runs.Fault.ShouldBe("It was cancelled.");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(17)]
    public async Task A_senseless_number_of_markets_is_refused(int markets)
    {
        await using var world = await PoolWorld.CreateAsync(database);
        Should.Throw<InvalidInputException>(() => world.Get<Backtests>().Start(new BacktestAsk(markets), "admin@test")).Field.ShouldBe("markets");
    }

    private async Task<FleetWorld> TwoPlansAsync()
    {
        var world = await PoolWorld.CreateAsync(database);
        await world.PlanAsync();
        await world.PassAsync(TimeSpan.FromMinutes(30));
        await world.Get<EstimateYields>().RunAsync(CancellationToken.None);
        await world.PlanAsync();
        return world;
    }

    private static async Task RunAsync(FleetWorld world, BacktestAsk ask)
    {
        var ended = EndedAsync(world);
        world.Get<Backtests>().Start(ask, "admin@test").ShouldBeTrue();
        await ended;
    }

    // Ends with the first change after which none is under way; a run that has begun is always one.
    private static async Task EndedAsync(FleetWorld world)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = world.Get<ControlEvents>().On(Topic.Allocation, () => { if (world.Get<Backtests>().Current is null) { ended.TrySetResult(); } });
        await ended.Task.WaitAsync(TimeSpan.FromMinutes(5));
    }
}
