using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Nirmaan.Journeys;

/// <summary>The fleet as REST has it, and as it is outside.</summary>
internal static class Fleet
{
    /// <summary>One launch, asked for again and again under its one key until it is answered: as many operations as it began.</summary>
    /// <param name="api">Who is asked: another one each time, where the last may be dead.</param>
    /// <param name="wanted">Machines.</param>
    /// <param name="patience">How long.</param>
    public static async Task<int> LaunchAsync(Func<HttpClient> api, int wanted, TimeSpan patience)
    {
        var wish = new { workload = "heurist-llm", count = wanted, maxUsdPerGpuHour = 0.60, gpu = "rtx-a6000", reason = "processes are killed while they are rented" };
        var answer = await Until.SeenAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "instances") { Content = JsonContent.Create(wish) };
                request.Headers.Add("Idempotency-Key", "twenty");
                try
                {
                    using var response = await api().SendAsync(request, TestContext.Current.CancellationToken);
                    var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                    return (StatusCode: response.StatusCode, Text: text);
                }
                catch (HttpRequestException e) { return (StatusCode: HttpStatusCode.ServiceUnavailable, Text: e.Message); }
            },
            seen => seen.StatusCode == HttpStatusCode.Accepted, patience, "202 to the launch");
        return JsonDocument.Parse(answer.Text).RootElement.GetProperty("operations").GetArrayLength();
    }

    /// <summary>Instances in a state.</summary>
    public static async Task<int> CountAsync(HttpClient api, string state) =>
        (await ItemsAsync(api, "instances")).Count(i => i.GetProperty("state").GetString() == state);

    /// <summary>The first page of a list.</summary>
    public static async Task<IReadOnlyList<JsonElement>> ItemsAsync(HttpClient api, string path)
    {
        var page = await api.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);
        return [.. page.GetProperty("items").EnumerateArray()];
    }

    /// <summary>Waits for whole rounds of the reconciler over both suppliers, by the lines it writes; the last one must have found nothing.</summary>
    public static async Task RoundsAsync(HostProcess web, int rounds, TimeSpan patience)
    {
        var before = web.Output.Length;
        foreach (var supplier in new[] { "akash", "ionet" })
        {
            var seen = await Until.SeenAsync(
                () => Task.FromResult(web.Output[before..].Split('\n').Where(line => line.Contains($"Reconciled {supplier}:", StringComparison.Ordinal)).ToList()),
                lines => lines.Count >= rounds, patience, $"{rounds} rounds of the reconciler over {supplier}");
            seen[^1].ShouldContain(" 0 findings");
        }
    }

    /// <summary>What the outside world knows.</summary>
    public static Task<JsonElement> TruthAsync(HttpClient world) => world.GetFromJsonAsync<JsonElement>("world", TestContext.Current.CancellationToken);

    /// <summary>What bills.</summary>
    public static List<string?> Leases(JsonElement world) =>
    [
        .. world.GetProperty("akash").GetProperty("deployments").EnumerateArray()
            .Where(d => d.GetProperty("leases").EnumerateArray().Any(l => l.GetProperty("state").GetString() == "active")).Select(d => d.GetProperty("dseq").GetString()),
        .. world.GetProperty("ionet").GetProperty("deployments").EnumerateArray()
            .Where(d => d.GetProperty("status").GetString() is not ("destroyed" or "failed")).Select(d => d.GetProperty("id").GetString()),
    ];

    /// <summary>What holds money: a deployment without a lease bills nothing yet does.</summary>
    public static List<string?> Open(JsonElement world) =>
    [
        .. world.GetProperty("akash").GetProperty("deployments").EnumerateArray().Where(d => d.GetProperty("state").GetString() == "active").Select(d => d.GetProperty("dseq").GetString()),
        .. world.GetProperty("ionet").GetProperty("deployments").EnumerateArray()
            .Where(d => d.GetProperty("status").GetString() is not ("destroyed" or "failed")).Select(d => d.GetProperty("id").GetString()),
    ];
}
