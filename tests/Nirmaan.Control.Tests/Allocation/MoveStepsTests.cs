using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Allocation;

public sealed class MoveStepsTests(ControlPostgres database)
{
    private static readonly WorkloadName Text = new("heurist-llm");
    private static readonly WorkloadName Images = new("heurist-sd");

    [Fact]
    public async Task A_machine_whose_change_the_supplier_refuses_is_replaced_by_one_that_can()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        world.Akash.RefuseCode = "resources-changed";
        world.Akash.ChangeFaults.Enqueue(Fault.Refuse);
        var move = await ApproveOneSwitchAsync(world);
        await world.CarryOutAsync(move.PlanId);
        var after = await ReadAsync(world, move.Id);
        after.State.ShouldBe(MoveState.Done);
        var live = (await world.InstancesAsync()).Where(i => i.IsLive).ToList();
        (live.Count(i => i.Workload == Images), live.Count).ShouldBe((move.Count, 6));
        (await world.InstancesAsync()).Count(i => !i.IsLive).ShouldBe(1);
        world.Akash.Billing.Concat(world.IoNet.Billing).Count().ShouldBe(6);
    }

    [Fact]
    public async Task Where_nothing_changes_in_place_every_machine_of_a_move_is_replaced()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        world.Akash.ChangesInPlace = false;
        var before = (await world.InstancesAsync()).Select(i => i.Id).ToHashSet();
        var move = await ApproveOneSwitchAsync(world);
        await world.CarryOutAsync(move.PlanId);
        (await ReadAsync(world, move.Id)).State.ShouldBe(MoveState.Done);
        var instances = await world.InstancesAsync();
        instances.Count(i => i.IsLive && i.Workload == Images && !before.Contains(i.Id)).ShouldBe(move.Count);
        instances.Count(i => i.IsLive).ShouldBe(6);
    }

    [Fact]
    public async Task A_machine_that_nothing_can_replace_keeps_its_work_and_the_move_says_why()
    {
        await using var world = await PoolWorld.CreateAsync(database, ("Allocation:MovePatience", "00:10:00"));
        world.Akash.ChangesInPlace = false;
        var move = await ApproveOneSwitchAsync(world);
        world.Akash.Offers.Clear();
        world.IoNet.Offers.Clear();
        await world.Get<Nirmaan.Control.Market.SyncOffers>().RunAsync(CancellationToken.None);
        await world.CarryOutAsync(move.PlanId);
        var after = await ReadAsync(world, move.Id);
        (after.State, after.DoneCount).ShouldBe((MoveState.Failed, 0));
        after.Reason!.ShouldContain("No offer fits");
        (await world.InstancesAsync()).ShouldAllBe(i => i.State == InstanceState.Running && i.Workload == Text);
    }

    [Fact]
    public async Task A_move_that_was_cut_off_goes_on_with_the_machines_it_had_picked()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var move = await ApproveOneSwitchAsync(world);
        // The process ended right after the picks were written: nothing was asked of the supplier yet. The newest are picked, the verb would take the oldest.
        var picked = (await world.InstancesAsync()).OrderByDescending(i => i.CreatedAt).ThenByDescending(i => i.Id.Value).Take(move.Count).Select(i => i.Id).ToList();
        await using (var db = await world.DbAsync())
        {
            (await db.Moves.SingleAsync(m => m.Id == move.Id)).Start(world.Clock.GetUtcNow(), picked);
            await db.SaveChangesAsync();
        }
        await world.CarryOutAsync(move.PlanId);
        (await ReadAsync(world, move.Id)).State.ShouldBe(MoveState.Done);
        (await world.InstancesAsync()).Where(i => i.Workload == Images).Select(i => i.Id).ShouldBe(picked, ignoreOrder: true);
        (await world.OperationsAsync()).Count(o => o.Kind == OperationKind.Change).ShouldBe(move.Count);
    }

    [Fact]
    public async Task A_replacement_cut_off_before_it_was_written_down_is_not_rented_twice()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        world.Akash.ChangesInPlace = false;
        var move = await ApproveOneSwitchAsync(world);
        await world.Get<ExecutePlan>().RunAsync(CancellationToken.None);
        // The launches and retirements stand, the move still names the old machines: as after a crash between the two writes.
        var old = (await world.InstancesAsync()).Where(i => i.Workload == Text && i.State != InstanceState.Running).Select(i => i.Id.Value).ToList();
        old.Count.ShouldBe(move.Count);
        await using (var db = await world.DbAsync()) { await db.Moves.Where(m => m.Id == move.Id).ExecuteUpdateAsync(s => s.SetProperty(m => m.Instances, old)); }
        await world.CarryOutAsync(move.PlanId);
        (await ReadAsync(world, move.Id)).State.ShouldBe(MoveState.Done);
        (await world.InstancesAsync()).Count(i => i.Workload == Images).ShouldBe(move.Count);
    }

    private static async Task<Move> ApproveOneSwitchAsync(FleetWorld world)
    {
        var plan = await world.PlanAsync();
        var move = plan.Moves.First(m => m.Kind == MoveKind.Switch && m.From == Text && m.To == Images);
        (await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, [move.Id], "admin@test", CancellationToken.None)).ShouldBeOfType<ApproveOutcome.Approved>();
        return await ReadAsync(world, move.Id);
    }

    private static async Task<Move> ReadAsync(FleetWorld world, MoveId id)
    {
        await using var db = await world.DbAsync();
        return await db.Moves.AsNoTracking().SingleAsync(m => m.Id == id);
    }
}
