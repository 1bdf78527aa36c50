using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>What the makers of a miner's program publish, beside what its recipe packs.</summary>
public sealed class WatchReleasesTests(ControlPostgres database)
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private static readonly WorkloadName s_workload = new("heurist-llm");

    [Fact]
    public async Task A_newer_release_is_one_alert_until_the_recipe_packs_it()
    {
        await using var world = await WorldAsync();
        var feed = new Feed(new PublishedRelease("v2", Day(20), new Uri("https://makers.example/v2")));
        (await RunAsync(world, feed)).ShouldBe("1 of 1 repositories read, 1 with a newer release");
        world.Clock.MoveTo(world.Clock.GetUtcNow().AddHours(13));
        await RunAsync(world, feed);
        (await AlertsAsync(world)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            a => (a.Kind, a.Subject, a.Title).ShouldBe((AlertKind.Release, "makers/miner v2", "makers/miner published v2")),
            a => a.Text.ShouldStartWith("It is of 2026-01-20, says test; heurist-llm packs v1."), a => a.ClearedAt.ShouldBeNull());
        (await StateAsync(world)).Newer!.Tag.ShouldBe("v2");

        Pack(world, "v2");
        await RunAsync(world, feed);
        (await AlertsAsync(world)).Single().ClearedWhy.ShouldBe("The recipes pack what is published.");
        (await StateAsync(world)).Newer.ShouldBeNull();
    }

    [Fact]
    public async Task A_still_newer_one_takes_the_place_of_the_alert()
    {
        await using var world = await WorldAsync();
        await RunAsync(world, new Feed(new PublishedRelease("v2", Day(20), new Uri("https://makers.example/v2"))));
        world.Clock.MoveTo(world.Clock.GetUtcNow().AddHours(13));
        await RunAsync(world, new Feed(new PublishedRelease("v3", Day(25), new Uri("https://makers.example/v3"))));
        (await AlertsAsync(world)).Select(a => (a.Subject, a.ClearedWhy)).ShouldBe([("makers/miner v2", "v3 took its place."), ("makers/miner v3", null)]);
    }

    [Theory]
    [InlineData("v1", 20, "it is the one that is packed")]
    [InlineData("v0.9.1", 5, "it is a mend of something older")]
    [InlineData(null, 0, "there is none")]
    public async Task What_is_not_newer_is_no_alert(string? tag, int day, string because)
    {
        await using var world = await WorldAsync();
        await RunAsync(world, new Feed(tag is null ? null : new PublishedRelease(tag, Day(day), new Uri("https://makers.example/"))));
        (await AlertsAsync(world)).ShouldBeEmpty(because);
        var state = await StateAsync(world);
        (state.Newer, state.Upstream!.ReadAt).ShouldBe((null, world.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task A_feed_that_cannot_be_read_leaves_what_is_known_says_why_and_is_asked_again_within_the_hour()
    {
        await using var world = await WorldAsync();
        await RunAsync(world, new Feed(new PublishedRelease("v2", Day(20), new Uri("https://makers.example/v2"))));
        world.Clock.MoveTo(world.Clock.GetUtcNow().AddHours(13));
        var silent = new Feed(null) { Fault = "403 rate limit exceeded" };
        await RunAsync(world, silent);
        await RunAsync(world, silent);
        silent.Calls.ShouldBe(1, "it was just asked");
        var known = (await StateAsync(world)).Upstream!;
        (known.Tag, known.Fault).ShouldBe(("v2", "test: 403 rate limit exceeded"));
        (await AlertsAsync(world)).ShouldHaveSingleItem().ClearedAt.ShouldBeNull();
        world.Clock.MoveTo(world.Clock.GetUtcNow().AddHours(1));
        await RunAsync(world, silent);
        silent.Calls.ShouldBe(2);
    }

    [Fact]
    public async Task An_alert_ends_when_releases_are_not_watched_any_more()
    {
        await using var world = await WorldAsync();
        await RunAsync(world, new Feed(new PublishedRelease("v2", Day(20), new Uri("https://makers.example/v2"))));
        await RunAsync(world);
        (await AlertsAsync(world)).ShouldHaveSingleItem().ClearedWhy.ShouldBe("Releases are not watched any more.");
    }

    [Fact]
    public async Task A_runway_that_is_watched_does_not_end_an_alert_of_a_release()
    {
        await using var world = await WorldAsync();
        await RunAsync(world, new Feed(new PublishedRelease("v2", Day(20), new Uri("https://makers.example/v2"))));
        await world.Get<WatchRunway>().RunAsync(s_none);
        (await AlertsAsync(world)).ShouldHaveSingleItem().ClearedAt.ShouldBeNull();
    }

    private static DateTimeOffset Day(int day) => new(2026, 1, Math.Max(day, 1), 12, 0, 0, TimeSpan.Zero);

    private async Task<FleetWorld> WorldAsync()
    {
        var world = await FleetWorld.CreateAsync(database);
        Pack(world, "v1");
        return world;
    }

    /// <summary>The text miner's recipe packs a release of 10 January.</summary>
    private static void Pack(FleetWorld world, string release) => world.Network.Templates =
        [.. world.Network.Templates.Select(t => t.WorkloadName == s_workload ? t with { Upstream = new TemplateUpstream("makers/miner", release, new DateOnly(2026, 1, 10)) } : t)];

    private static Task<string> RunAsync(FleetWorld world, params IReleaseFeed[] feeds) => new WatchReleases(
        world.Get<IDbContextFactory<NirmaanDbContext>>(), world.Get<NetworkShelf>(), feeds, world.Get<AlertBook>(), world.Get<ControlEvents>(), world.Clock).RunAsync(s_none);

    private static Task<TemplateState> StateAsync(FleetWorld world) => world.Get<TemplateQueries>().ReadAsync(world.Get<NetworkShelf>().TemplateOf(s_workload), s_none);

    private static async Task<List<Alert>> AlertsAsync(FleetWorld world)
    {
        await using var db = await world.DbAsync();
        return await db.Alerts.AsNoTracking().OrderBy(a => a.RaisedAt).ToListAsync(s_none);
    }

    private sealed class Feed(PublishedRelease? newest) : IReleaseFeed
    {
        public string? Fault { get; init; }
        public int Calls { get; private set; }
        public string Name => "test";

        public Task<PublishedRelease?> ReadNewestAsync(string repository, CancellationToken cancellationToken)
        {
            Calls++;
            return Fault is null ? Task.FromResult(newest) : throw new SupplierUnavailableException("test", Fault);
        }
    }
}
