using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Nirmaan.Sandbox.Networks.Heurist;

namespace Nirmaan.Sandbox.Miners;

/// <summary>A miner's line to Heurist's sequencer.</summary>
public interface ISequencerLink
{
    /// <summary>Asks for a job; null and a reason when there was no answer of use.</summary>
    ValueTask<(JobAnswer? Answer, string? Failure)> RequestAsync(MinerRequest request, CancellationToken cancellationToken);

    /// <summary>Hands in a result, as one body or as a stream; false when it was not taken.</summary>
    ValueTask<bool> SubmitAsync(Submission submission, bool streamed, CancellationToken cancellationToken);

    /// <summary>Reports the loaded model; the model the server wants loaded, null when it wants none or did not answer.</summary>
    ValueTask<string?> SignalAsync(MinerSignal signal, CancellationToken cancellationToken);
}

/// <summary>The line of a miner in this process: the same requests, without the wire, at the miner's own virtual time.</summary>
public sealed class DirectSequencerLink(Sequencer sequencer, TimeProvider clock) : ISequencerLink
{
    private DateTimeOffset? _asked;

    /// <inheritdoc />
    public ValueTask<(JobAnswer? Answer, string? Failure)> RequestAsync(MinerRequest request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var answer = sequencer.Request(request with { InLineSince = _asked ?? now }, now);
        _asked = now;
        return ValueTask.FromResult(((JobAnswer?)answer, (string?)null));
    }

    /// <inheritdoc />
    public ValueTask<bool> SubmitAsync(Submission submission, bool streamed, CancellationToken cancellationToken) =>
        ValueTask.FromResult(sequencer.Submit(submission, clock.GetUtcNow()) != SubmitAnswer.Unknown);

    /// <inheritdoc />
    public ValueTask<string?> SignalAsync(MinerSignal signal, CancellationToken cancellationToken) =>
        ValueTask.FromResult(sequencer.Signal(signal, clock.GetUtcNow()).ModelId);
}

/// <summary>The line over HTTP, with the real miner's paths and bodies.</summary>
/// <param name="http">Client with a timeout that suits the sequencer.</param>
/// <param name="baseUrl">HEURIST_BASE_URL, for example http://127.0.0.1:5290/heurist; signals go there too.</param>
public sealed class HttpSequencerLink(HttpClient http, string baseUrl) : ISequencerLink
{
    private readonly string _base = baseUrl.TrimEnd('/');

    /// <inheritdoc />
    public async ValueTask<(JobAnswer? Answer, string? Failure)> RequestAsync(MinerRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.PostAsJsonAsync(_base + "/miner_request", request, HeuristJson.Default.MinerRequest, cancellationToken);
            if (response.StatusCode == HttpStatusCode.TooManyRequests) { return (new JobAnswer.TooFast(), null); }
            if (!response.IsSuccessStatusCode) { return (null, $"Request failed with status code {(int)response.StatusCode}"); }
            return (Read(await response.Content.ReadAsStringAsync(cancellationToken)), null);
        }
        catch (HttpRequestException e) { return (null, $"No response received from the server: {e.Message}"); }
        catch (JsonException) { return (null, "Request failed: the answer was not JSON"); }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested) { return (null, "No response received from the server: timed out"); }
    }

    /// <inheritdoc />
    public async ValueTask<bool> SubmitAsync(Submission submission, bool streamed, CancellationToken cancellationToken)
    {
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, _base + (streamed ? "/miner_submit_stream" : "/miner_submit"));
            if (streamed)
            {
                message.Headers.TryAddWithoutValidation("job_id", submission.JobId);
                message.Headers.TryAddWithoutValidation("miner_id", submission.MinerId);
                message.Content = new StringContent(StreamedText.Of(submission.Result.Text ?? ""), Encoding.UTF8, "text/event-stream");
            }
            else { message.Content = JsonContent.Create(submission, HeuristJson.Default.Submission); }
            using var response = await http.SendAsync(message, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException) { return false; }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested) { return false; }
    }

    /// <inheritdoc />
    public async ValueTask<string?> SignalAsync(MinerSignal signal, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.PostAsJsonAsync(_base + "/miner_signal", signal, HeuristJson.Default.MinerSignal, cancellationToken);
            return response.IsSuccessStatusCode ? (await response.Content.ReadFromJsonAsync(HeuristJson.Default.SignalAnswer, cancellationToken))?.ModelId : null;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException) { return null; }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested) { return null; }
    }

    // A job is an object; "NJ" and warnings are JSON strings.
    private static JobAnswer Read(string body)
    {
        if (!body.TrimStart().StartsWith('"'))
        {
            return new JobAnswer.Given(JsonSerializer.Deserialize(body, HeuristJson.Default.HeuristJob) ?? throw new JsonException("null"));
        }
        var text = JsonSerializer.Deserialize(body, HeuristJson.Default.String)!;
        return text.Contains("Warning:", StringComparison.Ordinal) ? new JobAnswer.Warned(text) : new JobAnswer.NoJob(TimeSpan.Zero);
    }
}
