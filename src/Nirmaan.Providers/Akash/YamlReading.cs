using YamlDotNet.RepresentationModel;

namespace Nirmaan.Providers.Akash;

/// <summary>Walks a YAML tree that may lack anything.</summary>
internal static class YamlReading
{
    /// <summary>The node below these names; null = not there.</summary>
    public static YamlNode? At(this YamlNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            node = node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null;
        }
        return node;
    }

    /// <summary>The text below these names; null = not there or no text.</summary>
    public static string? Text(this YamlNode? node, params ReadOnlySpan<string> path) => (node.At(path) as YamlScalarNode)?.Value;

    /// <summary>The entries that are maps, by name.</summary>
    public static IEnumerable<(string Name, YamlMappingNode Map)> Maps(this YamlNode? node) => node is YamlMappingNode map
        ? map.Children.Where(c => c.Value is YamlMappingNode).Select(c => ((c.Key as YamlScalarNode)?.Value ?? "", (YamlMappingNode)c.Value))
        : [];

    /// <summary>The items of a list.</summary>
    public static IEnumerable<YamlNode> Items(this YamlNode? node) => node is YamlSequenceNode list ? list.Children : [];

    /// <summary>The texts of a list.</summary>
    public static IEnumerable<string> Texts(this YamlNode? node) => node.Items().Select(i => (i as YamlScalarNode)?.Value ?? "");
}
