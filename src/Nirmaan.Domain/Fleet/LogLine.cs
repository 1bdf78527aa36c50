using System.Globalization;

namespace Nirmaan.Domain.Fleet;

/// <summary>One line of a container's log. Text of someone else's making: it is cleaned before it is kept or shown, and never taken for markup.</summary>
/// <param name="At">When the agent read it, by the machine's own clock; for a line that a supplier gave without a time, when we read it.</param>
/// <param name="Source">A word without blanks: <c>stdout</c>, <c>stderr</c>, a log file's name, <c>agent</c>; or one of the constants here, which alone hold a colon.</param>
public sealed record LogLine(DateTimeOffset At, string Source, string Text)
{
    /// <summary>Read from the supplier, the container's output.</summary>
    public const string SupplierOutput = "supplier:stdout";
    /// <summary>Read from the supplier, the container's errors.</summary>
    public const string SupplierErrors = "supplier:stderr";
    /// <summary>Not a line: lines went by unread between those before and after it.</summary>
    public const string Gap = ":gap";

    private const string Agent = "agent";
    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK";

    /// <summary>False where the time is that of our reading: such a line has no time of its own.</summary>
    public bool IsTimed => Source is not (SupplierOutput or SupplierErrors or Gap);

    /// <summary>As the agent prints it on the container's output, where suppliers' logs show it again.</summary>
    public string Printed => Source switch
    {
        "stdout" or "stderr" or SupplierOutput or SupplierErrors => Text,
        Agent => string.Create(CultureInfo.InvariantCulture, $"[nirmaan-agent {At.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}] {Text}"),
        _ => $"[{Source}] {Text}",
    };

    /// <summary>The one form on the wire and in storage: time (RFC 3339, UTC), source and text, a blank between.</summary>
    public override string ToString() => $"{At.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture)} {Source} {Text}";

    /// <summary>Reads that form; null = it is none.</summary>
    public static LogLine? Parse(string line) =>
        line.Split(' ', 3) is [var time, { Length: > 0 } source, var text]
        && DateTimeOffset.TryParseExact(time, TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? new LogLine(at, source, text) : null;
}

/// <summary>The agents in rented containers, each at its own address.</summary>
public interface IAgentLogs
{
    /// <summary>The newest lines of an agent, oldest first; null = it has none to give, or cannot be reached in time. Throws only on cancellation.</summary>
    /// <param name="endpoint">Where the agent answers, as the supplier shows it.</param>
    /// <param name="token">The miner's token: the agent shows its lines to nobody else.</param>
    /// <param name="lines">At most so many, 1 to 2000.</param>
    Task<IReadOnlyList<LogLine>?> ReadTailAsync(Uri endpoint, string token, int lines, CancellationToken cancellationToken);
}
