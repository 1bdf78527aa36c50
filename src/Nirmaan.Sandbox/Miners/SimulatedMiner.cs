using Nirmaan.Sandbox.Containers;

namespace Nirmaan.Sandbox.Miners;

/// <summary>Time of one simulated miner: it stands where the miner's story has come to.</summary>
internal sealed class StoryClock : TimeProvider
{
    private long _utcTicks;

    public DateTimeOffset Now { set => Volatile.Write(ref _utcTicks, value.UtcTicks); }

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _utcTicks), TimeSpan.Zero);
}

/// <summary>Runs a miner's program in virtual time: each tick plays all its waits up to now, in order. The same program runs as a real process.</summary>
internal sealed class SimulatedMiner(MinerProgram program, MinerLogTail log, StoryClock story, TimeProvider clock) : ISimulatedMiner, IDisposable
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(10);
    private readonly PriorityQueue<IAsyncEnumerator<TimeSpan>, (DateTimeOffset Wake, long Order)> _parts = new();
    private readonly CancellationTokenSource _end = new();
    private IAsyncEnumerator<TimeSpan>? _start;
    private TimeSpan _busyBefore;
    private DateTimeOffset _tickedAt;
    private long _order;

    /// <summary>The program's exit code once it has ended.</summary>
    public int? ExitCode { get; private set; }

    public int JobsDone => program.JobsDone;

    public DateTimeOffset? LastJobAt => program.LastJobAt;

    public double Utilisation { get; private set; }

    public Task StartAsync(CancellationToken c)
    {
        story.Now = _tickedAt = clock.GetUtcNow();
        _start = program.StartAsync(_end.Token).GetAsyncEnumerator(_end.Token);
        Enter(_start, _tickedAt);
        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<string>> TickAsync(DateTimeOffset now, CancellationToken c)
    {
        while (ExitCode is null && _parts.TryPeek(out _, out var next) && next.Wake <= now)
        {
            c.ThrowIfCancellationRequested();
            var part = _parts.Dequeue();
            story.Now = next.Wake;
            try { await PlayAsync(part, next.Wake); }
            catch (MinerExitException exit) { ExitCode = exit.Code; }
        }
        // A prompt between two ticks may have moved the story further than the last wait did.
        if (now > story.GetUtcNow()) { story.Now = now; }
        var elapsed = now - _tickedAt;
        Utilisation = elapsed > TimeSpan.Zero ? Math.Clamp((program.Busy - _busyBefore) / elapsed, 0, 1) : Utilisation;
        (_busyBefore, _tickedAt) = (program.Busy, now);
        return log.Take();
    }

    public Task<string?> PromptAsync(string body, CancellationToken c)
    {
        if (ExitCode is not null || program is not ModelServer { Serving: true } server) { return Task.FromResult<string?>(null); }
        // A container that is no longer ticked is gone, and its server with it.
        var now = clock.GetUtcNow();
        if (now - _tickedAt > TimeSpan.FromMinutes(15)) { return Task.FromResult<string?>(null); }
        if (now > story.GetUtcNow()) { story.Now = now; }
        return Task.FromResult(server.Complete(body).Answer);
    }

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private async Task PlayAsync(IAsyncEnumerator<TimeSpan> part, DateTimeOffset at)
    {
        if (await part.MoveNextAsync())
        {
            Enter(part, at + (part.Current > s_shortest ? part.Current : s_shortest));
            return;
        }
        await part.DisposeAsync();
        if (part != _start) { return; }
        foreach (var worker in program.Workers(_end.Token)) { Enter(worker.GetAsyncEnumerator(_end.Token), at); }
    }

    private void Enter(IAsyncEnumerator<TimeSpan> part, DateTimeOffset wake) => _parts.Enqueue(part, (wake, _order++));
}
