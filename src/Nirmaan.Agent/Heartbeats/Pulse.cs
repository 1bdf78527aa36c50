using System.Text.Json;
using Nirmaan.Agent.Gpu;
using Nirmaan.Agent.Miner;

namespace Nirmaan.Agent.Heartbeats;

/// <summary>Makes a heartbeat at the regular time and soon after news, and puts it into the spool.</summary>
internal sealed class Pulse(Options options, MinerStatus status, Func<string?> payoutVariable, GpuWatch gpus, Spool spool, Journal journal, TimeProvider clock)
{
    // Several changes of one start count as one.
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(500);

    private TaskCompletionSource _made = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>This start of the agent.</summary>
    internal Guid BootId { get; } = Guid.NewGuid();

    /// <summary>Heartbeats made since.</summary>
    internal long Sequence { get; private set; }

    /// <summary>The time between two, as the control plane last asked for.</summary>
    internal TimeSpan Every { get; set; } = options.HeartbeatEvery;

    /// <summary>Ends when the next heartbeat lies in the spool.</summary>
    internal Task Made => _made.Task;

    /// <summary>Beats until told to end.</summary>
    internal async Task RunAsync(CancellationToken end)
    {
        try
        {
            while (true)
            {
                var news = status.News;
                await BeatAsync(end);
                using var over = CancellationTokenSource.CreateLinkedTokenSource(end);
                var due = Task.Delay(Every, clock, over.Token);
                if (await Task.WhenAny(due, news) == news) { await Task.Delay(s_settle, clock, end); }
                await over.CancelAsync();
                end.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested) { /* the agent stops */ }
    }

    /// <summary>Makes one now.</summary>
    internal async Task BeatAsync(CancellationToken cancellationToken)
    {
        var report = await gpus.RefreshAsync(cancellationToken);
        var now = status.Now;
        var states = report.Gpus?.Select(g => new Heartbeat.GpuState(g.Index, g.Name, g.Utilisation, g.TemperatureC, g.MemoryUsedMb, g.PowerW)).ToList();
        var beat = new Heartbeat(BootId, ++Sequence, clock.GetUtcNow(), now.State, states, now.JobsDone, now.LastJobAt,
            PayoutLook.Read(payoutVariable(), now.ProcessId, options.WorkFolder));
        try { spool.Add(JsonSerializer.Serialize(beat, Wire.Default.Heartbeat)); }
        catch (IOException e) { journal.Warn($"a heartbeat could not be kept: {e.Message}"); }
        var made = _made;
        _made = new(TaskCreationOptions.RunContinuationsAsynchronously);
        made.TrySetResult();
    }
}
