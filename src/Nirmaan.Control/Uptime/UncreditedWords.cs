using System.Globalization;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Uptime;

/// <summary>Two facts about a miner that was never credited: what it says it did, and that its network has not said so yet.</summary>
public static class UncreditedWords
{
    /// <summary>Credits and points counters are both read at least this often (Jobs/Schedule.cs of the host).</summary>
    public const int ReadEveryMinutes = 10;

    /// <summary>"5 jobs done by the machine's own word; none credited by heurist yet, credits are read at least every 10 minutes".</summary>
    /// <param name="jobs">By the machine's own count.</param>
    public static string Of(NetworkName network, int jobs) => Of(network.Value, jobs);

    /// <summary>The same with a network's name as pages write it.</summary>
    public static string Of(string network, int jobs) => string.Create(CultureInfo.InvariantCulture,
        $"{(jobs == 0 ? "no job" : jobs == 1 ? "1 job" : $"{jobs:#,0} jobs")} done by the machine's own word; none credited by {network} yet, credits are read at least every {ReadEveryMinutes} minutes");
}
