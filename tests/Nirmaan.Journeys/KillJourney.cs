using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Nirmaan.Journeys;

/// <summary>
/// The web process is killed (SIGKILL, its PostgreSQL goes with it) at random moments while twenty machines are being rented, and started anew
/// each time. NIRMAAN_KILL_SEED repeats a run.
/// </summary>
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
        await Until.SeenAsync(() => ItemsAsync(api, "offers?gpu=rtx-a6000"), offers => offers.Count > 0, s_patience, "offers");

        var launched = LaunchAsync(api);
        for (var kill = 1; kill <= Kills; kill++)
        {
            var life = TimeSpan.FromMilliseconds(chance.Next(1, MostMillisecondsOfLife));
            await Until.PassedAsync(life);
            await loop.Web.KillAsync();
            output.WriteLine($"killed after {life.TotalMilliseconds:0} ms of life {kill}");
            await loop.Web.StartAsync();
        }
        (await launched).ShouldBe(Wanted, "operations of the one launch");

        await Until.SeenAsync(() => CountAsync(api, "running"), count => count == Wanted, s_patience, $"{Wanted} running instances");
        await RoundsAsync(loop.Web, 2);
        (await CountAsync(api, "running")).ShouldBe(Wanted);
        (await ItemsAsync(api, "instances")).Count.ShouldBe(Wanted, "instances that are not over");
        (await ItemsAsync(api, "operations?state=unknown")).ShouldBeEmpty();

        using var world = loop.World();
        var truth = await world.GetFromJsonAsync<JsonElement>("world", TestContext.Current.CancellationToken);
        var leases = Leases(truth);
        leases.Count.ShouldBe(Wanted, "leases that bill");
        var ours = (await ItemsAsync(api, "instances")).Select(i => i.GetProperty("externalId").GetString()).ToHashSet();
        leases.ShouldAllBe(lease => ours.Contains(lease), "no machine bills without an owner");
        // A deployment without a lease bills nothing yet holds money.
        Open(truth).ShouldBe(leases, ignoreOrder: true);
    }

    /// <summary>One launch, asked for again and again under its one key until it is answered: as many operations as it began.</summary>
    private static async Task<int> LaunchAsync(HttpClient api)
    {
        var wish = new { workload = "heurist-llm", count = Wanted, maxUsdPerGpuHour = 0.60, gpu = "rtx-a6000", reason = "the web is killed while they are rented" };
        var answer = await Until.SeenAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "instances") { Content = JsonContent.Create(wish) };
                request.Headers.Add("Idempotency-Key", "twenty");
                try
                {
                    using var response = await api.SendAsync(request, TestContext.Current.CancellationToken);
                    var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                    return (StatusCode: response.StatusCode, Text: text);
                }
                catch (HttpRequestException e) { return (StatusCode: HttpStatusCode.ServiceUnavailable, Text: e.Message); }
            },
            seen => seen.StatusCode == HttpStatusCode.Accepted, s_patience, "202 to the launch");
        return JsonDocument.Parse(answer.Text).RootElement.GetProperty("operations").GetArrayLength();
    }

    private static async Task<int> CountAsync(HttpClient api, string state) =>
        (await ItemsAsync(api, "instances")).Count(i => i.GetProperty("state").GetString() == state);

    private static async Task<IReadOnlyList<JsonElement>> ItemsAsync(HttpClient api, string path)
    {
        var page = await api.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);
        return [.. page.GetProperty("items").EnumerateArray()];
    }

    /// <summary>Waits for whole rounds of the reconciler over both suppliers, by the lines it writes; the last one must have found nothing.</summary>
    private static async Task RoundsAsync(HostProcess web, int rounds)
    {
        var before = web.Output.Length;
        foreach (var supplier in new[] { "akash", "ionet" })
        {
            var seen = await Until.SeenAsync(
                () => Task.FromResult(web.Output[before..].Split('\n').Where(line => line.Contains($"Reconciled {supplier}:", StringComparison.Ordinal)).ToList()),
                lines => lines.Count >= rounds, s_patience, $"{rounds} rounds of the reconciler over {supplier}");
            seen[^1].ShouldContain(" 0 findings");
        }
    }

    private static List<string?> Leases(JsonElement world) =>
    [
        .. world.GetProperty("akash").GetProperty("deployments").EnumerateArray()
            .Where(d => d.GetProperty("leases").EnumerateArray().Any(l => l.GetProperty("state").GetString() == "active")).Select(d => d.GetProperty("dseq").GetString()),
        .. world.GetProperty("ionet").GetProperty("deployments").EnumerateArray()
            .Where(d => d.GetProperty("status").GetString() is not ("destroyed" or "failed")).Select(d => d.GetProperty("id").GetString()),
    ];

    private static List<string?> Open(JsonElement world) =>
    [
        .. world.GetProperty("akash").GetProperty("deployments").EnumerateArray().Where(d => d.GetProperty("state").GetString() == "active").Select(d => d.GetProperty("dseq").GetString()),
        .. world.GetProperty("ionet").GetProperty("deployments").EnumerateArray()
            .Where(d => d.GetProperty("status").GetString() is not ("destroyed" or "failed")).Select(d => d.GetProperty("id").GetString()),
    ];
}
