namespace Nirmaan.Agent.Miner;

/// <summary>
/// Keeps the miner running: starts it, reads its lines, ends it when a line says it is lost or it does not become ready in time, and starts it
/// again after a pause that doubles up to a limit. A miner that ran well for a while begins with a short pause again.
/// </summary>
internal sealed class Supervisor(Options options, Template template, LogRules rules, MinerStatus status, Journal journal, string agent, TimeProvider clock)
{
    private static readonly TimeSpan s_ranWell = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(0.5);

    private readonly Lock _gate = new();
    private Run? _run;

    /// <summary>One life of the miner.</summary>
    private sealed class Run
    {
        internal TaskCompletionSource<string> Lost { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Runs until asked to stop; then the miner has ended.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        using var tail = new LogTail(options.WorkFolder, template.Logs?.Files ?? [], Read);
        tail.Look();
        var pause = options.RestartMin;
        for (var again = false; !stop.IsCancellationRequested; again = true)
        {
            var began = clock.GetUtcNow();
            var why = await LiveAsync(tail, again, stop);
            if (stop.IsCancellationRequested) { break; }

            if (clock.GetUtcNow() - began >= s_ranWell) { pause = options.RestartMin; }
            status.Ended(clock.GetUtcNow() + pause);
            status.Move(MinerState.Failed, why);
            journal.Say($"miner ended: {why}; next start in {pause.TotalSeconds:0.##} s");
            try { await Task.Delay(pause, clock, stop); }
            catch (OperationCanceledException) { break; }
            // Lines of the run that ended, written late, must not be taken for the next one's.
            tail.Look();
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, options.RestartMax.Ticks));
        }
        status.Ended(null);
        status.Move(MinerState.Stopped, "asked to stop");
    }

    /// <summary>One life of the miner, from start to end; says why it ended.</summary>
    private async Task<string> LiveAsync(LogTail tail, bool again, CancellationToken stop)
    {
        var run = new Run();
        lock (_gate) { _run = run; }
        // Without rules nothing can tell more than that the process lives.
        status.Move(rules.IsEmpty ? MinerState.Serving : MinerState.Installing, null);
        if (rules.IsEmpty) { run.Ready.TrySetResult(); }

        MinerProcess process;
        try { process = await MinerProcess.StartAsync(agent, template.Command, options.WorkFolder, Environment(), Read); }
        catch (IOException e) { return $"cannot be started: {e.Message}"; }
        using (process)
        {
            status.Started(process.Id, again);
            journal.Say($"miner started as process {process.Id}: {string.Join(' ', template.Command)}");
            using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var watched = WatchAsync(tail, over.Token);
            var lost = await WaitAsync(run, process.Ended, stop);
            if (!process.Ended.IsCompleted) { await process.StopAsync(TimeSpan.FromSeconds(template.StopGraceSeconds)); }
            var code = await process.SweepAsync();
            await over.CancelAsync();
            await watched;
            // The reason of a sudden end often stands in the last lines of a file.
            tail.Look();
            lock (_gate) { _run = null; }
            return lost ?? (run.Lost.Task.IsCompleted ? await run.Lost.Task : Ending(code));
        }
    }

    /// <summary>Waits until the miner has ended, is lost or should stop. Gives why it is lost.</summary>
    private async Task<string?> WaitAsync(Run run, Task ended, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var patience = template.ReadyWithinMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : Timeout.InfiniteTimeSpan;
        var deadline = Task.Delay(patience, clock, over.Token);
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, clock, over.Token);
        try
        {
            var first = await Task.WhenAny(ended, run.Lost.Task, run.Ready.Task, deadline, stopped);
            if (first == run.Ready.Task) { first = await Task.WhenAny(ended, run.Lost.Task, stopped); }
            if (first == run.Lost.Task) { return await run.Lost.Task; }
            return first == deadline && !stop.IsCancellationRequested ? $"not ready within {template.ReadyWithinMinutes} minutes" : null;
        }
        finally { await over.CancelAsync(); }
    }

    private async Task WatchAsync(LogTail tail, CancellationToken over)
    {
        using var timer = new PeriodicTimer(s_lookEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(over)) { tail.Look(); }
        }
        catch (OperationCanceledException) { /* the run is over */ }
    }

    /// <summary>One line of the miner.</summary>
    private void Read(string source, string line)
    {
        journal.Miner(source, line);
        lock (_gate)
        {
            // After the line that lost it, nothing a dying miner says matters.
            if (_run is not { } run || run.Lost.Task.IsCompleted) { return; }
            var timeOuts = rules.TimeOuts;
            if (rules.Read(line) is not var (state, reason))
            {
                if (rules.TimeOuts > timeOuts) { journal.Warn("a log rule took too long on a line and was skipped there"); }
                return;
            }
            if (reason == LogRules.JobDone) { status.CountJob(); }
            var why = state == MinerState.Failed ? journal.Clean(reason ?? line) : reason;
            status.Move(state, why);
            if (MinerState.IsReady(state)) { run.Ready.TrySetResult(); }
            if (state == MinerState.Failed) { run.Lost.TrySetResult(why!); }
        }
    }

    private Dictionary<string, string?> Environment()
    {
        var environment = template.Env.Where(e => System.Environment.GetEnvironmentVariable(e.Key) is null).ToDictionary(e => e.Key, e => (string?)e.Value);
        // The miner has no business with the agent's token, nor with its other settings.
        foreach (string name in System.Environment.GetEnvironmentVariables().Keys)
        {
            if (name.StartsWith("AGENT_", StringComparison.Ordinal)) { environment[name] = null; }
        }
        return environment;
    }

    private string Ending(int code) => code switch
    {
        127 => $"'{template.Command[0]}' cannot be executed",
        > 128 and < 160 => $"ended by signal {code - 128}",
        _ => $"ended by itself with exit code {code}",
    };
}
