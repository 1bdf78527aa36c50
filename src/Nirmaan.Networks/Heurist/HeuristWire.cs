using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Refit;

namespace Nirmaan.Networks.Heurist;

/// <summary>The network's totals; every part may be missing.</summary>
internal sealed record HeuristTotalsWire(DateTimeOffset? At, List<HeuristModelWire>? Models);

/// <summary>One model's share of the totals. <c>points</c> is the kind, llama or waifu.</summary>
internal sealed record HeuristModelWire(string? ModelId, string? Points, decimal? OthersPointsPerHour);

/// <summary>How Heurist's bodies are read.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(JsonDocument))]
[JsonSerializable(typeof(HeuristTotalsWire))]
internal sealed partial class HeuristJson : JsonSerializerContext
{
    /// <summary>Settings of the declared interfaces.</summary>
    public static RefitSettings Settings() => new(new SystemTextJsonContentSerializer(new JsonSerializerOptions(Default.Options)));
}

/// <summary>Counters of an address. Null = the answer does not have it: unknown, never 0.</summary>
internal sealed record HeuristStats(decimal? LlamaPoints, decimal? WaifuPoints)
{
    /// <summary>Reads an answer of the stats service.</summary>
    /// <exception cref="JsonException">It is no object, not even inside a text.</exception>
    public static HeuristStats Of(JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.String)
        {
            using var inner = JsonDocument.Parse(body.GetString()!);
            return inner.RootElement.ValueKind == JsonValueKind.String ? throw new JsonException("a text inside a text") : Of(inner.RootElement);
        }
        return body.ValueKind == JsonValueKind.Object
            ? new HeuristStats(Number(body, "totalLlamaPoints"), Number(body, "totalWaifuPoints"))
            : throw new JsonException($"a JSON {body.ValueKind} instead of an object");
    }

    private static decimal? Number(JsonElement body, string name) => !body.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetDecimal(out var number) => number,
        JsonValueKind.String when decimal.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };
}
