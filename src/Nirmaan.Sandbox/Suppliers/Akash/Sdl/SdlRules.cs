using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Nirmaan.Sandbox.Suppliers.Akash.Sdl;

/// <summary>One structural rule: adds what is wrong with a value at a path to the list.</summary>
internal delegate void SdlRule(JsonNode? value, string path, List<string> wrong);

/// <summary>The few rules that a JSON schema needs here.</summary>
internal static class SdlRules
{
    /// <summary>A field of an object.</summary>
    public sealed record Field(string Name, SdlRule Rule, bool Required = false);

    public static SdlRule Text(int minLength = 0, Regex? pattern = null, params string[] oneOf) => (value, path, wrong) =>
    {
        if (value is not JsonValue json || !json.TryGetValue<string>(out var text)) { wrong.Add($"{path} must be text"); }
        else if (text.Length < minLength) { wrong.Add($"{path} needs at least {minLength} characters"); }
        else if (pattern is not null && !pattern.IsMatch(text)) { wrong.Add($"{path} does not match {pattern}"); }
        else if (oneOf.Length > 0 && !oneOf.Contains(text)) { wrong.Add($"{path} must be one of {string.Join(", ", oneOf)}"); }
    };

    public static SdlRule Number(decimal? atLeast = null, decimal? above = null) => (value, path, wrong) =>
    {
        if (!IsNumber(value, out var number)) { wrong.Add($"{path} must be a number"); }
        else if (number < atLeast || number <= above) { wrong.Add($"{path} is too small"); }
    };

    public static SdlRule Whole(decimal min, decimal max = decimal.MaxValue) => (value, path, wrong) =>
    {
        if (!IsNumber(value, out var number) || number != decimal.Truncate(number)) { wrong.Add($"{path} must be a whole number"); }
        else if (number < min || number > max) { wrong.Add($"{path} must lie between {min} and {max}"); }
    };

    public static readonly SdlRule Flag = (value, path, wrong) =>
    {
        if (value is not JsonValue json || !json.TryGetValue<bool>(out _)) { wrong.Add($"{path} must be true or false"); }
    };

    public static readonly SdlRule AnyObject = (value, path, wrong) =>
    {
        if (value is not JsonObject) { wrong.Add($"{path} must be an object"); }
    };

    public static SdlRule List(SdlRule item) => (value, path, wrong) =>
    {
        if (value is not JsonArray list) { wrong.Add($"{path} must be a list"); return; }
        for (var i = 0; i < list.Count; i++) { item(list[i], $"{path}/{i}", wrong); }
    };

    public static SdlRule OrNull(SdlRule rule) => (value, path, wrong) =>
    {
        if (value is not null) { rule(value, path, wrong); }
    };

    /// <summary>Exactly the kinds tried fit; the complaint is the last one's.</summary>
    public static SdlRule Either(params SdlRule[] rules) => (value, path, wrong) =>
    {
        List<string> last = [];
        foreach (var rule in rules)
        {
            last = [];
            rule(value, path, last);
            if (last.Count == 0) { return; }
        }
        wrong.AddRange(last);
    };

    /// <summary>Free names, each value by one rule.</summary>
    public static SdlRule Map(SdlRule item, Regex? names = null) => (value, path, wrong) =>
    {
        if (value is not JsonObject map) { wrong.Add($"{path} must be an object"); return; }
        foreach (var (name, child) in map)
        {
            if (names is not null && !names.IsMatch(name)) { wrong.Add($"{path}/{name}: the name does not match {names}"); }
            else { item(child, $"{path}/{name}", wrong); }
        }
    };

    /// <summary>Named fields; any other is refused.</summary>
    public static SdlRule Fields(params Field[] fields) => (value, path, wrong) =>
    {
        if (value is not JsonObject map) { wrong.Add($"{(path.Length == 0 ? "the SDL" : path)} must be an object"); return; }
        wrong.AddRange(fields.Where(f => f.Required && !map.ContainsKey(f.Name)).Select(f => $"{path}/{f.Name} is missing"));
        foreach (var (name, child) in map)
        {
            if (Array.Find(fields, f => f.Name == name) is { } field) { field.Rule(child, $"{path}/{name}", wrong); }
            else { wrong.Add($"{path}/{name} is not known"); }
        }
    };

    public static SdlRule And(SdlRule rule, Action<JsonObject, string, List<string>> further) => (value, path, wrong) =>
    {
        rule(value, path, wrong);
        if (value is JsonObject map) { further(map, path, wrong); }
    };

    public static bool IsNumber(JsonNode? value, out decimal number)
    {
        number = 0;
        return value is JsonValue json && json.TryGetValue(out number);
    }
}
