using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>Machines that are asked to have something else than their template says.</summary>
public sealed class MachineResourcesTests(ControlPostgres database)
{
    private static readonly MachineResources s_four = new(4, 32);

    private static Task<LaunchOutcome> LaunchAsync(FleetWorld world, MachineResources? resources) =>
        world.Get<LaunchInstance>().RunAsync(FleetWorld.Request(1, max: 2m) with { Resources = resources }, "k1", "ops@test", TestContext.Current.CancellationToken);

    [Fact]
    public async Task The_supplier_is_asked_for_them_and_for_the_template_where_nothing_was_said()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        (await LaunchAsync(world, s_four)).ShouldBeOfType<LaunchOutcome.Accepted>();
        await world.PassAsync(TimeSpan.FromMinutes(2));
        var asked = world.Akash.Asked.ShouldHaveSingleItem();
        (asked.Vcpu, asked.RamGb).ShouldBe((4m, 32));
        asked.DiskGb.ShouldBe(world.Get<NetworkShelf>().TemplateOf(new("heurist-llm")).Needs.DiskGb);
    }

    [Fact]
    public async Task A_refused_offers_successor_is_asked_for_the_same()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.CreateFaults.Enqueue(Fault.Refuse);
        await LaunchAsync(world, s_four);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Akash.Asked.Concat(world.IoNet.Asked).ShouldHaveSingleItem().Vcpu.ShouldBe(4);
    }

    [Fact]
    public async Task A_replacement_is_asked_for_the_same()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await LaunchAsync(world, s_four);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Akash.Machines.ShouldHaveSingleItem().Status = SupplierStatus.Lost;
        await world.PassAsync(TimeSpan.FromMinutes(30), reconcile: true);
        await world.Get<ReplaceLost>().RunAsync(TestContext.Current.CancellationToken);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        var asked = world.Akash.Asked.Concat(world.IoNet.Asked).ToList();
        asked.Count.ShouldBe(2);
        asked.ShouldAllBe(n => n.Vcpu == 4 && n.RamGb == 32);
    }

    [Theory]
    [InlineData(0.5, null, null, "vcpu"), InlineData(500.0, null, null, "vcpu"), InlineData(4.0001, null, null, "vcpu"), InlineData(null, 1, null, "ramGb"), InlineData(null, null, 1, "diskGb"), InlineData(null, null, 100_000, "diskGb")]
    public async Task What_cannot_be_had_or_would_not_hold_the_miner_is_refused_with_its_field(double? vcpu, int? ram, int? disk, string field)
    {
        await using var world = await FleetWorld.CreateAsync(database);
        (await Should.ThrowAsync<InvalidInputException>(() => LaunchAsync(world, new((decimal?)vcpu, ram, disk)))).Field.ShouldBe(field);
        (await world.InstancesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_machines_history_says_what_was_asked_for()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await LaunchAsync(world, s_four);
        var machine = (await world.InstancesAsync()).ShouldHaveSingleItem();
        machine.Wish.Resources.ShouldBe(s_four);
        (await world.Get<FleetQueries>().FindAsync(machine.Id, TestContext.Current.CancellationToken))!.Timeline.ShouldContain(e => e.Why != null && e.Why.Contains("4 vCPU, 32 GB memory"));
    }

    [Fact]
    public void A_template_that_needs_more_by_now_gets_it()
    {
        var needs = new TemplateNeeds(12, 1, 8, 64, 400, null, [], false, false);
        (new MachineResources(4, 32, 200).Over(needs) is { Vcpu: 4, RamGb: 64, DiskGb: 400 }).ShouldBeTrue();
    }
}
