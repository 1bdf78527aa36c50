using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.IoNet;

/// <summary>An error as io.net's servers word it: <c>{"detail": "..."}</c>, or a list for a body that does not fit.</summary>
internal sealed class IoNetProblemException(int status, object detail) : Exception(detail.ToString())
{
    public int Status => status;

    public object Detail => detail;

    /// <summary>A value outside of the body that does not fit.</summary>
    public static IoNetProblemException Invalid(string where, string field, string msg, string type) =>
        new(422, new[] { new { loc = new[] { where, field }, msg, type } });

    public IResult ToResult() => Wire.Json(new { detail = Detail }, Status);
}

/// <summary>A request's fields, read one by one; what is wrong is collected and answered as FastAPI words it, status 422.</summary>
internal sealed class IoNetBody
{
    private readonly JsonObject _fields;
    private readonly List<object> _issues;
    private readonly IReadOnlyList<object> _loc;

    private IoNetBody(JsonObject fields, List<object> issues, IReadOnlyList<object> loc) => (_fields, _issues, _loc) = (fields, issues, loc);

    /// <summary>Reads a body that is an object.</summary>
    public static async Task<IoNetBody> ReadAsync(HttpRequest request)
    {
        try
        {
            return await JsonNode.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted) is JsonObject fields
                ? new IoNetBody(fields, [], ["body"])
                : throw new IoNetProblemException(422, new[] { Issue(["body"], "Input should be a valid dictionary", "model_attributes_type") });
        }
        catch (JsonException e)
        {
            throw new IoNetProblemException(422, new[] { Issue(["body", (int)(e.BytePositionInLine ?? 0)], "JSON decode error", "json_invalid") });
        }
    }

    /// <summary>The query's parameters as fields.</summary>
    public static IoNetBody Of(IQueryCollection query) =>
        new(new JsonObject(query.Select(q => KeyValuePair.Create(q.Key, (JsonNode?)JsonValue.Create(q.Value.ToString())))), [], ["query"]);

    /// <summary>Refuses fields other than these.</summary>
    public IoNetBody Only(params string[] known)
    {
        foreach (var (name, _) in _fields)
        {
            if (!known.Contains(name)) { Complain(name, "Extra inputs are not permitted", "extra_forbidden"); }
        }
        return this;
    }

    /// <summary>The object in a field.</summary>
    public IoNetBody Inner(string name)
    {
        if (_fields[name] is JsonObject inner) { return new IoNetBody(inner, _issues, [.. _loc, name]); }
        if (_fields.ContainsKey(name)) { Complain(name, "Input should be a valid dictionary", "dict_type"); }
        else { Complain(name, "Field required", "missing"); }
        return new IoNetBody([], [], [.. _loc, name]);
    }

    /// <summary>Names of all fields.</summary>
    public IReadOnlyList<string> Names => [.. _fields.Select(f => f.Key)];

    public bool Has(string name) => _fields[name] is not null;

    public string? Text(string name, bool required = false)
    {
        if (_fields[name] is JsonValue value && value.TryGetValue<string>(out var text)) { return text; }
        if (Missing(name, required)) { Complain(name, "Input should be a valid string", "string_type"); }
        return null;
    }

    /// <summary>A whole number; text of digits is taken as well, as the real server does.</summary>
    public int? Whole(string name, bool required = false, int? min = null, int? max = null, bool above = false)
    {
        if (_fields[name] is not JsonValue value)
        {
            if (Missing(name, required)) { Complain(name, "Input should be a valid integer", "int_type"); }
            return null;
        }
        if (value.TryGetValue<string>(out var text))
        {
            if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed))
            {
                Complain(name, "Input should be a valid integer, unable to parse string as an integer", "int_parsing");
                return null;
            }
            return InRange(name, parsed, min, max, above);
        }
        if (!value.TryGetValue<decimal>(out var number)) { Complain(name, "Input should be a valid integer", "int_type"); return null; }
        if (number != decimal.Truncate(number) || Math.Abs(number) > int.MaxValue)
        {
            Complain(name, "Input should be a valid integer, got a number with a fractional part", "int_from_float");
            return null;
        }
        return InRange(name, (int)number, min, max, above);
    }

    /// <summary>A whole number or text, as text.</summary>
    public string? Id(string name, bool required, bool mayBeText)
    {
        if (mayBeText && _fields[name] is JsonValue value && value.TryGetValue<string>(out var text)) { return text; }
        return Whole(name, required)?.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A list of ids; null when it is absent.</summary>
    public IReadOnlyList<string>? Ids(string name, bool mayBeText)
    {
        if (List(name) is not { } list) { return null; }
        var inner = new IoNetBody(new JsonObject(list.Select((item, i) => KeyValuePair.Create(i.ToString(CultureInfo.InvariantCulture), item?.DeepClone()))),
            _issues, [.. _loc, name]);
        return [.. list.Select((_, i) => inner.Id(i.ToString(CultureInfo.InvariantCulture), true, mayBeText)).OfType<string>()];
    }

    /// <summary>A list of text; null when it is absent.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (List(name) is not { } list) { return null; }
        if (list.All(i => i?.GetValueKind() == JsonValueKind.String)) { return [.. list.Select(i => i!.GetValue<string>())]; }
        Complain(name, "Input should be a valid string", "string_type");
        return null;
    }

    /// <summary>A map of text; null when it is absent. Null values only where they are allowed.</summary>
    public IReadOnlyDictionary<string, string?>? Map(string name, bool nulls = false)
    {
        if (!Has(name)) { return null; }
        if (_fields[name] is JsonObject map)
        {
            foreach (var (key, value) in map)
            {
                if (!(nulls && value is null) && value?.GetValueKind() != JsonValueKind.String)
                {
                    _issues.Add(Issue([.. _loc, name, key], "Input should be a valid string", "string_type"));
                }
            }
            return map.ToDictionary(p => p.Key, p => p.Value?.ToString());
        }
        Complain(name, "Input should be a valid dictionary", "dict_type");
        return null;
    }

    /// <summary>Adds an issue of one's own.</summary>
    public void Complain(string name, string message, string type) =>
        _issues.Add(Issue([.. _loc, int.TryParse(name, CultureInfo.InvariantCulture, out var index) ? index : name], message, type));

    /// <summary>Answers 422 when anything was wrong.</summary>
    public void Check()
    {
        if (_issues.Count > 0) { throw new IoNetProblemException(422, _issues); }
    }

    private JsonArray? List(string name)
    {
        if (!Has(name)) { return null; }
        if (_fields[name] is not JsonArray list) { Complain(name, "Input should be a valid list", "list_type"); return null; }
        if (list.Count == 0) { Complain(name, "List should have at least 1 item after validation, not 0", "too_short"); }
        return list;
    }

    private int? InRange(string name, int number, int? min, int? max, bool above)
    {
        if (above && number <= min) { Complain(name, $"Input should be greater than {min}", "greater_than"); }
        else if (number < min) { Complain(name, $"Input should be greater than or equal to {min}", "greater_than_equal"); }
        if (number > max) { Complain(name, $"Input should be less than or equal to {max}", "less_than_equal"); }
        return number;
    }

    /// <summary>True when a present field has the wrong type; an absent required one is complained of here.</summary>
    private bool Missing(string name, bool required)
    {
        if (_fields[name] is not null) { return true; }
        if (!_fields.ContainsKey(name))
        {
            if (required) { Complain(name, "Field required", "missing"); }
            return false;
        }
        return required;
    }

    private static object Issue(IReadOnlyList<object> loc, string msg, string type) => new { loc, msg, type };
}
