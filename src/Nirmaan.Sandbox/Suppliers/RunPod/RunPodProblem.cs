using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.RunPod;

/// <summary>An error as RunPod words it: problem details, with a list of findings where a body does not fit.</summary>
internal sealed class RunPodProblemException(int status, string detail, IReadOnlyList<string>? errors = null, int? retryAfter = null) : Exception(detail)
{
    /// <summary>The body of such an error.</summary>
    public static object Body(int status, string detail) => new { title = ReasonPhrases.GetReasonPhrase(status), status, detail };

    public IResult ToResult() => new Answer(this, status, errors, retryAfter);

    private sealed class Answer(Exception problem, int status, IReadOnlyList<string>? errors, int? retryAfter) : IResult
    {
        public Task ExecuteAsync(HttpContext http)
        {
            if (retryAfter is { } seconds) { http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture); }
            var body = errors is null ? Body(status, problem.Message)
                : new { title = ReasonPhrases.GetReasonPhrase(status), status, detail = problem.Message, errors };
            return Results.Text(JsonSerializer.Serialize(body, Wire.Options), "application/problem+json", null, status).ExecuteAsync(http);
        }
    }
}

/// <summary>A request's fields, read one by one; what does not fit is collected and answered with 422.</summary>
internal sealed partial class RunPodBody
{
    private readonly JsonObject _fields;
    private readonly string _at;
    private readonly List<string> _errors;

    private RunPodBody(JsonObject fields, string at, List<string> errors) => (_fields, _at, _errors) = (fields, at, errors);

    public static async Task<RunPodBody> ReadAsync(HttpRequest request)
    {
        try
        {
            return await JsonNode.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted) is JsonObject fields
                ? new RunPodBody(fields, "", []) : throw new RunPodProblemException(422, "Request validation failed.", ["body: expected an object"]);
        }
        catch (JsonException) { throw new RunPodProblemException(400, "request body is not valid JSON"); }
    }

    public bool Has(string name) => _fields.ContainsKey(name);

    /// <summary>Refuses fields other than these.</summary>
    public RunPodBody Only(params string[] known)
    {
        foreach (var (name, _) in _fields) { if (!known.Contains(name)) { Complain(name, "unexpected property"); } }
        return this;
    }

    public RunPodBody? Inner(string name)
    {
        if (!Has(name)) { return null; }
        if (_fields[name] is JsonObject inner) { return new RunPodBody(inner, $"{_at}{name}.", _errors); }
        Complain(name, "expected an object");
        return null;
    }

    public string? Text(string name, bool required = false, string? pattern = null)
    {
        if (!Has(name)) { if (required) { Complain(name, "required"); } return null; }
        if (_fields[name] is JsonValue value && value.TryGetValue<string>(out var text) && (!required || text.Length > 0))
        {
            if (pattern is not null && !Regex.IsMatch(text, pattern)) { Complain(name, $"does not match {pattern}"); }
            return text;
        }
        Complain(name, "expected a text");
        return null;
    }

    public int? Whole(string name, int min)
    {
        if (!Has(name)) { return null; }
        if (_fields[name] is JsonValue value && value.TryGetValue<int>(out var number))
        {
            if (number < min) { Complain(name, $"must be at least {min}"); }
            return number;
        }
        Complain(name, "expected a whole number");
        return null;
    }

    public IReadOnlyList<string>? Texts(string name)
    {
        if (!Has(name)) { return null; }
        if (_fields[name] is JsonArray list && list.All(i => i?.GetValueKind() == JsonValueKind.String)) { return [.. list.Select(i => i!.GetValue<string>())]; }
        Complain(name, "expected a list of texts");
        return null;
    }

    public IReadOnlyDictionary<string, string>? Map(string name)
    {
        if (!Has(name)) { return null; }
        if (_fields[name] is JsonObject map && map.All(p => p.Value?.GetValueKind() == JsonValueKind.String))
        {
            return map.ToDictionary(p => p.Key, p => p.Value!.GetValue<string>(), StringComparer.Ordinal);
        }
        Complain(name, "expected texts by name");
        return null;
    }

    /// <summary>Ports such as <c>8080/http</c>.</summary>
    public IReadOnlyList<string>? Ports(string name)
    {
        var ports = Texts(name);
        foreach (var port in ports ?? []) { if (!Port().IsMatch(port)) { Complain(name, $"'{port}' is no port/protocol"); } }
        return ports;
    }

    public void Complain(string name, string why) => _errors.Add($"{_at}{name}: {why}");

    public void Check() { if (_errors.Count > 0) { throw new RunPodProblemException(422, "Request validation failed.", _errors); } }

    [GeneratedRegex("^[1-9][0-9]{0,4}/(http|tcp)$")]
    private static partial Regex Port();
}
