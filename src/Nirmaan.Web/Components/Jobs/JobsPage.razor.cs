using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Jobs;
using Nirmaan.Control.Live;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Jobs;

/// <summary>The schedule, its runs, and what people do with them.</summary>
public sealed partial class JobsPage
{
    private IReadOnlyList<JobView>? _jobs;
    private IReadOnlyList<JobRunRow> _runs = [];
    private JobCounts? _counts;
    private QueueLag? _lag;

    [Inject] public required JobQueries Jobs { get; init; }

    [Inject] public required ControlJobs Control { get; init; }

    [SupplyParameterFromQuery(Name = "state")] public string? State { get; set; }

    [SupplyParameterFromQuery(Name = "job")] public string? Job { get; set; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Jobs];

    protected override object? Asked => (State, Job);

    private TimeSpan? Overdue => _lag is null ? null : new[] { _lag.Job, _lag.Fleet }.Max();

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        _jobs = await Jobs.ListAsync(cancellationToken);
        _counts = await Jobs.CountAsync(cancellationToken);
        _lag = await Jobs.LagAsync(cancellationToken);
        JobRunState? state = Enum.TryParse<JobRunState>(State, ignoreCase: true, out var parsed) ? parsed : null;
        _runs = (await Jobs.RunsAsync(state, Job, Paging.MaxLimit, null, cancellationToken)).Items;
    }

    private Task RunNowAsync(string id) => DoAsync(async token => await Control.RunNowAsync(id, By, token) is null ? ($"There is no job {id}.", Tone.Bad) : ($"{id} is enqueued.", Tone.Good));

    private Task EnableAsync(JobView job) => DoAsync(async token => await Control.EnableAsync(job.Id, !job.Enabled, By, token)
        ? (job.Enabled ? $"{job.Id} is paused: it runs only when it is asked to." : $"{job.Id} goes on.", Tone.Good)
        : ($"There is no job {job.Id}.", Tone.Bad));

    private Task RetryAsync(Guid run) => DoAsync(async token => await Control.RetryAsync(run, By, token) is null ? ("It has not ended yet.", Tone.Warn) : ("It is enqueued again.", Tone.Good));

    private Task CallOffAsync(Guid run) => DoAsync(async token => await Control.CallOffAsync(run, By, token) ? ("It is called off.", Tone.Good) : ("It began already.", Tone.Warn));

    private static string StateOf(JobView job) => job switch
    {
        { RunningSince: not null } => "Running",
        { Enqueued: > 0 } => "Enqueued",
        { Enabled: false } => "Paused",
        { LastError: not null } => "Failed",
        { LastEndedAt: null } => "Scheduled",
        _ => "Succeeded",
    };

    private static Tone ToneOf(JobView job) => StateOf(job) switch
    {
        "Running" or "Enqueued" => Tone.Busy,
        "Paused" => Tone.Warn,
        "Failed" => Tone.Bad,
        "Succeeded" => Tone.Good,
        _ => Tone.Neutral,
    };

    private static TimeSpan? Took(JobView job) => job is { LastStartedAt: { } began, LastEndedAt: { } ended } && ended >= began ? ended - began : null;

    private static string? Text(ChangeEventArgs e) => e.Value as string is { Length: > 0 } text ? text : null;
}
