namespace Nirmaan.Sandbox.Containers;

/// <summary>One line of a container's output.</summary>
public sealed record LogLine(long Number, DateTimeOffset At, string Stream, string Text);

/// <summary>A container's last lines. Older ones are gone, as with the suppliers.</summary>
public sealed class LogTail
{
    private const int Kept = 500;
    private readonly Lock _gate = new();
    private readonly Queue<LogLine> _lines = new();
    private long _next = 1;

    /// <summary>Adds a line.</summary>
    public void Add(DateTimeOffset at, string stream, string text)
    {
        lock (_gate)
        {
            if (_lines.Count == Kept) { _lines.Dequeue(); }
            _lines.Enqueue(new LogLine(_next++, at, stream, text));
        }
    }

    /// <summary>Kept lines after a number, oldest first.</summary>
    public IReadOnlyList<LogLine> After(long number) { lock (_gate) { return [.. _lines.Where(l => l.Number > number)]; } }

    /// <summary>The last so many lines.</summary>
    public IReadOnlyList<LogLine> Last(int count) { lock (_gate) { return [.. _lines.TakeLast(count)]; } }
}
