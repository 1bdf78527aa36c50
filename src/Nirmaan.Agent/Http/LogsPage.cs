using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Nirmaan.Agent.Http;

/// <summary>
/// The lines kept, in GET /logs?tail=N each as time, source and text. Only for who has the agent's token, because the port is open to the world;
/// an agent without a token shows them to nobody.
/// </summary>
internal sealed class LogsPage(Journal journal, string? token)
{
    private const int UsualLines = 200, StatusLines = 100;
    private const string Scheme = "Bearer ";

    /// <summary>True when the header carries the agent's token. Takes the same time for every wrong one of its length.</summary>
    internal bool Admits(string? authorization) =>
        token is not null && authorization is not null && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()), Encoding.UTF8.GetBytes(token));

    /// <summary>The few last lines, as they stand on the container's output.</summary>
    internal IReadOnlyList<string> Last() => [.. journal.Last(StatusLines).Select(line => line.Printed)];

    /// <summary>The lines; null when the query asks for something that is no number of lines. More than are kept means all.</summary>
    internal string? Read(string query)
    {
        var lines = UsualLines;
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=', 2) is not ["tail", var text]) { continue; }
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out lines) || lines < 1) { return null; }
        }
        var page = new StringBuilder();
        foreach (var line in journal.Last(Math.Min(lines, LineRing.MaxLines))) { page.Append(line).Append('\n'); }
        return page.ToString();
    }
}
