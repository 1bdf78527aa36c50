namespace Nirmaan.Control.Data;

/// <summary>Finds the one line of PostgreSQL's output that says what is wrong.</summary>
internal static class ServerLog
{
    /// <summary>Why the server ended, from its log.</summary>
    internal static async Task<string> ProblemAsync(string log, CancellationToken cancellationToken)
    {
        if (!File.Exists(log)) { return "it left no log"; }
        var lines = await File.ReadAllLinesAsync(log, cancellationToken);
        // A port that is taken is told before the FATAL that follows from it.
        string[] signs = ["could not bind", "PANIC", "FATAL"];
        return signs.Select(sign => lines.LastOrDefault(line => line.Contains(sign, StringComparison.Ordinal))).FirstOrDefault(line => line is not null)
            ?? lines.LastOrDefault() ?? "it gave no reason";
    }

    /// <summary>The last line that says anything.</summary>
    internal static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it gave no reason";
}
