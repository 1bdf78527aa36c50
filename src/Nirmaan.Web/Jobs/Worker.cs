using Microsoft.Extensions.Options;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Jobs;
using Nirmaan.Web.History;
using Nirmaan.Web.Sandbox;

namespace Nirmaan.Web.Jobs;

/// <summary>
/// All background work of a worker: first history, where there is one to play; then the schedule, the runs that people ask for, every second
/// the fleet's due rows, and the logs that are followed.
/// </summary>
internal sealed partial class Worker(
    HistoryDriver history, SyncSchedule schedule, JobRunner runner, FleetWork fleet, FollowLogs logs, QuartzSchedule quartz, ChainBeat chain, IOptions<SandboxOptions> sandbox, IHostApplicationLifetime host, ILogger<Worker> logger)
    : BackgroundService
{
    private const int FleetRounds = 20;
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1), s_logs = TimeSpan.FromSeconds(5), s_blockTime = TimeSpan.FromSeconds(12);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await StartedAsync(stoppingToken);
            await schedule.RunAsync(stoppingToken);
            await history.RunAsync(stoppingToken);
            await quartz.StartAsync(stoppingToken);
            LogStarted();
            await Task.WhenAll(
                EveryAsync(s_second, "the fleet's due rows", c => fleet.RunAsync(FleetRounds, c), stoppingToken),
                EveryAsync(s_logs, "the followed logs", logs.RunAsync, stoppingToken),
                EveryAsync(s_second, "the runs that were asked for", RunEnqueuedAsync, stoppingToken),
                sandbox.Value.IsOn ? EveryAsync(s_blockTime, "the sandbox's chain", c => chain.MineAsync(null, c), stoppingToken) : Task.CompletedTask);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { LogStopping(); }
        finally
        {
            await logs.StopAsync();
            await quartz.StopAsync(CancellationToken.None);
        }
    }

    /// <summary>Agents report to this host while history is played: it must listen first.</summary>
    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listening = host.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }

    private async Task RunEnqueuedAsync(CancellationToken cancellationToken)
    {
        await runner.CloseOrphansAsync(cancellationToken);
        while (await runner.RunEnqueuedAsync(cancellationToken)) { }
    }

    private async Task EveryAsync(TimeSpan period, string what, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        // Real time, whatever clock the world goes by.
        using var timer = new PeriodicTimer(period);
        do
        {
            try { await work(cancellationToken); }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested) { LogFailed(e, what); }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The worker is at work")]
    private partial void LogStarted();

    [LoggerMessage(Level = LogLevel.Information, Message = "The worker stops")]
    private partial void LogStopping();

    [LoggerMessage(Level = LogLevel.Error, Message = "Attending {What} failed; it is tried again")]
    private partial void LogFailed(Exception e, string what);
}
