using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Nirmaan.Sandbox.Suppliers.Akash.Sdl;

/// <summary>Amounts of resources as an SDL writes them.</summary>
internal static partial class SdlSizes
{
    private const string Prefixes = "kmgtpe";

    /// <summary>Bytes of <c>4Gi</c>, <c>500M</c>; a size without a unit breaks the real library.</summary>
    public static decimal Bytes(string text)
    {
        var match = Size().Match(text.ToLowerInvariant());
        if (!match.Success || !decimal.TryParse(match.Groups[1].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            throw new SdlCrashedException($"Invalid size string: {text}");
        }
        var power = Prefixes.IndexOf(match.Groups[2].Value[0], StringComparison.Ordinal) + 1;
        var unit = match.Groups[3].Value == "i" ? 1024m : 1000m;
        for (var i = 0; i < power; i++) { value *= unit; }
        return decimal.Ceiling(value);
    }

    /// <summary>Thousandths of a core of <c>2</c>, <c>0.5</c>, <c>"500m"</c>.</summary>
    public static decimal MilliCpu(JsonNode units)
    {
        if (SdlRules.IsNumber(units, out var cores)) { return cores * 1000; }
        var text = units.GetValue<string>().ToLowerInvariant();
        var match = Cpu().Match(text);
        if (!match.Success) { throw new SdlCrashedException($"Invalid size string: {text}"); }
        var value = decimal.Parse(match.Groups[1].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture);
        return match.Groups[2].Value == "m" ? value : value * 1000;
    }

    /// <summary>Number of GPUs.</summary>
    public static int Gpus(JsonNode? units) => units switch
    {
        null => 0,
        _ when SdlRules.IsNumber(units, out var number) => (int)number,
        _ => int.TryParse(units.GetValue<string>(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number
            : throw new SdlCrashedException("gpu units are not a number"),
    };

    /// <summary>A number without trailing zeros.</summary>
    public static string Plain(decimal value) => (value / 1.000000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([\d.]+)([a-zA-Z])([a-zA-Z]*)$")] private static partial Regex Size();

    [GeneratedRegex(@"^([\d.]+)([a-zA-Z]*)$")] private static partial Regex Cpu();
}
