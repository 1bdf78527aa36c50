using System.Globalization;

namespace Nirmaan.Sandbox.Miners;

/// <summary>Where a miner's lines go: what it prints goes to stdout, what it logs to its log file.</summary>
public interface IMinerLog
{
    /// <summary>A printed line.</summary>
    void Print(FormattableString line);

    /// <summary>A logged line; the file's name says which miner id.</summary>
    void Write(string file, string level, DateTimeOffset at, FormattableString message);
}

/// <summary>The form of a logged line: Python's <c>asctime - name - levelname - message</c>, milliseconds after a comma.</summary>
internal static class LogLine
{
    public static string Of(string level, DateTimeOffset at, string message) =>
        string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss,fff} - __main__ - {level} - {message}");
}

/// <summary>Keeps a simulated miner's last lines of a tick. Lines are only made into text when they are read: most of a busy miner's are not.</summary>
public sealed class MinerLogTail : IMinerLog
{
    /// <summary>Lines of one tick that are kept; earlier ones have scrolled by.</summary>
    private const int Kept = 24;

    private readonly Lock _gate = new();
    private readonly Queue<(string? Level, DateTimeOffset At, FormattableString Text)> _lines = new();

    /// <inheritdoc />
    public void Print(FormattableString line) => Add((null, default, line));

    /// <inheritdoc />
    public void Write(string file, string level, DateTimeOffset at, FormattableString message) => Add((level, at, message));

    /// <summary>The lines since the last call.</summary>
    public IReadOnlyList<string> Take()
    {
        lock (_gate)
        {
            string[] lines = [.. _lines.Select(l => Text(l.Level, l.At, FormattableString.Invariant(l.Text)))];
            _lines.Clear();
            return lines;
        }
    }

    private static string Text(string? level, DateTimeOffset at, string text) => level is null ? text : LogLine.Of(level, at, text);

    private void Add((string?, DateTimeOffset, FormattableString) line)
    {
        lock (_gate)
        {
            if (_lines.Count == Kept) { _lines.Dequeue(); }
            _lines.Enqueue(line);
        }
    }
}

/// <summary>A real process' lines: stdout, and log files in the working directory.</summary>
public sealed class MinerLogFiles : IMinerLog, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, StreamWriter> _files = [];

    /// <inheritdoc />
    public void Print(FormattableString line)
    {
        lock (_gate)
        {
            Console.Out.WriteLine(FormattableString.Invariant(line));
            Console.Out.Flush();
        }
    }

    /// <inheritdoc />
    public void Write(string file, string level, DateTimeOffset at, FormattableString message)
    {
        lock (_gate)
        {
            if (!_files.TryGetValue(file, out var writer)) { _files[file] = writer = new StreamWriter(file, append: true) { AutoFlush = true }; }
            writer.WriteLine(LogLine.Of(level, at, FormattableString.Invariant(message)));
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var file in _files.Values) { file.Dispose(); }
    }
}
