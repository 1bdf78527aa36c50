using Nirmaan.Control.Jobs;
using Quartz;

namespace Nirmaan.Web.Jobs;

/// <summary>
/// The scheduler library behind one file. It keeps its schedule in memory and only says when a job's time has come; whether it runs is decided
/// by the job's row, so several workers may all fire.
/// </summary>
internal sealed partial class QuartzSchedule(ISchedulerFactory factory, JobTable table)
{
    private IScheduler? _scheduler;

    /// <summary>Registers the scheduler; nothing fires before <see cref="StartAsync"/>.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.AddQuartz(quartz => quartz.UseInMemoryStore());
        services.AddSingleton<QuartzSchedule>();
    }

    /// <summary>The next time at which a cron expression fires after a moment.</summary>
    public static Func<DateTimeOffset, DateTimeOffset> NextAfter(string cron)
    {
        var expression = new CronExpression(cron, TimeZoneInfo.Utc);
        return moment => expression.GetNextValidTimeAfter(moment) ?? DateTimeOffset.MaxValue;
    }

    /// <summary>From now on every job fires at its times, and once at the start for what fell due while no worker was there.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _scheduler = await factory.GetScheduler(cancellationToken);
        foreach (var job in table.All)
        {
            // A time that was missed because the job still ran is not made up for: the next one comes soon enough.
            var atItsTimes = TriggerBuilder.Create().WithIdentity(job.Id, "cron")
                .WithCronSchedule(job.Cron, cron => cron.InTimeZone(TimeZoneInfo.Utc).WithMisfireInstruction(CronTriggerMisfireInstruction.DoNothing)).Build();
            var atTheStart = TriggerBuilder.Create().WithIdentity(job.Id, "start").StartNow().Build();
            await _scheduler.ScheduleJob(JobBuilder.Create<Fire>().WithIdentity(job.Id).Build(), [atItsTimes, atTheStart], cancellationToken: cancellationToken);
        }
        await _scheduler.Start(cancellationToken);
    }

    /// <summary>Nothing fires any more; answers when what runs has ended.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_scheduler is not null) { await _scheduler.Shutdown(waitForJobsToComplete: true, cancellationToken); }
    }

    /// <summary>A job's time has come.</summary>
    [DisallowConcurrentExecution]
    internal sealed partial class Fire(JobRunner runner, IHostApplicationLifetime host, ILogger<Fire> logger) : IJob
    {
        /// <inheritdoc />
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.ApplicationStopping);
            var id = context.JobDetail.Key.Name;
            try { await runner.RunDueAsync(id, stop.Token); }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { LogStopped(id); }
            // The verb's own failures are in its run; this is the row that could not be read or written.
            catch (Exception e) { LogFailed(e, id); }
        }

        [LoggerMessage(Level = LogLevel.Error, Message = "Job {Job} could not be taken or given back")]
        private partial void LogFailed(Exception e, string job);

        [LoggerMessage(Level = LogLevel.Information, Message = "Job {Job} stops with its worker")]
        private partial void LogStopped(string job);
    }
}
