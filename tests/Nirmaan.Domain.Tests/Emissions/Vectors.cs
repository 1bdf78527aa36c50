using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Nirmaan.Domain.Tests.Emissions;

/// <summary>vectors.json beside this file; where it is from stands in it.</summary>
internal static class Vectors
{
    private static readonly JsonElement s_root = Read();

    public static IEnumerable<JsonElement> List(string name) => s_root.GetProperty(name).EnumerateArray();

    public static JsonElement One(string name) => s_root.GetProperty(name);

    public static BigInteger Wei(this JsonElement vector, string name) => BigInteger.Parse(vector.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    public static decimal Number(this JsonElement vector, string name) => decimal.Parse(vector.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    /// <summary>Whole MOR, HUE and the like as base units.</summary>
    public static BigInteger Units(decimal tokens) => Domain.Amounts.TokenAmount.Of(tokens, Domain.Amounts.Asset.Mor).Units;

    private static JsonElement Read()
    {
        using var stream = typeof(Vectors).Assembly.GetManifestResourceStream("vectors.json")!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }
}
