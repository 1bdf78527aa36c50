using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Nirmaan.Journeys;

/// <summary>Calls everything that /openapi/v1.json describes with words that make no sense, one place at a time, and tells which calls failed inside.</summary>
internal static class RestSweep
{
    private static readonly string[] s_words =
        ["x", "%00", "-1", "0", "1.5", "99999999999999999999", "2026-13-40T00:00:00Z", "0001-01-01T00:00:00Z", "00000000-0000-0000-0000-000000000000", "'", "%F0%9F%92%B8", new string('a', 3000)];

    private static readonly string[] s_bodies =
        ["", "{", "null", "[]", "7", """{"x":1}""", """{"reason":"a\u0000b"}""", """{"reason":7}""", """{"moves":[]}""", """{"moves":["00000000-0000-0000-0000-000000000000"]}""", """{"exposureUsdPerHour":{"nobody":5}}""",
        """{"budgetUsdPerHour":-1}""", """{"riskWeight":1e999}""", """{"workload":"x","count":1,"maxUsdPerGpuHour":1}""", """{"workload":"heurist-llm","count":-1,"maxUsdPerGpuHour":1,"dryRun":true}""",
        """{"workload":"heurist-llm","count":1,"maxUsdPerGpuHour":1e-28,"dryRun":true}""", """{"workload":"heurist-llm\u0000","count":1,"maxUsdPerGpuHour":1,"dryRun":true}""", """{"as":"x"}""", """{"as":"adopt","externalId":"\u0000"}"""];

    /// <summary>How many calls were made, and those answered with 500 or more.</summary>
    public static async Task<(int Calls, IReadOnlyList<string> Failed)> RunAsync(HttpClient api, CancellationToken cancellationToken)
    {
        var (calls, failed) = (0, new List<string>());
        var paths = (await api.GetFromJsonAsync<JsonElement>("/openapi/v1.json", cancellationToken)).GetProperty("paths");
        foreach (var (path, method, call) in paths.EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(m => (p.Name, Method: m.Name, Call: m.Value))))
        {
            var (places, queries) = (Names(call, "path"), Names(call, "query"));
            foreach (var target in s_words.SelectMany(word => places.Select(p => Fill(path, places, p, word)).Concat(queries.Select(q => $"{Fill(path, places, null, "")}?{q}={word}"))).Append(Fill(path, places, null, "")))
            {
                if (method == "get") { await SendAsync(HttpMethod.Get, target, null); }
                else if (method == "delete") { await SendAsync(HttpMethod.Delete, target, null); }
            }
            if (method != "post") { continue; }
            foreach (var body in s_bodies) { await SendAsync(HttpMethod.Post, Fill(path, places, null, ""), body); }
        }
        return (calls, failed);

        async Task SendAsync(HttpMethod method, string target, string? body)
        {
            calls++;
            using var request = new HttpRequestMessage(method, target);
            if (body is not null) { request.Content = new StringContent(body, Encoding.UTF8, "application/json"); }
            using var answer = await api.SendAsync(request, cancellationToken);
            if (answer.StatusCode >= HttpStatusCode.InternalServerError) { failed.Add($"{method} {target} {body} -> {(int)answer.StatusCode}"); }
        }
    }

    private static List<string> Names(JsonElement call, string place) => call.TryGetProperty("parameters", out var all)
        ? [.. all.EnumerateArray().Where(p => p.GetProperty("in").GetString() == place).Select(p => p.GetProperty("name").GetString()!)] : [];

    // The other places get what is well formed and names nothing.
    private static string Fill(string path, List<string> places, string? place, string word) => places.Aggregate(path, (filled, name) => filled.Replace(
        $"{{{name}}}", name == place ? word : name switch { "id" => Guid.Empty.ToString(), "address" => "0x0000000000000000000000000000000000000001", "epoch" => "1", _ => "heurist" }, StringComparison.Ordinal));
}
