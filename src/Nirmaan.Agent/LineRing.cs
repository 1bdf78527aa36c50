namespace Nirmaan.Agent;

/// <summary>A line that was said: when it came in, from where, and its text without secrets.</summary>
/// <param name="At">By the machine's clock, UTC.</param>
/// <param name="Source"><c>stdout</c>, <c>stderr</c>, the name of a log file, or <c>agent</c> for the agent's own lines. Holds no white space.</param>
public sealed record Line(DateTimeOffset At, string Source, string Text)
{
    /// <summary>The miner's output.</summary>
    public const string Output = "stdout";

    /// <summary>The miner's errors.</summary>
    public const string Errors = "stderr";

    /// <summary>The agent itself.</summary>
    public const string Agent = "agent";

    /// <summary>As it stands on the container's output.</summary>
    public string Printed => Source switch
    {
        Output or Errors => Text,
        Agent => $"[nirmaan-agent {At:yyyy-MM-ddTHH:mm:ssZ}] {Text}",
        _ => $"[{Source}] {Text}",
    };

    /// <summary>As GET /logs gives it: RFC 3339 time, source, text.</summary>
    public override string ToString() => $"{At:yyyy-MM-ddTHH:mm:ss.fffZ} {Source} {Text}";
}

/// <summary>The newest lines. Bounded in lines and in characters, so that a miner that floods its output cannot fill the memory. Not thread-safe.</summary>
public sealed class LineRing
{
    /// <summary>The most lines.</summary>
    public const int MaxLines = 2000;

    /// <summary>The most characters of all lines together.</summary>
    public const int MaxCharacters = 1024 * 1024;

    private readonly Queue<Line> _lines = new();
    private int _characters;

    /// <summary>Adds a line; the oldest go when there is no room.</summary>
    public void Add(Line line)
    {
        _lines.Enqueue(line);
        _characters += line.Text.Length;
        while (_lines.Count > MaxLines || _characters > MaxCharacters) { _characters -= _lines.Dequeue().Text.Length; }
    }

    /// <summary>The last so many, oldest first.</summary>
    public IReadOnlyList<Line> Last(int count) => [.. _lines.Skip(_lines.Count - count)];
}
