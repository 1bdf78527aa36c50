using System.Text.RegularExpressions;

namespace Nirmaan.Agent;

/// <summary>
/// Everything said: the miner's lines, those of its log files too, and the agent's own, on the container's output, where the supplier's log
/// view finds them, and the newest for /logs and /status. Secrets are blotted out first.
/// </summary>
public sealed partial class Journal(TextWriter output, TimeProvider clock)
{
    private const int MaxWarnings = 100;

    private readonly Lock _gate = new();
    private readonly LineRing _ring = new();
    private readonly List<string> _warnings = [];
    private IReadOnlyList<string> _secrets = [];

    /// <summary>What was warned of, each text once.</summary>
    public IReadOnlyList<string> Warnings { get { lock (_gate) { return [.. _warnings]; } } }

    /// <summary>The last so many lines that are still kept, oldest first.</summary>
    public IReadOnlyList<Line> Last(int count) { lock (_gate) { return _ring.Last(count); } }

    /// <summary>Values to blot out from here on. A value of under four characters is no secret and would blot out half the log.</summary>
    public void Hide(IEnumerable<string?> secrets) => _secrets = [.. _secrets, .. secrets.OfType<string>().Where(s => s.Length >= 4)];

    /// <summary>A line of the miner.</summary>
    /// <param name="source"><see cref="Line.Output"/>, <see cref="Line.Errors"/> or the name of the file it came from.</param>
    public void Miner(string source, string line) => Write(NoName().Replace(source, "_"), line);

    /// <summary>A line of the agent.</summary>
    public void Say(string text) => Write(Line.Agent, text.ReplaceLineEndings(" "));

    /// <summary>A line of the agent that stays on the status.</summary>
    public void Warn(string text)
    {
        lock (_gate)
        {
            if (_warnings.Contains(text)) { return; }
            if (_warnings.Count < MaxWarnings) { _warnings.Add(text); }
        }
        Say($"warning: {text}");
    }

    /// <summary>The text without secrets.</summary>
    public string Clean(string text) => _secrets.Aggregate(text, (t, secret) => t.Replace(secret, "***", StringComparison.Ordinal));

    private void Write(string source, string text)
    {
        text = Clean(text);
        lock (_gate)
        {
            // Stamped inside the lock: lines come from several threads, and their times must not run backwards.
            var line = new Line(clock.GetUtcNow(), source, text);
            _ring.Add(line);
            try
            {
                output.WriteLine(line.Printed);
                output.Flush();
            }
            catch (IOException) { /* nobody reads our output any more; mining goes on */ }
        }
    }

    // A line of /logs is cut at its blanks.
    [GeneratedRegex(@"[\s\p{C}]")]
    private static partial Regex NoName();
}
