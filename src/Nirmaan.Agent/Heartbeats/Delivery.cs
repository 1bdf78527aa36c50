using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Nirmaan.Agent.Heartbeats;

/// <summary>
/// Sends the spool's heartbeats, oldest first. While the control plane is away they stay on disk and the pause between attempts grows; when it
/// is back they go in batches.
/// </summary>
internal sealed class Delivery : IDisposable
{
    private const int MaxBatch = 500;
    private const int MaxAnswerBytes = 64 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(5);

    // One host, one connection, for the life of the process; no redirect takes the token elsewhere.
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    });

    private readonly Uri _address;
    private readonly string _token;
    private readonly Spool _spool;
    private readonly Pulse _pulse;
    private readonly Journal _journal;
    private readonly TimeProvider _clock;
    private int _batch = MaxBatch;
    private TimeSpan _pause = TimeSpan.Zero;

    internal Delivery(Options options, Spool spool, Pulse pulse, Journal journal, TimeProvider clock)
    {
        (_address, _token) = (new Uri(options.ControlUrl!, "api/v1/heartbeats"), options.Token!);
        (_spool, _pulse, _journal, _clock) = (spool, pulse, journal, clock);
    }

    /// <summary>When the control plane last took any.</summary>
    internal DateTimeOffset? LastAcceptedAt { get; private set; }

    /// <summary>Why the last attempt failed; null when it did not.</summary>
    internal string? Problem { get; private set; }

    /// <summary>Heartbeats that the control plane would never take.</summary>
    internal long Rejected { get; private set; }

    /// <summary>Sends until told to end.</summary>
    internal async Task RunAsync(CancellationToken end)
    {
        try
        {
            while (true)
            {
                var made = _pulse.Made;
                if (_spool.Unsent == 0) { await made.WaitAsync(end); }
                if (!await SendSomeAsync(end)) { await Task.Delay(_pause, _clock, end); }
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested) { /* the agent stops */ }
    }

    /// <summary>Sends all that is there, in one go, without waiting for anything; for the last one before the end.</summary>
    internal async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (_spool.Unsent > 0 && await SendSomeAsync(cancellationToken)) { }
        }
        catch (OperationCanceledException) { /* they stay on disk */ }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Sends one batch. False when a pause is due.</summary>
    private async Task<bool> SendSomeAsync(CancellationToken cancellationToken)
    {
        var (lines, mark) = _spool.Oldest(_batch);
        if (lines.Count == 0) { return true; }
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _address)
            {
                Headers = { Authorization = new AuthenticationHeaderValue("Bearer", _token) },
                Content = new StringContent(lines.Count == 1 ? lines[0] : $"{{\"batch\":[{string.Join(',', lines)}]}}", Encoding.UTF8, "application/json"),
            };
            using var response = await _http.SendAsync(request, patience.Token);
            return response.IsSuccessStatusCode
                ? Accepted(await AnswerAsync(response, patience.Token), lines.Count, mark)
                : Refused(response, lines.Count, mark);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Failed(e is OperationCanceledException ? $"no answer within {s_patience.TotalSeconds} seconds" : e.Message, null);
        }
    }

    private bool Accepted(HeartbeatAnswer? answer, int count, Spool.Mark mark)
    {
        _spool.Forget(count, mark);
        if (Problem is not null) { _journal.Say("heartbeats get through again"); }
        (Problem, _pause, LastAcceptedAt) = (null, TimeSpan.Zero, _clock.GetUtcNow());
        _batch = Math.Min(_batch * 2, MaxBatch);
        if (answer?.NextInSeconds is { } next and >= 1 and <= 3600) { _pulse.Every = TimeSpan.FromSeconds(next); }
        return true;
    }

    private bool Refused(HttpResponseMessage response, int count, Spool.Mark mark)
    {
        var why = $"the control plane answered {(int)response.StatusCode}";
        switch (response.StatusCode)
        {
            case HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity when count > 1:
                // Too large, or one of them is bad: smaller batches get the others through.
                _batch = count / 2;
                return true;
            case HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity:
                // It would be refused for ever and hold up all that follow.
                _spool.Forget(1, mark);
                Rejected++;
                _journal.Warn($"{why} to a heartbeat, which is given up");
                return true;
            default:
                return Failed(why, RetryAfter(response));
        }
    }

    private bool Failed(string why, TimeSpan? asked)
    {
        if (Problem != why) { _journal.Say($"heartbeats wait: {why}"); }
        Problem = why;
        // Many agents lose the control plane at once and must not all come back at once.
        var jitter = 0.75 + (Random.Shared.NextDouble() / 2);
        var longer = _pause == TimeSpan.Zero ? s_firstPause : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, s_longestPause.Ticks));
        _pause = asked ?? longer * jitter;
        return false;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => Bounded(delta),
        { Date: { } date } => Bounded(date - _clock.GetUtcNow()),
        _ => null,
    };

    private static TimeSpan Bounded(TimeSpan asked) => TimeSpan.FromSeconds(Math.Clamp(asked.TotalSeconds, 1, 3600));

    private static async Task<HeartbeatAnswer?> AnswerAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellationToken);
            return JsonSerializer.Deserialize(await response.Content.ReadAsStreamAsync(cancellationToken), Wire.Default.HeartbeatAnswer);
        }
        catch (Exception e) when (e is JsonException or HttpRequestException) { return null; }
    }
}
