using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>A machine bills until it is closed, so a close never ends otherwise.</summary>
public sealed class CloseTests(ControlPostgres database)
{
    private async Task<(FleetWorld World, InstanceId Id)> RunningAsync()
    {
        var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        return (world, (await world.InstancesAsync()).ShouldHaveSingleItem().Id);
    }

    private static Task<RetireOutcome> RetireAsync(FleetWorld world, InstanceId id) => world.Get<RetireInstance>().RunAsync(id, "ops@test", "done with it", CancellationToken.None);

    private static void Fail(FleetWorld world, Fault fault, int times)
    {
        for (var i = 0; i < times; i++) { world.Akash.CloseFaults.Enqueue(fault); }
    }

    private static async Task<Operation> CloseOfAsync(FleetWorld world) => (await world.OperationsAsync()).Last(o => o.Kind == OperationKind.Close);

    [Fact]
    public async Task A_close_that_could_not_be_sent_until_its_deadline_stays_open_with_its_dollars_at_risk_and_closes_in_the_end()
    {
        var (world, id) = await RunningAsync();
        await using var _ = world;
        Fail(world, Fault.NotSent, 1000);
        await RetireAsync(world, id);
        await world.PassAsync(TimeSpan.FromMinutes(10));
        await using (var db = await world.DbAsync()) { await db.Operations.Where(o => o.Kind == OperationKind.Close).ExecuteUpdateAsync(s => s.SetProperty(o => o.Deadline, world.Clock.GetUtcNow())); }
        await world.PassAsync(TimeSpan.FromMinutes(20));
        var close = await CloseOfAsync(world);
        close.State.ShouldBe(OperationState.Unknown);
        close.UsdAtRisk(world.Clock.GetUtcNow())!.Value.ShouldBeGreaterThan(0);

        world.Akash.CloseFaults.Clear();
        await world.PassAsync(TimeSpan.FromMinutes(20));
        world.Akash.Billing.ShouldBeEmpty();
        (await world.InstancesAsync()).ShouldHaveSingleItem().State.ShouldBe(InstanceState.Closed);
    }

    [Fact]
    public async Task A_close_that_ended_without_closing_is_followed_by_another()
    {
        var (world, id) = await RunningAsync();
        await using var _ = world;
        Fail(world, Fault.NotSent, 1000);
        await RetireAsync(world, id);
        await world.PassAsync(TimeSpan.FromMinutes(10));
        await using (var db = await world.DbAsync()) { await db.Operations.Where(o => o.Kind == OperationKind.Close).ExecuteUpdateAsync(s => s.SetProperty(o => o.State, OperationState.Rejected)); }
        world.Akash.CloseFaults.Clear();
        await world.PassAsync(TimeSpan.FromMinutes(10));
        world.Akash.Billing.ShouldBeEmpty();
        (await world.InstancesAsync()).ShouldHaveSingleItem().State.ShouldBe(InstanceState.Closed);
    }

    [Fact]
    public async Task A_close_that_a_person_gave_up_is_told_by_the_reconciler_and_the_rules_until_someone_asks_again()
    {
        var (world, id) = await RunningAsync();
        await using var _ = world;
        Fail(world, Fault.Refuse, 1000);
        await RetireAsync(world, id);
        await world.PassAsync(TimeSpan.FromMinutes(10));
        var close = await CloseOfAsync(world);
        (await world.Get<IResolveOperation>().RunAsync(close.Id, Resolution.GiveUp, null, "ops@test", CancellationToken.None)).ShouldBeOfType<ResolveOutcome.Resolved>();
        world.Akash.CloseFaults.Clear();
        await world.PassAsync(TimeSpan.FromMinutes(10), reconcile: true);
        world.Akash.Billing.Count().ShouldBe(1, "what a person gave up is left alone");
        var report = (await world.Get<OperationQueries>().NewestReportsAsync(CancellationToken.None)).Single(r => r.Supplier == SupplierName.Akash);
        report.Findings.ShouldHaveSingleItem().Action.ShouldContain("given up");
        (await world.Get<CheckInvariants>().RunAsync(CancellationToken.None)).ShouldContain("bills without an owner");

        (await RetireAsync(world, id)).ShouldBe(RetireOutcome.Retiring);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Akash.Billing.ShouldBeEmpty();
        (await world.InstancesAsync()).ShouldHaveSingleItem().State.ShouldBe(InstanceState.Closed);
    }

    [Fact]
    public async Task A_machine_that_is_being_closed_is_no_finding()
    {
        var (world, id) = await RunningAsync();
        await using var _ = world;
        Fail(world, Fault.Refuse, 1000);
        await RetireAsync(world, id);
        await world.PassAsync(TimeSpan.FromMinutes(10), reconcile: true);
        (await world.Get<OperationQueries>().NewestReportsAsync(CancellationToken.None)).ShouldAllBe(r => r.Findings.Length == 0);
    }

    [Fact]
    public async Task Giving_back_what_is_being_given_back_asks_for_nothing_more()
    {
        var (world, id) = await RunningAsync();
        await using var _ = world;
        Fail(world, Fault.Refuse, 3);
        await RetireAsync(world, id);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        (await RetireAsync(world, id)).ShouldBe(RetireOutcome.Already);
        (await world.OperationsAsync()).Count(o => o.Kind == OperationKind.Close).ShouldBe(1);
    }
}
