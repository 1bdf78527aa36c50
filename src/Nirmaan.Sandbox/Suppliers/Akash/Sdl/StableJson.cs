using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Nirmaan.Sandbox.Suppliers.Akash.Sdl;

/// <summary>
/// JSON with sorted names and Go's HTML escapes: the text whose SHA-256 is a manifest's version on chain, so every byte matters.
/// </summary>
internal static class StableJson
{
    /// <summary>The text of a node.</summary>
    public static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(node, text);
        return text.ToString();
    }

    private static void Write(JsonNode? node, StringBuilder text)
    {
        switch (node)
        {
            case null: text.Append("null"); break;
            case JsonObject map: WriteAll('{', map.OrderBy(p => p.Key, StringComparer.Ordinal), p =>
                { Quote(p.Key, text); text.Append(':'); Write(p.Value, text); }, '}', text); break;
            case JsonArray list: WriteAll('[', list, item => Write(item, text), ']', text); break;
            case JsonValue value when value.TryGetValue<string>(out var word): Quote(word, text); break;
            case JsonValue value when value.TryGetValue<bool>(out var flag): text.Append(flag ? "true" : "false"); break;
            case JsonValue value when value.TryGetValue<int>(out var whole): text.Append(whole.ToString(CultureInfo.InvariantCulture)); break;
            case JsonValue value: text.Append(SdlSizes.Plain(value.GetValue<decimal>())); break;
        }
    }

    private static void WriteAll<T>(char open, IEnumerable<T> items, Action<T> write, char close, StringBuilder text)
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            if (!first) { text.Append(','); }
            first = false;
            write(item);
        }
        text.Append(close);
    }

    private static void Quote(string word, StringBuilder text)
    {
        text.Append('"');
        foreach (var c in word)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' or '<' or '>' or '&' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }
        text.Append('"');
    }
}
