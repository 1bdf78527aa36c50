using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>A request's JSON body, read field by field; what is wrong is collected and answered as the API's schema library words it.</summary>
internal sealed partial class AkashBody
{
    private const int Most = 512 * 1024;
    private readonly JsonObject _fields;
    private readonly List<object> _issues;
    private readonly IReadOnlyList<object> _path;

    private AkashBody(JsonObject fields, List<object> issues, IReadOnlyList<object> path) => (_fields, _issues, _path) = (fields, issues, path);

    /// <summary>Reads a body that is an object.</summary>
    public static async Task<AkashBody> ReadAsync(HttpRequest request)
    {
        if (!request.HasJsonContentType()) { throw Invalid([Issue("invalid_type", [], "Invalid content type: expected application/json")]); }
        if (request.ContentLength > Most) { throw new AkashProblemException(413, "unknown_error", "Payload too large"); }
        try
        {
            var node = await JsonNode.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return node is JsonObject fields ? new AkashBody(fields, [], []) : throw Invalid([Issue("invalid_type", [], "Invalid input: expected object")]);
        }
        catch (JsonException) { throw AkashProblemException.BadRequest("Malformed JSON in request body"); }
    }

    /// <summary>The object in a field; an empty one, and an issue, when it is absent.</summary>
    public AkashBody Inner(string name)
    {
        if (_fields[name] is JsonObject inner) { return new AkashBody(inner, _issues, [.. _path, name]); }
        Complain("invalid_type", name, $"Invalid input: expected object, received {Kind(_fields[name], _fields.ContainsKey(name))}");
        return new AkashBody([], [], [.. _path, name]);
    }

    /// <summary>Text; null when it is absent or wrong.</summary>
    public string? Text(string name, bool required = false, int min = 0, int max = int.MaxValue, Regex? pattern = null)
    {
        if (!Take(name, required, out string? text, "string")) { return null; }
        if (text!.Length < min) { Complain("too_small", name, $"Too small: expected string to have >={min} characters"); }
        if (text.Length > max) { Complain("too_big", name, $"Too big: expected string to have <={max} characters"); }
        if (pattern is not null && !pattern.IsMatch(text)) { Complain("invalid_format", name, $"Invalid string: must match pattern /{pattern}/"); }
        return text;
    }

    /// <summary>A deployment number.</summary>
    public string? Dseq(string name) => Text(name, required: true, pattern: Digits());

    /// <summary>A number; null when it is absent or wrong.</summary>
    public decimal? Number(string name, bool required = false, decimal? min = null, decimal? max = null, bool whole = false)
    {
        if (!Take(name, required, out decimal number, "number")) { return null; }
        if (whole && number != decimal.Truncate(number)) { Complain("invalid_type", name, "Invalid input: expected int, received number"); }
        if (number < min) { Complain("too_small", name, $"Too small: expected number to be >={min}"); }
        if (number > max) { Complain("too_big", name, $"Too big: expected number to be <={max}"); }
        return number;
    }

    /// <summary>A flag; null when it is absent or wrong.</summary>
    public bool? Flag(string name, bool required = false) => Take(name, required, out bool flag, "boolean") ? flag : null;

    /// <summary>The objects in a list.</summary>
    public IReadOnlyList<AkashBody> List(string name)
    {
        if (_fields[name] is not JsonArray list)
        {
            Complain("invalid_type", name, $"Invalid input: expected array, received {Kind(_fields[name], _fields.ContainsKey(name))}");
            return [];
        }
        List<AkashBody> items = [];
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is JsonObject item) { items.Add(new AkashBody(item, _issues, [.. _path, name, i])); }
            else { _issues.Add(Issue("invalid_type", [.. _path, name, i], $"Invalid input: expected object, received {Kind(list[i], true)}")); }
        }
        return items;
    }

    /// <summary>A field as it is.</summary>
    public JsonNode? Raw(string name) => _fields[name];

    /// <summary>Adds an issue of one's own.</summary>
    public void Complain(string code, string name, string message) => _issues.Add(Issue(code, [.. _path, name], message));

    /// <summary>Answers 400 when anything was wrong.</summary>
    public void Check()
    {
        if (_issues.Count > 0) { throw Invalid(_issues); }
    }

    /// <summary>The answer to a request whose schema does not fit.</summary>
    public static AkashProblemException Invalid(IReadOnlyList<object> issues) => new(400, "validation_error", "Validation error", issues);

    /// <summary>One thing that is wrong.</summary>
    public static object Issue(string code, IReadOnlyList<object> path, string message) => new { code, path, message };

    private bool Take<T>(string name, bool required, out T? value, string expected)
    {
        value = default;
        if (_fields[name] is JsonValue json && json.TryGetValue(out value)) { return true; }
        if (required || _fields.ContainsKey(name))
        {
            Complain("invalid_type", name, $"Invalid input: expected {expected}, received {Kind(_fields[name], _fields.ContainsKey(name))}");
        }
        return false;
    }

    private static string Kind(JsonNode? node, bool present) => node switch
    {
        null => present ? "null" : "undefined",
        JsonArray => "array",
        JsonObject => "object",
        _ => node.GetValueKind() switch { JsonValueKind.String => "string", JsonValueKind.Number => "number", _ => "boolean" },
    };

    [GeneratedRegex("^\\d+$")]
    internal static partial Regex Digits();
}
