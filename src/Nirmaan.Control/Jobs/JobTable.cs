namespace Nirmaan.Control.Jobs;

/// <summary>One line of the schedule: which verb runs when.</summary>
/// <param name="Id"><c>stage:verb</c>.</param>
/// <param name="Cron">Cron expression of the host's scheduler, UTC.</param>
/// <param name="Verb">Class of the verb.</param>
/// <param name="NextAfter">The next due time after a moment.</param>
/// <param name="RunAsync">Runs the verb, which is safe to run twice, and answers one line of what it did.</param>
public sealed record JobDefinition(string Id, string Cron, string Verb, Func<DateTimeOffset, DateTimeOffset> NextAfter, Func<CancellationToken, Task<string>> RunAsync);

/// <summary>The schedule as the code has it; the rows in the database carry its state.</summary>
public sealed class JobTable(IEnumerable<JobDefinition> jobs)
{
    private readonly Dictionary<string, JobDefinition> _byId = jobs.ToDictionary(j => j.Id, StringComparer.Ordinal);

    /// <summary>Every line, in the order in which lines that are due together run.</summary>
    public IReadOnlyCollection<JobDefinition> All => _byId.Values;

    /// <summary>One line; null = the code has none of this id.</summary>
    public JobDefinition? Find(string id) => _byId.GetValueOrDefault(id);
}
