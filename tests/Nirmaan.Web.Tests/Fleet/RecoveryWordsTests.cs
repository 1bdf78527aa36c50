using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Fleet;
using Nirmaan.Web.Components.Fleet;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class RecoveryWordsTests(ControlPostgres database)
{
    [Fact]
    public async Task A_machine_that_was_lost_says_when_another_is_asked_for_and_which_budget_is_spent_when_none_is()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        var id = (await world.InstancesAsync()).ShouldHaveSingleItem().Id;
        var row = (await world.Get<FleetQueries>().FindAsync(id, CancellationToken.None))!.Instance;
        var now = world.Clock.GetUtcNow();
        InstanceWords.Recovery(row, now).ShouldBeNull();
        var waits = row with { Recovery = new Recovery(LossCause.Gone, 3, 5, 3, 5), WantsReplacement = true, ReplaceAt = now.AddMinutes(2) };
        InstanceWords.Recovery(waits, now).ShouldBe($"Loss 3 in a row: another is asked for in 2 min, at {now.UtcDateTime.AddMinutes(2):HH:mm:ss} UTC.");
        InstanceWords.Recovery(waits, now.AddMinutes(2)).ShouldBe("Another is being looked for.");
        InstanceWords.Recovery(waits with { WantsReplacement = false }, now).ShouldBeNull("another took its place");
        InstanceWords.Recovery(row with { Recovery = new Recovery(LossCause.Silent, 4, 5, 4, 3) }, now).ShouldNotBeNull().ShouldStartWith("No other takes its place by itself: 4 of 4");
    }

    [Fact]
    public async Task An_operation_that_is_held_back_says_when_it_is_sent_again()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.Get<LaunchInstance>().RunAsync(FleetWorld.Request(1), "k", "ops@test", CancellationToken.None);
        var row = (await world.Get<FleetQueries>().FindAsync((await world.InstancesAsync()).Single().Id, CancellationToken.None))!.Operations.Single();
        OperationTable.Waits(row, world.Clock.GetUtcNow()).ShouldBeNull("it is to be sent now");
        var held = row with { ReasonCode = "held", DueAt = world.Clock.GetUtcNow().AddSeconds(30) };
        OperationTable.Waits(held, world.Clock.GetUtcNow()).ShouldBe("tried again in 30 s");
        OperationTable.Waits(held with { State = OperationState.Unknown }, world.Clock.GetUtcNow()).ShouldBe("looked up again in 30 s");
        OperationTable.Waits(held with { State = OperationState.Succeeded }, world.Clock.GetUtcNow()).ShouldBeNull();
    }
}
