using System.Globalization;
using Nirmaan.Optimiser;
using Nirmaan.Optimiser.Backtest;

namespace Nirmaan.Cli.Files;

/// <summary>A folder with one instance.json for each decision, named by its time, and outcomes.csv.</summary>
internal static class HistoryFolder
{
    private const string OutcomesFile = BacktestHistory.OutcomesFile, Header = BacktestHistory.OutcomesHeader;
    private static readonly string[] s_names = [BacktestHistory.NamedBy, "yyyy-MM-ddTHH:mm:ssZ", "yyyy-MM-ddTHH-mm-ssZ", "yyyy-MM-ddTHH:mmZ", "yyyy-MM-ddTHHmmZ", "yyyyMMddTHHmmssZ"];

    /// <summary>Reads it whole.</summary>
    /// <exception cref="FailureException">Something is missing or cannot be read; names the file, the line and the field.</exception>
    public static async Task<BacktestHistory> ReadAsync(string folder, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder)) { throw FailureException.BadInput(folder, "is no folder", $"a folder with an instance.json for each decision, named by its time, and {OutcomesFile}"); }
        var decisions = new List<Decision>();
        foreach (var path in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (!DateTimeOffset.TryParseExact(name, s_names, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            {
                throw FailureException.BadInput(path, "is not named by a time", "a UTC time such as 2026-11-22T060000Z.json");
            }
            var text = await TextFile.ReadAsync(path, terminal, cancellationToken);
            try { decisions.Add(new Decision(at, AllocationInstance.Parse(text))); }
            catch (InvalidInstanceException e) { throw FailureException.BadInput($"{path}: {e.Message}", e); }
        }
        var outcomes = Outcomes(await TextFile.ReadAsync(Path.Combine(folder, OutcomesFile), terminal, cancellationToken), Path.Combine(folder, OutcomesFile));
        try { return BacktestHistory.Of(decisions, outcomes); }
        catch (InvalidInstanceException e) { throw FailureException.BadInput($"{folder}: {e.Message}", e); }
    }

    /// <summary>Writes a history as such a folder, which must be new or empty.</summary>
    public static async Task WriteAsync(string folder, BacktestHistory history, CancellationToken cancellationToken)
    {
        try
        {
            if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())) { throw FailureException.BadInput(folder, "is there already and not an empty folder", "a new folder"); }
            Directory.CreateDirectory(folder);
            foreach (var (name, text) in history.Files()) { await File.WriteAllTextAsync(Path.Combine(folder, name), text, cancellationToken); }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw FailureException.BadInput(folder, e.Message, "a folder that can be written"); }
    }

    private static IEnumerable<Outcome> Outcomes(string text, string path)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        if (lines[0].TrimStart('\uFEFF') != Header) { throw FailureException.BadInput($"{path}:1", $"'{lines[0]}'", Header); }
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].Length == 0) { continue; }
            var fields = lines[i].Split(',');
            if (fields.Length != 4) { throw FailureException.BadInput($"{path}:{i + 1}", $"{fields.Length} fields", Header); }
            if (!DateTimeOffset.TryParse(fields[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) { throw FailureException.BadInput($"{path}:{i + 1}: time", $"'{fields[0]}'", "an RFC 3339 time"); }
            yield return new Outcome(at, fields[1], Number(fields[2], "valueUsdPerHour"), Number(fields[3], "othersWork"));

            double Number(string field, string name) => double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                ? value : throw FailureException.BadInput($"{path}:{i + 1}: {name}", $"'{field}'", "a number");
        }
    }
}
