using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Nirmaan.Networks.Templates;

/// <summary>A map of a template file that is read strictly: what is asked for must be there and of its form, and nothing else may be.</summary>
internal sealed class TemplateFields(string file, string path, YamlMappingNode map)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>A text that fits; an absent one is refused.</summary>
    public string Text(string name, string expected, Predicate<string> fits) => OptionalText(name, expected, fits) ?? throw Bad(name, null, expected);

    /// <summary>A text that fits; null where the key is absent or its value null.</summary>
    public string? OptionalText(string name, string expected, Predicate<string> fits)
    {
        if (Find(name) is not { } node || IsNull(node)) { return null; }
        return node is YamlScalarNode { Value: { } text } && fits(text) ? text : throw Bad(name, node, expected);
    }

    /// <summary>A whole number within both ends.</summary>
    public int Whole(string name, int from, int to) => (int)Number(name, from, to, wholeOnly: true);

    /// <summary>A number within both ends.</summary>
    public decimal Number(string name, decimal from, decimal to, bool wholeOnly = false)
    {
        var expected = string.Create(CultureInfo.InvariantCulture, $"a {(wholeOnly ? "whole " : "")}number from {from} to {to}");
        var node = Find(name) ?? throw Bad(name, null, expected);
        var styles = wholeOnly ? NumberStyles.None : NumberStyles.AllowDecimalPoint;
        return node is YamlScalarNode { Value: { } text } && decimal.TryParse(text, styles, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to
            ? number : throw Bad(name, node, expected);
    }

    /// <summary>true or false.</summary>
    public bool Flag(string name) => Text(name, "true or false", t => t is "true" or "false") == "true";

    /// <summary>A list of texts that fit.</summary>
    public IReadOnlyList<string> Texts(string name, int atLeast, string expected, Predicate<string> fits)
    {
        var list = Find(name) switch
        {
            null => throw Bad(name, null, $"a list, each {expected}"),
            YamlSequenceNode sequence => sequence,
            var other => throw Bad(name, other, $"a list, each {expected}"),
        };
        if (list.Children.Count < atLeast) { throw Bad(name, list, $"at least {atLeast}, each {expected}"); }
        return [.. list.Children.Select((node, i) => node is YamlScalarNode { Value: { } text } && !IsNull(node) && fits(text) ? text : throw Bad($"{name}[{i}]", node, expected))];
    }

    /// <summary>A map of names that fit to texts.</summary>
    public IReadOnlyDictionary<string, string> Entries(string name, string expected, Predicate<string> fits) => Map(name).Children.ToDictionary(
        entry => entry.Key is YamlScalarNode { Value: { } key } && fits(key) ? key : throw Bad(name, entry.Key, expected),
        entry => entry.Value is YamlScalarNode { Value: { } text } ? text : throw Bad($"{name}.{entry.Key}", entry.Value, "a text"),
        StringComparer.Ordinal);

    /// <summary>A map of its own, read whole by <paramref name="read"/>.</summary>
    public T Section<T>(string name, Func<TemplateFields, T> read) => Whole(new TemplateFields(file, Path(name), Map(name)), read);

    /// <summary>The same where it may be absent or null.</summary>
    public T? OptionalSection<T>(string name, Func<TemplateFields, T> read) where T : class => Find(name) is not { } node || IsNull(node) ? null : Section(name, read);

    /// <summary>A list of maps, at least one.</summary>
    public IReadOnlyList<T> Sections<T>(string name, Func<TemplateFields, T> read)
    {
        const string Expected = "a list of maps, at least one";
        var node = Find(name) ?? throw Bad(name, null, Expected);
        if (node is not YamlSequenceNode { Children.Count: > 0 } list) { throw Bad(name, node, Expected); }
        return [.. list.Children.Select((item, i) => item is YamlMappingNode child
            ? Whole(new TemplateFields(file, Path($"{name}[{i}]"), child), read) : throw Bad($"{name}[{i}]", item, "a map"))];
    }

    /// <summary>Reads a map and refuses it when it holds anything that was not asked for.</summary>
    public static T Whole<T>(TemplateFields fields, Func<TemplateFields, T> read)
    {
        var value = read(fields);
        return fields.Stranger() is { } key ? throw fields.Bad(key, key, $"one of {string.Join(", ", fields._known.Order(StringComparer.Ordinal))}") : value;
    }

    /// <summary>The error of a field of this map.</summary>
    public TemplateFileException Bad(string name, string? value, string expected, Exception? inner = null) => new(file, Path(name), value, expected, inner);

    private TemplateFileException Bad(string name, YamlNode node, string expected) =>
        Bad(name, node is YamlScalarNode scalar ? scalar.Value ?? "" : Regex.Replace(node.ToString(), @"\s+", " "), expected);

    private string? Stranger() => map.Children.Keys.Select(k => (k as YamlScalarNode)?.Value ?? k.ToString()).FirstOrDefault(k => !_known.Contains(k));

    private YamlMappingNode Map(string name) => Find(name) switch
    {
        null => throw Bad(name, null, "a map"),
        YamlMappingNode child => child,
        var other => throw Bad(name, other, "a map"),
    };

    private YamlNode? Find(string name)
    {
        _known.Add(name);
        return map.Children.TryGetValue(new YamlScalarNode(name), out var node) ? node : null;
    }

    private string Path(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static bool IsNull(YamlNode node) => node is YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: null or "" or "~" or "null" };
}
