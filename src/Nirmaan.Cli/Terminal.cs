using System.Globalization;

namespace Nirmaan.Cli;

/// <summary>Where a command reads and writes. Results go to <paramref name="Out"/>, everything said about them to <paramref name="Error"/>.</summary>
internal sealed record Terminal(TextReader In, TextWriter Out, TextWriter Error, Func<string, string?> Environment)
{
    /// <summary>Lines in columns: numbers to the right, the header in capitals.</summary>
    public void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string?>> rows)
    {
        List<string[]> lines = [[.. header.Select(h => h.ToUpperInvariant())], .. rows.Select(row => row.Select(cell => cell ?? "-").ToArray())];
        var widths = Enumerable.Range(0, header.Count).Select(i => lines.Max(l => l[i].Length)).ToArray();
        var numbers = Enumerable.Range(0, header.Count).Select(i => lines.Count > 1 && lines.Skip(1).All(l => l[i] == "-" || decimal.TryParse(l[i], NumberStyles.Number, CultureInfo.InvariantCulture, out _))).ToArray();
        foreach (var line in lines)
        {
            Out.WriteLine(string.Join("  ", line.Select((cell, i) => numbers[i] ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd());
        }
    }
}

/// <summary>Exit codes that scripts rely on.</summary>
internal static class Exit
{
    /// <summary>Done.</summary>
    public const int Done = 0;
    /// <summary>Checked and wrong.</summary>
    public const int Wrong = 1;
    /// <summary>Bad input.</summary>
    public const int BadInput = 2;
    /// <summary>An outside system failed.</summary>
    public const int Outside = 3;
}

/// <summary>Ends a command with an exit code and one line that says what, where and what was expected.</summary>
internal sealed class FailureException : Exception
{
    private FailureException(int code, string message, Exception? inner = null) : base(message, inner) => Code = code;

    /// <summary>The exit code.</summary>
    public int Code { get; }

    /// <summary>It was checked and is wrong.</summary>
    public static FailureException Wrong(string message) => new(Exit.Wrong, message);

    /// <summary>What was given cannot be used.</summary>
    public static FailureException BadInput(string where, string what, string expected) => new(Exit.BadInput, $"{where}: {what}; expected {expected}");

    /// <summary>What was given cannot be used, in another's words.</summary>
    public static FailureException BadInput(string message, Exception inner) => new(Exit.BadInput, message, inner);

    /// <summary>Something outside failed.</summary>
    public static FailureException Outside(string message, Exception? inner = null) => new(Exit.Outside, message, inner);
}
