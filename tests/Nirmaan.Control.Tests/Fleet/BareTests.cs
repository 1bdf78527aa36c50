using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>Machines that come up with nothing on them: the miner is put there by an operation of its own.</summary>
public sealed class BareTests(ControlPostgres database)
{
    private static readonly TimeSpan s_tenMinutes = TimeSpan.FromMinutes(10);

    private async Task<FleetWorld> LaunchedAsync(params Fault[] faults)
    {
        var world = await FleetWorld.CreateAsync(database);
        world.Akash.Offers.Clear();
        await world.Get<Control.Market.SyncOffers>().RunAsync(CancellationToken.None);
        world.IoNet.ComesUpBare = true;
        foreach (var fault in faults) { world.IoNet.ChangeFaults.Enqueue(fault); }
        await world.LaunchAsync(1, max: 0.6m);
        await world.PassAsync(s_tenMinutes);
        return world;
    }

    private static async Task<List<Operation>> SetUpsAsync(FleetWorld world) => [.. (await world.OperationsAsync()).Where(o => o.Kind == OperationKind.Change)];

    [Fact]
    public async Task A_bare_machine_gets_its_miner_by_one_operation_and_runs()
    {
        await using var world = await LaunchedAsync();
        world.IoNet.Machines.Single().Workload.ShouldBe("heurist-llm");
        (await SetUpsAsync(world)).ShouldHaveSingleItem().State.ShouldBe(OperationState.Succeeded);
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Running);
        (await world.MinersAsync()).ShouldHaveSingleItem().IsLive.ShouldBeTrue();
    }

    [Theory]
    [InlineData((int)Fault.ActThenTimeOut)]
    [InlineData((int)Fault.TimeOut)]
    [InlineData((int)Fault.NotSent)]
    [InlineData((int)Fault.ActThenCrash)]
    public async Task A_set_up_whose_answer_is_lost_is_repeated_under_the_same_operation(int fault)
    {
        await using var world = await LaunchedAsync((Fault)fault);
        (await SetUpsAsync(world)).ShouldHaveSingleItem().State.ShouldBe(OperationState.Succeeded);
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Running);
        world.IoNet.Machines.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_machine_that_its_miner_cannot_be_put_on_is_given_back()
    {
        await using var world = await LaunchedAsync(Fault.Refuse);
        world.IoNet.Machines[0].Exists.ShouldBeFalse();
        var instance = (await world.InstancesAsync())[0];
        (instance.State, instance.Reason).ShouldBe((InstanceState.Failed, "it is up, and its miner could not be put on it"));
    }
}
