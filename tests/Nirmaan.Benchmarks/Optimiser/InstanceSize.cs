using System.Globalization;

namespace Nirmaan.Benchmarks.Optimiser;

/// <summary>How large a generated instance is, written 1000x64, 10000x64s200 (scenarios) or 1000x64t (tight caps).</summary>
public sealed record InstanceSize(int Offers, int Workloads, int Scenarios, bool IsTight)
{
    /// <summary>Reads the written form.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static InstanceSize Parse(string text)
    {
        var (rest, isTight) = text.EndsWith('t') ? (text[..^1], true) : (text, false);
        var parts = rest.Split('x', 's');
        return parts.Length is 2 or 3
            ? new InstanceSize(Whole(parts[0]), Whole(parts[1]), parts.Length == 3 ? Whole(parts[2]) : 0, isTight)
            : throw new FormatException($"{text} is no size; expected e.g. 1000x64, 10000x64s200 or 1000x64t.");
    }

    /// <inheritdoc />
    public override string ToString() => $"{Offers}x{Workloads}{(Scenarios > 0 ? $"s{Scenarios}" : "")}{(IsTight ? "t" : "")}";

    private static int Whole(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
