using System.Globalization;

namespace Nirmaan.Journeys;

/// <summary>
/// The web process is killed (SIGKILL, its PostgreSQL goes with it) at random moments while twenty machines are being rented, and started anew
/// each time. NIRMAAN_KILL_SEED repeats a run.
/// </summary>
[Collection("processes that are killed")]
public sealed class KillJourney(ITestOutputHelper output)
{
    private const int Wanted = 20, Kills = 6, MostMillisecondsOfLife = 5_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task Twenty_machines_are_twenty_machines_however_often_the_web_is_killed_meanwhile()
    {
        var seed = Environment.GetEnvironmentVariable("NIRMAAN_KILL_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        output.WriteLine($"NIRMAAN_KILL_SEED={seed}");
        var chance = new Random(seed);
        // What a killed worker held is free again after its lease; a short one makes many lives in a short test. Commits must be on the disk: here a crash is real.
        await using var loop = await Loop.StartAsync(TimeSpan.Zero, new Dictionary<string, string>
        {
            ["Fleet__WorkerLease"] = "00:00:15",
            ["Fleet__RenewEvery"] = "00:00:05",
            ["PrivateCluster__Settings__synchronous_commit"] = "on",
        });
        using var api = loop.Api();
        await Until.SeenAsync(() => Fleet.ItemsAsync(api, "offers?gpu=rtx-a6000"), offers => offers.Count > 0, s_patience, "offers");

        var launched = Fleet.LaunchAsync(() => api, Wanted, s_patience);
        for (var kill = 1; kill <= Kills; kill++)
        {
            var life = TimeSpan.FromMilliseconds(chance.Next(1, MostMillisecondsOfLife));
            await Until.PassedAsync(life);
            await loop.Web.KillAsync();
            output.WriteLine($"killed after {life.TotalMilliseconds:0} ms of life {kill}");
            await loop.Web.StartAsync();
        }
        (await launched).ShouldBe(Wanted, "operations of the one launch");

        await Until.SeenAsync(() => Fleet.CountAsync(api, "running"), count => count == Wanted, s_patience, $"{Wanted} running instances");
        await Fleet.RoundsAsync(loop.Web, 2, s_patience);
        (await Fleet.CountAsync(api, "running")).ShouldBe(Wanted);
        (await Fleet.ItemsAsync(api, "instances")).Count.ShouldBe(Wanted, "instances that are not over");
        (await Fleet.ItemsAsync(api, "operations?state=unknown")).ShouldBeEmpty();

        using var world = loop.World();
        var truth = await Fleet.TruthAsync(world);
        var leases = Fleet.Leases(truth);
        leases.Count.ShouldBe(Wanted, "leases that bill");
        var ours = (await Fleet.ItemsAsync(api, "instances")).Select(i => i.GetProperty("externalId").GetString()).ToHashSet();
        leases.ShouldAllBe(lease => ours.Contains(lease), "no machine bills without an owner");
        // A deployment without a lease bills nothing yet holds money.
        Fleet.Open(truth).ShouldBe(leases, ignoreOrder: true);
    }
}
