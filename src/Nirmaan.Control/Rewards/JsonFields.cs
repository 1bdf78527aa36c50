using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Nirmaan.Control.Rewards;

/// <summary>Reads fields of a public file; what is wrong is a <see cref="FormatException"/> that names the field, what stands there and what was expected.</summary>
internal static class JsonFields
{
    public static JsonElement Get(JsonElement parent, string name, JsonValueKind kind, string expected, string? path = null) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == kind ? value
            : throw new FormatException($"{Path(path, name)}: expected {expected}");

    public static string String(JsonElement parent, string name, string? path = null) => Get(parent, name, JsonValueKind.String, "a string", path).GetString()!;

    public static int Whole(JsonElement parent, string name, string? path = null, int least = 0)
    {
        var number = Get(parent, name, JsonValueKind.Number, $"a whole number from {least}", path);
        return number.TryGetInt32(out var n) && n >= least ? n : throw new FormatException($"{Path(path, name)}: {number} was given; expected a whole number from {least}");
    }

    public static decimal Usd(JsonElement parent, string name, string? path = null)
    {
        var number = Get(parent, name, JsonValueKind.Number, "dollars as a number", path);
        return number.TryGetDecimal(out var usd) ? usd : throw new FormatException($"{Path(path, name)}: {number} was given; expected dollars as a number");
    }

    public static BigInteger Units(JsonElement parent, string name, string? path = null)
    {
        var text = String(parent, name, path);
        // What 256 bits hold has at most 78 digits; more would only cost time, which grows with their square.
        if (text.Length > 78) { throw new FormatException($"{Path(path, name)}: {text.Length} characters were given; expected base units of at most 78 digits"); }
        return BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var units) ? units
            : throw new FormatException($"{Path(path, name)}: '{text}' was given; expected base units as decimal digits");
    }

    public static T At<T>(string path, Func<T> read)
    {
        try { return read(); }
        catch (FormatException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal)) { throw new FormatException($"{path}: {e.Message}", e); }
    }

    private static string Path(string? path, string name) => path is null ? name : $"{path}.{name}";
}
