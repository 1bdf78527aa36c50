using Microsoft.Extensions.Options;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Jobs;
using Nirmaan.Web.Sandbox;

namespace Nirmaan.Web.History;

/// <summary>
/// Lives through the virtual days before "now", once, when a sandbox whose clock stands in the past meets an empty database. It steps to the
/// next thing that is due (a job of the schedule, a row of the fleet, the agents' next report, the story's next event), brings the sandbox
/// there and runs the verbs one by one. Nothing is inserted: every row comes of a verb, an agent's call or the story's orders.
/// </summary>
internal sealed partial class HistoryDriver(
    VirtualClock clock, SandboxControl sandbox, ChainBeat chain, JobTable table, JobRunner runner, FleetWork fleet, FleetQueries machines, HistoryStory story, SettingBook settings, HistoryProgress progress, HistoryHold hold,
    IOptions<SandboxOptions> options, IOptions<FleetOptions> fleetOptions, ILogger<HistoryDriver> logger)
{
    /// <summary>Who did what history did.</summary>
    public const string Actor = "history";

    private const int FleetRounds = 50;
    private const int Retries = 5;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1), s_pause = TimeSpan.FromSeconds(1), s_nearEnough = TimeSpan.FromSeconds(2), s_notedEvery = TimeSpan.FromHours(1), s_reportEvery = TimeSpan.FromMilliseconds(200);
    private readonly Dictionary<string, TimeSpan> _spent = [];
    private long _reportedAt, _steps, _runs;

    /// <summary>Plays what is to be played, then hands the time over to the system's clock. Answers at once where there is no sandbox.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.IsOn) { return; }
        if (await FindSandboxAsync(cancellationToken) is not { } present) { LogNoSandbox(options.Value.Url!); return; }
        if (!present.IsManual) { return; }
        var state = await BeginAsync(present.Now, cancellationToken);
        if (state is { Done: false })
        {
            var began = clock.GetTimestamp();
            try
            {
                state = await PlayAsync(state, cancellationToken);
                var (played, took) = (state.Now - state.From, clock.GetElapsedTime(began));
                var spent = string.Join(", ", _spent.OrderByDescending(s => s.Value).Select(s => $"{s.Key} {s.Value.TotalSeconds:0.0} s"));
                LogPlayed(played, took, _steps, _runs, spent);
            }
            // A history that cannot go on must not keep the present from working.
            catch (Exception e) when (e is not OperationCanceledException) { LogFailed(e, clock.GetUtcNow()); }
        }
        await GoLiveAsync(state, cancellationToken);
    }

    private async Task<SandboxControl.Clock?> FindSandboxAsync(CancellationToken cancellationToken)
    {
        for (var began = clock.GetTimestamp(); ;)
        {
            try { return await sandbox.ReadClockAsync(cancellationToken); }
            catch (HttpRequestException) when (clock.GetElapsedTime(began) < s_patience) { await Task.Delay(s_pause, clock, cancellationToken); }
            catch (HttpRequestException) { return null; }
        }
    }

    /// <summary>Where to begin or go on; null = there is no history to play.</summary>
    private async Task<HistoryState?> BeginAsync(DateTimeOffset sandboxNow, CancellationToken cancellationToken)
    {
        if (await settings.FindAsync<HistoryState>(HistoryState.Key, cancellationToken) is { } noted)
        {
            return noted.Done ? noted : noted with { Now = noted.Now > sandboxNow ? noted.Now : sandboxNow };
        }
        if ((await machines.ListAsync(liveOnly: false, limit: 1, after: null, cancellationToken)).Items.Count > 0) { return null; }
        return new HistoryState(sandboxNow, sandboxNow, false, []);
    }

    private async Task<HistoryState> PlayAsync(HistoryState state, CancellationToken cancellationToken)
    {
        using var pace = new HistoryPace(fleetOptions.Value);
        var agenda = new HistoryAgenda(table, state.Now);
        LogBegins(state.From, state.Now);
        if (options.Value.HoldBefore is { } before) { hold.HoldAt(clock.SystemNow - before); }
        for (var (now, notedAt) = (state.Now, DateTimeOffset.MinValue); ;)
        {
            clock.Set(now);
            var told = await StepAsync(state, agenda, now, cancellationToken);
            state = state with { Now = now, Told = [.. state.Told, .. told] };
            Report(state);
            if (told.Count > 0 || now - notedAt >= s_notedEvery)
            {
                await settings.WriteAsync(HistoryState.Key, state, Actor, cancellationToken);
                notedAt = now;
            }
            var present = clock.SystemNow;
            if (present - now < s_nearEnough) { return state; }
            if (hold.Holds(now))
            {
                state = await StandStillAsync(state, now, cancellationToken);
                continue;
            }
            now = await NextAsync(state, agenda, now, present, cancellationToken);
        }
    }

    /// <summary>Whoever stops the world decides from there on: the story's own plans and limits would cross theirs, so it is told no further.</summary>
    private async Task<HistoryState> StandStillAsync(HistoryState state, DateTimeOffset now, CancellationToken cancellationToken)
    {
        state = state with { Told = story.Ids };
        await settings.WriteAsync(HistoryState.Key, state, Actor, cancellationToken);
        Report(state, isHeld: true);
        LogHeld(now);
        await hold.WaitAsync(now, cancellationToken);
        Report(state, isHeld: false);
        return state;
    }

    private async Task<DateTimeOffset> NextAsync(HistoryState state, HistoryAgenda agenda, DateTimeOffset now, DateTimeOffset present, CancellationToken cancellationToken)
    {
        var inTransit = await fleet.NextInTransitAsync(cancellationToken);
        DateTimeOffset?[] candidates = [agenda.Next, HistoryPace.NextFull(now, HistoryPace.Beat), story.NextOf(state)?.At, hold.At > now ? hold.At : null, inTransit < now + HistoryPace.Step ? now + HistoryPace.Step : inTransit, present];
        var next = candidates.Min()!.Value;
        return next > now ? next : now + HistoryPace.Step;
    }

    /// <summary>Brings the world to a moment and does what is due then; the ids of the story's events among it.</summary>
    private async Task<IReadOnlyList<string>> StepAsync(HistoryState state, HistoryAgenda agenda, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await SpendAsync("the world", () => PatientlyAsync(() => sandbox.SetClockAsync(now, cancellationToken), cancellationToken));
        _steps++;
        List<string> told = [];
        while (story.NextOf(state with { Told = [.. state.Told, .. told] }) is { } happening && happening.At <= now)
        {
            await SpendAsync("the story", () => story.TellAsync(happening, cancellationToken));
            told.Add(happening.Id);
        }
        await SpendAsync("the fleet", () => fleet.RunAsync(FleetRounds, cancellationToken));
        var due = agenda.Take(now);
        if (due.Count == 0) { return told; }
        await SpendAsync("the chain", () => PatientlyAsync(() => chain.MineAsync(now, cancellationToken), cancellationToken));
        foreach (var job in due)
        {
            await SpendAsync(job.Id, () => runner.RunAsync(job.Id, Actor, cancellationToken));
            _runs++;
        }
        await SpendAsync("the fleet", () => fleet.RunAsync(FleetRounds, cancellationToken));
        return told;
    }

    private async Task GoLiveAsync(HistoryState? state, CancellationToken cancellationToken)
    {
        // Ours first: the sandbox's last agents report by the system's time while it catches up.
        clock.GoLive();
        await PatientlyAsync(() => sandbox.GoLiveAsync(cancellationToken), cancellationToken);
        await PatientlyAsync(() => chain.MineAsync(clock.GetUtcNow(), cancellationToken), cancellationToken);
        if (state is { Done: false }) { await settings.WriteAsync(HistoryState.Key, state with { Now = clock.GetUtcNow(), Done = true }, Actor, cancellationToken); }
        // Not at once: the containers that have just become real processes need a moment to report.
        await fleet.BringForwardAsync(clock.GetUtcNow() + fleetOptions.Value.ObserveEvery, cancellationToken);
        progress.Finish();
        LogLive();
    }

    private async Task PatientlyAsync(Func<Task> call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try { await call(); return; }
            catch (HttpRequestException e) when (attempt < Retries)
            {
                LogRetried(e.Message);
                await Task.Delay(s_pause, clock, cancellationToken);
            }
        }
    }

    private async Task SpendAsync(string what, Func<Task> work)
    {
        var began = clock.GetTimestamp();
        await work();
        _spent[what] = _spent.GetValueOrDefault(what) + clock.GetElapsedTime(began);
    }

    // That it stands still, or no longer does, is always told.
    private void Report(HistoryState state, bool? isHeld = null)
    {
        if (isHeld is null && clock.GetElapsedTime(_reportedAt) < s_reportEvery) { return; }
        _reportedAt = clock.GetTimestamp();
        progress.Report(Math.Clamp((state.Now - state.From) / (clock.SystemNow - state.From), 0, 1), state.Now, _steps, _runs, isHeld == true);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sandbox at {Url} does not answer; there is no history to play")]
    private partial void LogNoSandbox(Uri url);

    [LoggerMessage(Level = LogLevel.Information, Message = "History begins at {From} and goes on from {Now}")]
    private partial void LogBegins(DateTimeOffset from, DateTimeOffset now);

    [LoggerMessage(Level = LogLevel.Information, Message = "Played {Played} of history in {Took}: {Steps} steps, {Runs} runs of verbs; {Spent}")]
    private partial void LogPlayed(TimeSpan played, TimeSpan took, long steps, long runs, string spent);

    [LoggerMessage(Level = LogLevel.Information, Message = "History stands still at {Now} until someone lets it go on")]
    private partial void LogHeld(DateTimeOffset now);

    [LoggerMessage(Level = LogLevel.Error, Message = "History broke off at {Now}; going live")]
    private partial void LogFailed(Exception e, DateTimeOffset now);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Tried again in a second: {Why}")]
    private partial void LogRetried(string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "The present is reached: the sandbox is live")]
    private partial void LogLive();
}
