using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Refit;

namespace Nirmaan.Providers.Http;

/// <summary>What a supplier said when it did not do what was asked.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">The supplier's own stable word; null = none.</param>
/// <param name="Message">For people; never empty, at most <see cref="MaxMessage"/> characters.</param>
/// <param name="Spoken">
/// True = the body has a form that the supplier itself uses. False = a page of something on the way, nothing, or garbage: such a 404 does not
/// say that a thing is gone.
/// </param>
/// <param name="RetryAfter">How long it asks us to wait; null = not said.</param>
internal sealed partial record Problem(int Status, string? Code, string Message, bool Spoken, TimeSpan? RetryAfter = null)
{
    /// <summary>Longest message kept.</summary>
    public const int MaxMessage = 300;

    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(1);

    /// <summary>Status, code and message in one line.</summary>
    public override string ToString() => Code is null ? $"{Status} {Message}" : $"{Status} {Message} ({Code})";

    /// <summary>True when the message holds the text, in any case.</summary>
    public bool Says(string text) => Message.Contains(text, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an answer that is an error.</summary>
    public static Problem Of(ApiException answer, DateTimeOffset now) =>
        Read((int)answer.StatusCode, answer.Content) with { RetryAfter = Wait(answer, now) };

    /// <summary>
    /// Reads an error body in any of the forms seen: an envelope (error, message, code, data), problem details (RFC 9457), FastAPI's detail as text or list, a bare JSON
    /// text, HTML, plain text, nothing, or JSON that breaks off.
    /// </summary>
    public static Problem Read(int status, string? body)
    {
        if (string.IsNullOrWhiteSpace(body)) { return new Problem(status, null, body is null ? "a body beyond the size limit" : "no body", Spoken: false); }
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind switch
            {
                JsonValueKind.String => new Problem(status, null, Tidy(json.RootElement.GetString()!), Spoken: true),
                JsonValueKind.Object => OfObject(status, json.RootElement),
                _ => new Problem(status, null, "JSON that is no error of a known form", Spoken: false),
            };
        }
        catch (JsonException)
        {
            return new Problem(status, null, body.TrimStart().StartsWith('<') ? OfPage(body) : "no JSON: " + Tidy(body), Spoken: false);
        }
    }

    private static Problem OfObject(int status, JsonElement body)
    {
        var message = Detail(body) ?? Text(body, "message") ?? Text(body, "error")
            ?? (body.TryGetProperty("error", out var error) ? Text(error, "message") : null);
        return message is null
            ? new Problem(status, Text(body, "code"), "JSON that is no error of a known form", Spoken: false)
            : new Problem(status, Text(body, "code"), Tidy(message + Extra(body)), Spoken: true);
    }

    /// <summary>
    /// FastAPI's detail: a text, or a list of findings each with the place and the message. The rejected input is left out: it may hold secrets.
    /// </summary>
    private static string? Detail(JsonElement body)
    {
        if (!body.TryGetProperty("detail", out var detail)) { return null; }
        return detail.ValueKind switch
        {
            JsonValueKind.String => detail.GetString(),
            JsonValueKind.Array => string.Join("; ", detail.EnumerateArray().Select(d => Finding(d, "loc", "msg"))),
            JsonValueKind.Object => Text(detail, "message") ?? Text(detail, "msg"),
            _ => null,
        };
    }

    /// <summary>
    /// What stands in an envelope's data: findings of a validator, or how much money is wanted and there; and the errors of problem details.
    /// </summary>
    private static string Extra(JsonElement body)
    {
        if (body.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array)
        {
            return string.Concat(errors.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Select(e => "; " + e.GetString()));
        }
        if (!body.TryGetProperty("data", out var data)) { return ""; }
        if (data.ValueKind == JsonValueKind.Array)
        {
            return string.Concat(data.EnumerateArray().Select(d => "; " + Finding(d, "path", "message")));
        }
        if (data.ValueKind != JsonValueKind.Object || Number(data, "requiredAmountUsd") is not { } wanted) { return ""; }
        var there = Number(data, "availableAmountUsd")?.ToString(CultureInfo.InvariantCulture) ?? "?";
        return string.Create(CultureInfo.InvariantCulture, $" (needs {wanted} USD, there are {there} USD)");
    }

    private static string Finding(JsonElement finding, string place, string words)
    {
        if (finding.ValueKind != JsonValueKind.Object) { return finding.ToString(); }
        var where = finding.TryGetProperty(place, out var path) && path.ValueKind == JsonValueKind.Array ? string.Join('.', path.EnumerateArray()) + ": " : "";
        return where + (Text(finding, words) ?? "not valid");
    }

    private static string? Text(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text ? text : null;

    private static decimal? Number(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number : null;

    private static string OfPage(string body) => Title().Match(body) is { Success: true } title ? $"a web page, '{Tidy(title.Groups[1].Value)}'" : "a web page";

    private static string Tidy(string text)
    {
        var line = Blank().Replace(text, " ").Trim();
        return line.Length == 0 ? "(no words)" : line.Length <= MaxMessage ? line : line[..(MaxMessage - 1)] + "…";
    }

    private static TimeSpan? Wait(ApiException answer, DateTimeOffset now)
    {
        var wait = answer.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - now : null;
        return wait is null ? null : wait < TimeSpan.Zero ? TimeSpan.Zero : wait > s_longestWait ? s_longestWait : wait;
    }

    [GeneratedRegex("<title[^>]*>([^<]*)</title>", RegexOptions.IgnoreCase)]
    private static partial Regex Title();

    [GeneratedRegex(@"[\s\p{C}]+")]
    private static partial Regex Blank();
}
