using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>A request's body as the node reads it: numbers may come bare or as strings, a missing required field is a 400 in gin's words.</summary>
internal sealed class MorpheusBody(string type, JsonElement root)
{
    /// <summary>Reads the body of a request of the named Go type.</summary>
    public static async Task<MorpheusBody> ReadAsync(HttpRequest request, string type, CancellationToken cancellationToken)
    {
        try
        {
            using var json = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
            if (json.RootElement.ValueKind == JsonValueKind.Object) { return new MorpheusBody(type, json.RootElement.Clone()); }
        }
        catch (JsonException) { }
        throw new MorpheusRefusal(400, "invalid character in JSON body");
    }

    /// <summary>A required text.</summary>
    public string Text(string name) => Optional(name) ?? throw Missing(name);

    /// <summary>A text, null when it is absent or empty.</summary>
    public string? Optional(string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number && value.ToString() is { Length: > 0 } text ? text : null;

    /// <summary>A required number of wei, bare or as a string.</summary>
    public BigInteger Wei(string name) =>
        BigInteger.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw new MorpheusRefusal(400, $"{name}: invalid big.Int");

    /// <summary>A required 0x value of 32 bytes.</summary>
    public string Hash(string name) => AsHash(Text(name)) ?? throw new MorpheusRefusal(400, $"{name}: invalid hash");

    /// <summary>A required list of texts.</summary>
    public IReadOnlyList<string> Texts(string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
            ? [.. value.EnumerateArray().Select(v => v.ToString())] : throw Missing(name);

    /// <summary>The text as a lower-case 32-byte hash with 0x, shorter ones padded on the left as Go's HexToHash does; null when it is no hex.</summary>
    public static string? AsHash(string text)
    {
        var hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return hex.Length is > 0 and <= 64 && hex.All(char.IsAsciiHexDigit) ? "0x" + hex.ToLowerInvariant().PadLeft(64, '0') : null;
    }

    private MorpheusRefusal Missing(string name)
    {
        var field = char.ToUpperInvariant(name[0]) + name[1..];
        return new MorpheusRefusal(400, $"Key: '{type}.{field}' Error:Field validation for '{field}' failed on the 'required' tag");
    }
}

/// <summary>offset, limit and order as the node takes them.</summary>
internal static class MorpheusPage
{
    /// <summary>The page of a list that is in order of age, oldest first. Only the exact word ASC keeps that order; anything else is newest first.</summary>
    public static IReadOnlyList<T> Of<T>(HttpRequest request, IReadOnlyList<T> oldestFirst, int? limitByDefault)
    {
        var offset = Number(request, "offset", int.MaxValue) ?? 0;
        var limit = Number(request, "limit", byte.MaxValue) ?? limitByDefault ?? int.MaxValue;
        var ordered = request.Query["order"] == "ASC" ? oldestFirst : oldestFirst.Reverse();
        return [.. ordered.Skip(offset).Take(limit)];
    }

    private static int? Number(HttpRequest request, string name, int most)
    {
        if (request.Query[name].ToString() is not { Length: > 0 } text) { return null; }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= most ? value
            : throw new MorpheusRefusal(400, $"strconv.ParseUint: parsing \"{text}\": {(text.All(char.IsAsciiDigit) ? "value out of range" : "invalid syntax")}");
    }
}
