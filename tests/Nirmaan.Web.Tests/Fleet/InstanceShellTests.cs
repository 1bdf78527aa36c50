using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Fleet;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Fleet;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class InstanceShellTests(ControlPostgres database)
{
    private static async IAsyncEnumerable<ShellPart> SayAsync(string command)
    {
        await Task.Yield();
        yield return new ShellPart.Said(false, $"ran {command}\n");
        yield return new ShellPart.Ended(2);
    }

    private async Task<FleetWorld> RunningAsync()
    {
        var world = await FleetWorld.CreateAsync(database, ("Fleet:Shell", "true"));
        world.Akash.Shell = (command, _) => SayAsync(command);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        return world;
    }

    private static async Task<IRenderedComponent<InstanceShell>> OpenAsync(FleetWorld world, Desk desk, bool mayRun)
    {
        var id = (await world.InstancesAsync())[0].Id;
        return desk.Render<InstanceShell>(p => p.Add(s => s.Id, id).Add(s => s.By, "ops@test").Add(s => s.MayRun, mayRun));
    }

    [Fact]
    public async Task A_command_shows_what_it_wrote_how_it_ended_and_stands_in_the_record()
    {
        await using var world = await RunningAsync();
        await using var desk = new Desk(world, Roles.Ops);
        var shell = await OpenAsync(world, desk, mayRun: true);
        shell.WaitForAssertion(() => shell.Markup.ShouldContain("Nobody has run a command here."));
        shell.Find("input").Input("ls -l");
        await shell.Find("form").TriggerEventAsync("onsubmit", EventArgs.Empty);
        shell.WaitForAssertion(() => shell.Find("[role=status]").TextContent.ShouldBe("Exit 2."));
        shell.Find("pre").TextContent.ShouldContain("ran ls -l");
        shell.Find("tbody").TextContent.ShouldSatisfyAllConditions(t => t.ShouldContain("ops@test"), t => t.ShouldContain("ls -l"), t => t.ShouldContain("Exit 2."));
    }

    [Fact]
    public async Task Whoever_may_not_operate_has_nothing_to_type_into()
    {
        await using var world = await RunningAsync();
        await using var desk = new Desk(world, Roles.Auditor);
        var shell = await OpenAsync(world, desk, mayRun: false);
        shell.FindAll("form, input, button").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_machine_that_went_meanwhile_is_said_to_be_gone()
    {
        await using var world = await RunningAsync();
        await using var desk = new Desk(world, Roles.Ops);
        var shell = await OpenAsync(world, desk, mayRun: true);
        await world.Get<Nirmaan.Control.Fleet.RetireInstance>().RunAsync((await world.InstancesAsync())[0].Id, "ops@test", "done", CancellationToken.None);
        await world.PassAsync(TimeSpan.FromHours(2));
        shell.Find("input").Input("true");
        await shell.Find("form").TriggerEventAsync("onsubmit", EventArgs.Empty);
        shell.WaitForAssertion(() => shell.Find("[role=alert]").TextContent.ShouldContain("a machine that is ours now"));
    }
}
