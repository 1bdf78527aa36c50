using System.Globalization;
using System.Text;

namespace Nirmaan.Optimiser.Backtest;

/// <summary>What was believed at a moment: the question as it could be asked then.</summary>
/// <param name="At">The moment, UTC.</param>
/// <param name="Instance">The market and the estimates of that moment. Its held GPUs count as available only: each policy of a backtest has a fleet of its own.</param>
public sealed record Decision(DateTimeOffset At, AllocationInstance Instance);

/// <summary>What turned out to be true of one network from a moment on, until its next outcome.</summary>
/// <param name="At">From when, UTC.</param>
/// <param name="Network">Id of the network.</param>
/// <param name="ValueUsdPerHour">What it really paid out per hour (at our bid, where a bid sets the price).</param>
/// <param name="OthersWork">Work per hour that all others really did.</param>
public sealed record Outcome(DateTimeOffset At, string Network, double ValueUsdPerHour, double OthersWork);

/// <summary>A stretch of the past: what was believed at each decision, and what became of it.</summary>
public sealed record BacktestHistory
{
    private BacktestHistory(IReadOnlyList<Decision> decisions, IReadOnlyList<Outcome> outcomes, DateTimeOffset end) =>
        (Decisions, Outcomes, End) = (decisions, outcomes, end);

    /// <summary>At least two, in order of time.</summary>
    public IReadOnlyList<Decision> Decisions { get; }

    /// <summary>In order of time; each network of a decision has one at or before it.</summary>
    public IReadOnlyList<Outcome> Outcomes { get; }

    /// <summary>Until when the last decision is judged: as long as the one before it.</summary>
    public DateTimeOffset End { get; }

    /// <summary>Hours from the first decision to the end.</summary>
    public double Hours => (End - Decisions[0].At).TotalHours;

    /// <summary>Name of the file of outcomes in a history's folder.</summary>
    public const string OutcomesFile = "outcomes.csv";

    /// <summary>First line of that file.</summary>
    public const string OutcomesHeader = "time,network,valueUsdPerHour,othersWork";

    /// <summary>How an instance.json is named by its time.</summary>
    public const string NamedBy = "yyyy-MM-ddTHHmmssZ";

    /// <summary>This history as the files of a folder: an instance.json for each decision, named by its time, and outcomes.csv.</summary>
    public IEnumerable<(string Name, string Text)> Files()
    {
        foreach (var (at, instance) in Decisions) { yield return (at.UtcDateTime.ToString(NamedBy, CultureInfo.InvariantCulture) + ".json", instance.ToJson()); }
        var csv = new StringBuilder().Append(OutcomesHeader).Append('\n');
        foreach (var o in Outcomes) { csv.Append(CultureInfo.InvariantCulture, $"{o.At.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ},{o.Network},{o.ValueUsdPerHour:R},{o.OthersWork:R}\n"); }
        yield return (OutcomesFile, csv.ToString());
    }

    /// <summary>Puts a history together.</summary>
    /// <exception cref="InvalidInstanceException">Names what is missing or senseless.</exception>
    public static BacktestHistory Of(IEnumerable<Decision> decisions, IEnumerable<Outcome> outcomes)
    {
        // What a person had pinned or vetoed then is no property of the market, and the other policies know nothing of it.
        Decision[] made = [.. decisions.OrderBy(d => d.At).Select(d => d with { Instance = d.Instance with { Pins = null, Vetoes = null } })];
        Outcome[] came = [.. outcomes.OrderBy(o => o.At)];
        if (made.Length < 2) { throw new InvalidInstanceException("decisions", $"{made.Length}", "two at least: between them lies what a decision led to"); }
        for (var i = 1; i < made.Length; i++)
        {
            if (made[i].At == made[i - 1].At) { throw new InvalidInstanceException("decisions", $"two at {made[i].At:O}", "one for each time"); }
        }
        var first = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var seen = new HashSet<(DateTimeOffset, string)>();
        foreach (var o in came)
        {
            var name = $"outcome of {o.Network} at {o.At:O}";
            if (!double.IsFinite(o.ValueUsdPerHour) || o.ValueUsdPerHour < 0) { throw new InvalidInstanceException($"{name}: valueUsdPerHour", $"{o.ValueUsdPerHour}", "a number >= 0"); }
            if (!double.IsFinite(o.OthersWork) || o.OthersWork < 0) { throw new InvalidInstanceException($"{name}: othersWork", $"{o.OthersWork}", "a number >= 0"); }
            if (!seen.Add((o.At, o.Network))) { throw new InvalidInstanceException(name, "given twice", "one"); }
            first.TryAdd(o.Network, o.At);
        }
        foreach (var (at, instance) in made)
        {
            if (instance.Networks.FirstOrDefault(n => !first.TryGetValue(n.Id, out var from) || from > at) is { } blind)
            {
                throw new InvalidInstanceException("outcomes", $"none of {blind.Id} at or before {at:O}", "one for each network of each decision: what nobody measured cannot be judged");
            }
        }
        return new BacktestHistory(made, came, made[^1].At + (made[^1].At - made[^2].At));
    }

    /// <summary>From which moment until which each decision is in force.</summary>
    internal IEnumerable<(Decision Decision, DateTimeOffset Until)> Steps() =>
        Decisions.Select((d, i) => (d, i + 1 < Decisions.Count ? Decisions[i + 1].At : End));
}
