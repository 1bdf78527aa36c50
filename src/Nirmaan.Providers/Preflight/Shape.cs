using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.Preflight;

/// <summary>
/// What a supplier's answers look like, held against the records by which they are read. An answer may lack any part, so a part counts as absent only when no
/// answer had it. Values are never kept: an answer may hold secrets.
/// </summary>
internal sealed class Shape(JsonSerializerOptions json)
{
    private readonly Dictionary<string, Part> _parts = new(StringComparer.Ordinal);

    private sealed class Part
    {
        public int Asked, There;
        public string? MayLack;
        public string Expected = "";
        public readonly SortedSet<string> Wrong = new(StringComparer.Ordinal);
        public readonly SortedSet<string> Unread = new(StringComparer.Ordinal);
    }

    /// <summary>Reads one answer.</summary>
    public void Read(JsonElement answer, Type type) => Walk("", answer, type);

    /// <summary>How many named parts were compared.</summary>
    public int Compared => _parts.Count(p => p.Value.Asked > 0);

    /// <summary>Every part that is not as it is read, in the order of their paths.</summary>
    public IEnumerable<(string Path, string Said)> Differences()
    {
        foreach (var (path, part) in _parts.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (part.Wrong.Count > 0) { yield return (path, $"{string.Join(" or ", part.Wrong)} instead of {part.Expected}"); }
            else if (part is { Asked: > 0, There: 0, MayLack: null }) { yield return (path, $"not there in {part.Asked.ToString(CultureInfo.InvariantCulture)} of its kind; expected {part.Expected}{Beside(path)}"); }
        }
    }

    // A part that has been renamed shows as one that is absent beside one that nobody reads.
    private string Beside(string path)
    {
        var parent = path.LastIndexOf('.') is var dot and >= 0 ? path[..dot] : "";
        return _parts.GetValueOrDefault(parent) is { Unread.Count: > 0 } part ? $"; unread beside it: {string.Join(", ", part.Unread.Take(12))}" : "";
    }

    private Part At(string path)
    {
        if (!_parts.TryGetValue(path, out var part)) { _parts[path] = part = new Part(); }
        return part;
    }

    private void Walk(string path, JsonElement found, Type type)
    {
        var (expected, kind) = (Nullable.GetUnderlyingType(type) ?? type, json.GetTypeInfo(type).Kind);
        if (!Fits(found, expected, kind, out var words))
        {
            var part = At(path);
            (part.Expected, _) = (words, part.Wrong.Add(Word(found)));
            return;
        }
        if (found.ValueKind == JsonValueKind.Null) { return; }
        switch (kind)
        {
            case JsonTypeInfoKind.Object: Members(path, found, json.GetTypeInfo(type)); break;
            case JsonTypeInfoKind.Enumerable: foreach (var item in found.EnumerateArray()) { Walk(path + "[]", item, json.GetTypeInfo(type).ElementType!); } break;
            case JsonTypeInfoKind.Dictionary: foreach (var entry in found.EnumerateObject()) { Walk(path + "{}", entry.Value, json.GetTypeInfo(type).ElementType!); } break;
        }
    }

    private void Members(string path, JsonElement found, JsonTypeInfo type)
    {
        // What a record works out itself has no setter and stands in no answer.
        foreach (var property in type.Properties.Where(p => p.Set is not null))
        {
            var part = At(path.Length == 0 ? property.Name : $"{path}.{property.Name}");
            part.Asked++;
            part.MayLack ??= property.AttributeProvider?.GetCustomAttributes(typeof(MayLackAttribute), false).OfType<MayLackAttribute>().FirstOrDefault(m => m.Within is not { } end || path.EndsWith(end, StringComparison.Ordinal))?.Why;
            Fits(default, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, json.GetTypeInfo(property.PropertyType).Kind, out part.Expected);
            if (!found.TryGetProperty(property.Name, out var value) || value.ValueKind == JsonValueKind.Null) { continue; }
            part.There++;
            Walk(path.Length == 0 ? property.Name : $"{path}.{property.Name}", value, property.PropertyType);
        }
        var read = type.Properties.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        At(path).Unread.UnionWith(found.EnumerateObject().Select(p => p.Name).Where(n => !read.Contains(n)));
    }

    private static bool Fits(JsonElement found, Type type, JsonTypeInfoKind kind, out string words)
    {
        var (fits, said) = kind switch
        {
            JsonTypeInfoKind.Object => (found.ValueKind == JsonValueKind.Object, "an object"),
            JsonTypeInfoKind.Enumerable => (found.ValueKind == JsonValueKind.Array, "a list"),
            JsonTypeInfoKind.Dictionary => (found.ValueKind == JsonValueKind.Object, "an object"),
            _ when type == typeof(string) || type == typeof(OpaqueId) => (found.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False, "a text"),
            _ when type == typeof(bool) => (found.ValueKind is JsonValueKind.True or JsonValueKind.False, "true or false"),
            _ when type == typeof(DateTimeOffset) => (found.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(found.GetString(), CultureInfo.InvariantCulture, out _), "a time"),
            _ when type == typeof(int) => (IsNumber(found, NumberStyles.AllowLeadingSign), "a whole number"),
            _ when type == typeof(decimal) => (IsNumber(found, NumberStyles.Float), "a number"),
            _ => (true, "anything"),
        };
        words = said;
        return fits || found.ValueKind == JsonValueKind.Null;
    }

    private static bool IsNumber(JsonElement found, NumberStyles styles) => found.ValueKind switch
    {
        JsonValueKind.Number => decimal.TryParse(found.GetRawText(), styles, CultureInfo.InvariantCulture, out _),
        JsonValueKind.String => decimal.TryParse(found.GetString(), styles, CultureInfo.InvariantCulture, out _),
        _ => false,
    };

    private static string Word(JsonElement found) => found.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        _ => "true or false",
    };
}
