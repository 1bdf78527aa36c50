using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nirmaan.Cli.Rest;

/// <summary>Values of an answer as text.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <summary>A member's text; null = unknown.</summary>
    public static string? Text(this JsonNode node, params ReadOnlySpan<string> path)
    {
        JsonNode? at = node;
        foreach (var name in path) { at = at?[name]; }
        return at?.ToString();
    }

    /// <summary>A member's number with so many decimals; null = unknown.</summary>
    public static string? Number(this JsonNode node, string name, int decimals) =>
        node[name]?.GetValue<decimal>() is { } value ? decimal.Round(value, decimals).ToString($"F{decimals}", CultureInfo.InvariantCulture) : null;

    /// <summary>The answer as it came, indented.</summary>
    public static void WriteJson(this Terminal terminal, JsonNode node) => terminal.Out.WriteLine(node.ToJsonString(s_indented));
}
