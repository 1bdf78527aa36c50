using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Nirmaan.Sandbox.Containers;

/// <summary>A simulated agent's unsent heartbeats: sent oldest first, kept while the control plane is away.</summary>
internal sealed class HeartbeatOutbox(string controlUrl, string token)
{
    private const int Kept = 5000;
    private readonly Lock _gate = new();
    private readonly LinkedList<JsonObject> _waiting = [];
    private DateTimeOffset _notBefore;
    private int _batch = 500;

    /// <summary>Heartbeats not yet taken.</summary>
    public int Waiting { get { lock (_gate) { return _waiting.Count; } } }

    /// <summary>Heartbeats taken by the control plane.</summary>
    public int Sent { get; private set; }

    /// <summary>Adds one; beyond the bound the oldest is lost.</summary>
    public void Add(JsonObject heartbeat)
    {
        lock (_gate)
        {
            _waiting.AddLast(heartbeat);
            if (_waiting.Count > Kept) { _waiting.RemoveFirst(); }
        }
    }

    /// <summary>Sends what waits, oldest first, until all is taken or the control plane does not take more. One caller at a time.</summary>
    public async Task SendAsync(HttpClient http, DateTimeOffset now, CancellationToken cancellationToken)
    {
        while (now >= _notBefore && Oldest() is { Count: > 0 } oldest)
        {
            JsonNode body = oldest.Count == 1 ? oldest[0] : new JsonObject { ["batch"] = new JsonArray([.. oldest.Select(h => h.DeepClone())]) };
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{controlUrl.TrimEnd('/')}/api/v1/heartbeats") { Content = JsonContent.Create(body) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            HttpResponseMessage answer;
            try { answer = await http.SendAsync(request, cancellationToken); }
            catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)) { return; }
            using (answer)
            {
                if (answer.IsSuccessStatusCode)
                {
                    Remove(oldest);
                    Sent += oldest.Count;
                }
                else if (answer.StatusCode == HttpStatusCode.RequestEntityTooLarge && oldest.Count > 1) { _batch = oldest.Count / 2; }
                else
                {
                    // 401 may heal when the control plane has finished enrolling the miner; everything is kept and tried again later.
                    if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                    {
                        _notBefore = now + (answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(5));
                    }
                    return;
                }
            }
        }
    }

    private List<JsonObject> Oldest() { lock (_gate) { return [.. _waiting.Take(_batch)]; } }

    private void Remove(List<JsonObject> sent)
    {
        lock (_gate)
        {
            // The bound may have dropped some of them in the meantime.
            foreach (var heartbeat in sent) { _waiting.Remove(heartbeat); }
        }
    }
}
