using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Jobs;
using Nirmaan.Control.Live;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Jobs;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Jobs;

public sealed class JobsPageTests(ControlPostgres database)
{
    private static readonly JobTable s_table = new(
    [
        new JobDefinition("fleet:count", "0 * * * * ?", "CountMachines", now => now.AddMinutes(1), _ => Task.FromResult("3 machines counted")),
        new JobDefinition("fleet:trip", "0 * * * * ?", "TripOver", now => now.AddMinutes(1), _ => Task.FromException<string>(new TimeoutException("the supplier slept"))),
    ]);

    private async Task<(FleetWorld World, Desk Desk, JobRunner Runner)> SceneAsync(string role = Roles.Ops)
    {
        var world = await FleetWorld.CreateAsync(database);
        var contexts = world.Get<IDbContextFactory<NirmaanDbContext>>();
        await new SyncSchedule(contexts, s_table, world.Clock).RunAsync(CancellationToken.None);
        var runner = new JobRunner(contexts, s_table, world.Get<ControlEvents>(), world.Get<IOptions<JobOptions>>(), world.Clock, NullLogger<JobRunner>.Instance);
        var desk = new Desk(world, role).Use(world.Get<JobQueries>()).Use(world.Get<ControlJobs>());
        return (world, desk, runner);
    }

    private static AngleSharp.Dom.IElement Row(IRenderedComponent<JobsPage> page, string job, int table = 0) =>
        page.FindAll("table")[table].QuerySelectorAll("tbody tr").First(r => r.TextContent.Contains(job, StringComparison.Ordinal));

    private static Task PressAsync(IRenderedComponent<JobsPage> page, string job, string button, int table = 0) =>
        Row(page, job, table).QuerySelectorAll("button").Single(b => b.TextContent == button).ClickAsync();

    [Fact]
    public async Task A_job_that_is_asked_for_waits_for_a_worker_and_then_says_what_it_did()
    {
        var (world, desk, runner) = await SceneAsync();
        await using var _ = world;
        await using var __ = desk;
        var page = desk.Open<JobsPage>("/ops/jobs");
        await PressAsync(page, "fleet:count", "Run now");
        desk.Said.ShouldBe(["fleet:count is enqueued."]);
        page.WaitForAssertion(() => page.Figure("Enqueued").ShouldBe("1"));
        (await runner.RunEnqueuedAsync(CancellationToken.None)).ShouldBeTrue();
        world.Clock.Advance(TimeSpan.FromSeconds(30));
        page.WaitForAssertion(() => Row(page, "fleet:count", table: 1).TextContent.ShouldSatisfyAllConditions(t => t.ShouldContain("Succeeded"), t => t.ShouldContain("3 machines counted"), t => t.ShouldContain("ops@test")));
    }

    [Fact]
    public async Task A_paused_job_is_shown_as_such_until_it_goes_on()
    {
        var (world, desk, _) = await SceneAsync();
        await using var __ = world;
        await using var ___ = desk;
        var page = desk.Open<JobsPage>("/ops/jobs");
        await PressAsync(page, "fleet:count", "Pause");
        page.WaitForAssertion(() => Row(page, "fleet:count").TextContent.ShouldContain("Paused"));
        page.Figure("Scheduled").ShouldBe("1");
        await PressAsync(page, "fleet:count", "Resume");
        page.WaitForAssertion(() => page.Figure("Scheduled").ShouldBe("2"));
    }

    [Fact]
    public async Task A_failed_run_shows_its_exception_and_can_be_tried_again()
    {
        var (world, desk, runner) = await SceneAsync();
        await using var _ = world;
        await using var __ = desk;
        await runner.RunDueAsync("fleet:trip", CancellationToken.None);
        var page = desk.Open<JobsPage>("/ops/jobs?state=Failed");
        Row(page, "fleet:trip", table: 1).ShouldSatisfyAllConditions(
            r => r.QuerySelector("summary")!.TextContent.ShouldBe("the supplier slept"),
            r => r.QuerySelector("pre")!.TextContent.ShouldContain("System.TimeoutException"));
        await PressAsync(page, "fleet:trip", "Retry", table: 1);
        page.WaitForAssertion(() => page.Figure("Enqueued").ShouldBe("1"));
        desk.Said.ShouldBe(["It is enqueued again."]);
    }

    [Fact]
    public async Task What_waits_can_be_called_off()
    {
        var (world, desk, runner) = await SceneAsync();
        await using var _ = world;
        await using var __ = desk;
        var page = desk.Open<JobsPage>("/ops/jobs");
        await PressAsync(page, "fleet:count", "Run now");
        page.WaitForAssertion(() => page.Buttons("Call off").Count.ShouldBe(1));
        await page.Button("Call off").ClickAsync();
        page.WaitForAssertion(() => page.Figure("Enqueued").ShouldBe("0"));
        (await runner.RunEnqueuedAsync(CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task An_auditor_sees_jobs_and_runs_none()
    {
        var (world, desk, _) = await SceneAsync(Roles.Auditor);
        await using var __ = world;
        await using var ___ = desk;
        var page = desk.Open<JobsPage>("/ops/jobs");
        page.Buttons("Run now").Concat(page.Buttons("Pause")).ShouldBeEmpty();
        Row(page, "fleet:trip").TextContent.ShouldContain("TripOver");
    }
}
