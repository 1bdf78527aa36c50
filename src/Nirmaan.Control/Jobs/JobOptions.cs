using Microsoft.Extensions.Options;

namespace Nirmaan.Control.Jobs;

/// <summary>How jobs are held and how long their runs are kept. Section <c>Jobs</c>; spans as <c>d.hh:mm:ss</c>.</summary>
public sealed class JobOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Jobs";

    /// <summary>A worker's hold on a job, renewed while it runs. After this long without renewal another worker may take it.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);
    /// <summary>Runs that ended longer ago are deleted.</summary>
    public TimeSpan KeepRunsFor { get; set; } = TimeSpan.FromDays(7);
    /// <summary>Of each job at most this many ended runs are kept.</summary>
    public int KeepRunsPerJob { get; set; } = 300;
    /// <summary>Heartbeats sent longer ago are deleted; the hours that were made of them stay.</summary>
    public TimeSpan KeepHeartbeatsFor { get; set; } = TimeSpan.FromDays(30);
    /// <summary>Comparisons with suppliers made longer ago are deleted; those that found nothing after two days.</summary>
    public TimeSpan KeepReportsFor { get; set; } = TimeSpan.FromDays(90);
    /// <summary>This worker's name in the runs; unset = machine and process.</summary>
    public string Worker { get; set; } = $"{Environment.MachineName}:{Environment.ProcessId}";
}

internal sealed class JobOptionsCheck : IValidateOptions<JobOptions>
{
    public ValidateOptionsResult Validate(string? name, JobOptions options)
    {
        List<string> faults = [];
        if (options.Lease < TimeSpan.FromSeconds(3)) { faults.Add($"{JobOptions.Section}:{nameof(options.Lease)} is {options.Lease}; expected at least 00:00:03."); }
        if (options.KeepRunsFor <= TimeSpan.Zero) { faults.Add($"{JobOptions.Section}:{nameof(options.KeepRunsFor)} is {options.KeepRunsFor}; expected a time span greater than zero."); }
        // Late heartbeats of an agent that was cut off still make its hours anew.
        if (options.KeepHeartbeatsFor < TimeSpan.FromDays(7)) { faults.Add($"{JobOptions.Section}:{nameof(options.KeepHeartbeatsFor)} is {options.KeepHeartbeatsFor}; expected at least 7.00:00:00."); }
        if (options.KeepReportsFor < TimeSpan.FromDays(2)) { faults.Add($"{JobOptions.Section}:{nameof(options.KeepReportsFor)} is {options.KeepReportsFor}; expected at least 2.00:00:00."); }
        if (options.KeepRunsPerJob < 1) { faults.Add($"{JobOptions.Section}:{nameof(options.KeepRunsPerJob)} is {options.KeepRunsPerJob}; expected at least 1 run."); }
        if (string.IsNullOrWhiteSpace(options.Worker)) { faults.Add($"{JobOptions.Section}:{nameof(options.Worker)} must be a name."); }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
