namespace Nirmaan.Domain.Fleet;

/// <summary>What came of a container's log at once.</summary>
/// <param name="Lines">Oldest first, each once; a <see cref="LogLine.Gap"/> stands where lines may have gone by unread. Empty = only known lines came.</param>
/// <param name="Cursor">The place behind them, from which another process goes on; null = the supplier tells no times, and whoever begins anew gets its newest lines again.</param>
public sealed record LogBatch(IReadOnlyList<LogLine> Lines, string? Cursor);

/// <summary>What a command in a container said, or how it ended.</summary>
public abstract record ShellPart
{
    private ShellPart() { }

    /// <summary>Output, in pieces as they came.</summary>
    public sealed record Said(bool IsErrors, string Text) : ShellPart;

    /// <summary>It ended with this exit code; the last part.</summary>
    public sealed record Ended(int Exit) : ShellPart;
}
