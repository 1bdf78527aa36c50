using System.Globalization;

namespace Nirmaan.Journeys;

/// <summary>
/// Two processes of Nirmaan on one database, each page and worker at once, beside the one that keeps the database. Now the one, now the other is killed
/// (SIGKILL) while twenty machines are being rented. NIRMAAN_KILL_SEED repeats a run.
/// </summary>
// Not beside the other one: each keeps several processes starting.
[Collection("processes that are killed")]
public sealed class PairJourney(ITestOutputHelper output)
{
    private const int Wanted = 20, Kills = 4, MostMillisecondsOfLife = 4_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task Two_processes_share_the_work_and_killing_either_loses_nothing()
    {
        var seed = Environment.GetEnvironmentVariable("NIRMAAN_KILL_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        output.WriteLine($"NIRMAAN_KILL_SEED={seed}");
        var chance = new Random(seed);
        // The third keeps the database and hears the agents; it does none of the work.
        await using var loop = await Loop.StartAsync(TimeSpan.Zero, new Dictionary<string, string> { ["Roles"] = "web", ["Fleet__WorkerLease"] = "00:00:15", ["Fleet__RenewEvery"] = "00:00:05" });
        var both = new Dictionary<string, string> { ["Roles"] = "web,worker" };
        await using var one = await loop.BesideAsync(both);
        await using var two = await loop.BesideAsync(both);
        HostProcess[] pair = [one, two];
        using var first = loop.Api(host: one);
        using var second = loop.Api(host: two);
        await Until.SeenAsync(() => Fleet.ItemsAsync(second, "offers?gpu=rtx-a6000"), offers => offers.Count > 0, s_patience, "offers");

        var asked = 0;
        var launched = Fleet.LaunchAsync(() => asked++ % 2 == 0 ? first : second, Wanted, s_patience);
        for (var kill = 0; kill < Kills; kill++)
        {
            var life = TimeSpan.FromMilliseconds(chance.Next(1, MostMillisecondsOfLife));
            await Until.PassedAsync(life);
            await pair[kill % 2].KillAsync();
            output.WriteLine($"killed process {kill % 2 + 1} after {life.TotalMilliseconds:0} ms");
            await pair[kill % 2].StartAsync();
        }
        (await launched).ShouldBe(Wanted, "operations of the one launch");
        await Until.SeenAsync(() => Fleet.CountAsync(first, "running"), count => count == Wanted, s_patience, $"{Wanted} running instances");
        (await Fleet.ItemsAsync(second, "instances")).Count.ShouldBe(Wanted, "the other one sees the same");
        (await Fleet.ItemsAsync(second, "operations?state=unknown")).ShouldBeEmpty();

        // Each does what the other does not: a job goes to whoever comes first.
        var before = pair.Select(p => p.Output.Length).ToList();
        await Until.SeenAsync(
            () => Task.FromResult(pair.Select((p, i) => p.Output[before[i]..].Split('\n').Count(line => line.StartsWith("info: Nirmaan.Control.", StringComparison.Ordinal))).ToList()),
            jobs => jobs.All(j => j > 0), s_patience, "a job done by either process");

        using var world = loop.World();
        var truth = await Fleet.TruthAsync(world);
        var ours = (await Fleet.ItemsAsync(first, "instances")).Select(i => i.GetProperty("externalId").GetString()).ToList();
        Fleet.Leases(truth).ShouldBe(ours, ignoreOrder: true, "every machine that bills has an owner, and the other way round");
        Fleet.Open(truth).ShouldBe(ours, ignoreOrder: true);

        // The first dies for good: what it began the other one ends.
        var ids = (await Fleet.ItemsAsync(first, "instances")).Select(i => i.GetProperty("id").GetString()).ToList();
        foreach (var id in ids) { (await first.DeleteAsync($"instances/{id}?reason=the+end", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode(); }
        await one.KillAsync();
        await Until.SeenAsync(async () => Fleet.Open(await Fleet.TruthAsync(world)).Count, open => open == 0, s_patience, "no machine outside");
        await Until.SeenAsync(() => Fleet.ItemsAsync(second, "instances"), left => left.Count == 0, s_patience, "no instance in the books");
    }
}
