using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nirmaan.Cli.Rest;

/// <summary>Values of a host's answer. What must be there and is not says that the host is of another version.</summary>
internal static class JsonText
{
    // For a terminal, not for a page: names are shown as they are.
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A member that must be there.</summary>
    public static JsonNode Member(this JsonNode node, string name) => Find(node, name) ?? throw FailureException.Outside($"the host's answer has no '{name}'; is it of another version?");

    /// <summary>A list that must be there.</summary>
    public static IReadOnlyList<JsonNode> List(this JsonNode node, string name) =>
        node.Member(name) is JsonArray list ? [.. list.OfType<JsonNode>()] : throw FailureException.Outside($"'{name}' of the host's answer is no list; is it of another version?");

    /// <summary>A member's text; null = unknown.</summary>
    public static string? Text(this JsonNode node, params ReadOnlySpan<string> path)
    {
        JsonNode? at = node;
        foreach (var name in path) { at = Find(at, name); }
        return at?.ToString();
    }

    /// <summary>A member's number with so many decimals; null = unknown.</summary>
    public static string? Number(this JsonNode node, string name, int decimals) =>
        Find(node, name) is JsonValue value && value.TryGetValue(out decimal number) ? decimal.Round(number, decimals).ToString($"F{decimals}", CultureInfo.InvariantCulture) : null;

    /// <summary>An answer, indented.</summary>
    public static void WriteJson(this Terminal terminal, JsonNode node) => terminal.Out.WriteLine(node.ToJsonString(s_indented));

    private static JsonNode? Find(JsonNode? node, string name) => (node as JsonObject)?[name];
}
