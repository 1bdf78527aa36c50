using System.Text;

namespace Nirmaan.Agent.Miner;

/// <summary>Reads from the running miner itself where it is paid: its process' environment, and the <c>.env</c> file that it would load.</summary>
internal static class PayoutLook
{
    private const int MostBytes = 1 << 20, MostReadings = 40, MostCharacters = 200;

    /// <summary>Every variable of the payout, one per card where they are numbered; null when no miner runs or it cannot be read.</summary>
    /// <param name="variable">The template's, for example <c>MINER_ID_0</c>.</param>
    internal static IReadOnlyList<Heartbeat.Payout>? Read(string? variable, int? processId, string workFolder)
    {
        if (variable is null || processId is not { } process) { return null; }
        try
        {
            var own = Of("environment", variable, Text($"/proc/{process}/environ").Split('\0'));
            var file = Path.Combine(workFolder, ".env");
            return [.. own.Concat(File.Exists(file) ? Of(".env", variable, Text(file).Split('\n')) : []).Take(MostReadings)];
        }
        // It ended in this moment, or belongs to another user by now.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return null; }
    }

    private static IEnumerable<Heartbeat.Payout> Of(string source, string variable, IEnumerable<string> lines)
    {
        var stem = variable.TrimEnd("0123456789".ToCharArray());
        foreach (var line in lines)
        {
            var text = line.Trim();
            if (text.StartsWith("export ", StringComparison.Ordinal)) { text = text["export ".Length..].TrimStart(); }
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) { continue; }
            var (name, value) = (text[..equals].TrimEnd(), text[(equals + 1)..].Trim().Trim('"', '\''));
            // MINER_ID_1 and so on are the other cards' where the template names MINER_ID_0.
            var isPayout = name == variable || (stem.Length < variable.Length && name.StartsWith(stem, StringComparison.Ordinal) && name[stem.Length..].All(char.IsAsciiDigit));
            if (isPayout && value.Length > 0) { yield return new Heartbeat.Payout($"{source} {name}", Storable(value)); }
        }
    }

    private static string Storable(string value) => string.Concat(value.Where(c => !char.IsControl(c)).Take(MostCharacters));

    private static string Text(string path)
    {
        using var file = File.OpenRead(path);
        var buffer = new byte[MostBytes];
        return Encoding.UTF8.GetString(buffer, 0, file.ReadAtLeast(buffer, MostBytes, throwOnEndOfStream: false));
    }
}
