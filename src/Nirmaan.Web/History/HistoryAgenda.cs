using Nirmaan.Control.Jobs;

namespace Nirmaan.Web.History;

/// <summary>When each line of the schedule is next due in the replay: by its own cron, but no more often than history polls.</summary>
internal sealed class HistoryAgenda
{
    // What containers write is read for people who look now, and thousands of readings would slow the replay down: machines that live on are read
    // when it is over, and of those that end in it the last words are kept, one reading each.
    private static readonly HashSet<string> s_ofThePresent = ["fleet:keep-logs"];

    private readonly List<(JobDefinition Job, DateTimeOffset Due)> _lines;

    /// <summary>Everything is due at the beginning.</summary>
    public HistoryAgenda(JobTable table, DateTimeOffset from) => _lines = [.. table.All.Where(job => !s_ofThePresent.Contains(job.Id)).Select(job => (job, from))];

    /// <summary>When the next line is due.</summary>
    public DateTimeOffset Next => _lines.Min(l => l.Due);

    /// <summary>The lines that are due, in the order of the table; from now on they are due at their next time.</summary>
    public IReadOnlyList<JobDefinition> Take(DateTimeOffset now)
    {
        List<JobDefinition> due = [];
        for (var i = 0; i < _lines.Count; i++)
        {
            var (job, at) = _lines[i];
            if (at > now) { continue; }
            due.Add(job);
            _lines[i] = (job, NextOf(job, now));
        }
        return due;
    }

    // From a moment before the next poll on: a line that is due every minute is then due at the poll itself.
    private static DateTimeOffset NextOf(JobDefinition job, DateTimeOffset now) => job.NextAfter(HistoryPace.NextFull(now, HistoryPace.Poll).AddSeconds(-1));
}
