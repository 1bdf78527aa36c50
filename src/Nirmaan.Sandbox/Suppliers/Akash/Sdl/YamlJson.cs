using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Nirmaan.Sandbox.Suppliers.Akash.Sdl;

/// <summary>
/// Reads YAML into JSON nodes by YAML 1.2's core schema, as JavaScript readers do: an unquoted <c>2.0</c> is a number, a quoted one is text.
/// YamlDotNet itself reads every untyped scalar as text, which would let through what the real validator refuses.
/// </summary>
internal static partial class YamlJson
{
    /// <summary>The document as JSON; null for an empty one.</summary>
    /// <exception cref="SdlRefusedException">The text is no YAML.</exception>
    public static JsonNode? Read(string text)
    {
        try
        {
            var stream = new YamlStream();
            using var reader = new StringReader(text);
            stream.Load(reader);
            return stream.Documents.Count == 0 ? null : Convert(stream.Documents[0].RootNode);
        }
        catch (YamlException e)
        {
            throw new SdlRefusedException([$"not YAML: {e.Message} (line {e.Start.Line}, column {e.Start.Column})"]);
        }
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(pair => KeyValuePair.Create(Name(pair.Key), Convert(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => Plain(plain.Value ?? ""),
        YamlScalarNode quoted => JsonValue.Create(quoted.Value ?? ""),
        _ => throw new SdlRefusedException([$"unsupported YAML node {node.NodeType} (line {node.Start.Line})"]),
    };

    private static string Name(YamlNode key) => key is YamlScalarNode scalar ? scalar.Value ?? ""
        : throw new SdlRefusedException([$"a name must be text (line {key.Start.Line})"]);

    private static JsonValue? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => JsonValue.Create(true),
        "false" or "False" or "FALSE" => JsonValue.Create(false),
        _ when Number().IsMatch(text) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Number();
}
