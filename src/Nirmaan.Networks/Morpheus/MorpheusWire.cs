using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Refit;

namespace Nirmaan.Networks.Morpheus;

// What goes over the wire. Names come in Go's case or in camel case, envelopes in lower case; every part may be missing.

internal sealed record MorpheusWalletWire(string? Address);

internal sealed record MorpheusBudgetWire(BigInteger? Budget);

internal sealed record MorpheusAllowanceWire(BigInteger? Allowance);

internal sealed record MorpheusTxWire(string? Tx);

internal sealed record MorpheusProviderWire(string? Address, bool? IsDeleted);

internal sealed record MorpheusProvidersWire(List<MorpheusProviderWire>? Providers);

internal sealed record MorpheusProviderAnswerWire(MorpheusProviderWire? Provider);

internal sealed record MorpheusModelWire(string? Id, string? Owner, string? Name, bool? IsDeleted);

internal sealed record MorpheusModelsWire(List<MorpheusModelWire>? Models);

internal sealed record MorpheusModelAnswerWire(MorpheusModelWire? Model);

/// <summary><c>DeletedAt</c> 0 = it stands.</summary>
internal sealed record MorpheusBidWire(string? Id, string? Provider, string? ModelAgentId, BigInteger? PricePerSecond, BigInteger? DeletedAt);

internal sealed record MorpheusBidsWire(List<MorpheusBidWire>? Bids);

/// <summary>The node leaves <c>ID</c> zero: the bid's own counts.</summary>
internal sealed record MorpheusRatedBidWire(MorpheusBidWire? Bid, double? Score);

internal sealed record MorpheusRatedBidsWire(List<MorpheusRatedBidWire>? Bids);

internal sealed record MorpheusBidAnswerWire(MorpheusBidWire? Bid);

/// <summary>Times in Unix seconds; <c>ClosedAt</c> 0 = not closed.</summary>
internal sealed record MorpheusSessionWire(string? Id, string? Provider, string? ModelAgentId, BigInteger? PricePerSecond, BigInteger? ProviderWithdrawnAmount, BigInteger? OpenedAt, BigInteger? EndsAt, BigInteger? ClosedAt);

internal sealed record MorpheusSessionsWire(List<MorpheusSessionWire>? Sessions);

internal sealed record MorpheusSessionAnswerWire(MorpheusSessionWire? Session);

// Bodies. The node takes numbers bare or as texts; texts lose nothing on the way.

internal sealed record MorpheusProviderBody([property: JsonPropertyName("stake")] string Stake, [property: JsonPropertyName("endpoint")] string Endpoint);

/// <param name="Id">The base id: the model's own becomes the hash of owner and base id.</param>
/// <param name="Tags">One must name the type: LLM. (The node's own error text names "chat", which it does not take.)</param>
internal sealed record MorpheusModelBody(
    [property: JsonPropertyName("id")] string Id, [property: JsonPropertyName("ipfsID")] string IpfsId, [property: JsonPropertyName("fee")] string Fee,
    [property: JsonPropertyName("stake")] string Stake, [property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("tags")] IReadOnlyList<string> Tags);

internal sealed record MorpheusBidBody([property: JsonPropertyName("modelID")] string ModelId, [property: JsonPropertyName("pricePerSecond")] string PricePerSecond);

/// <summary>A whole number as a JSON text or as a bare number, however large: the node writes the one for some fields and the other for others.</summary>
internal sealed class LooseInteger : JsonConverter<BigInteger>
{
    private const int MostDigits = 100;

    public override BigInteger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan),
            _ => "",
        };
        return text.Length <= MostDigits && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number : throw new JsonException($"A whole number was expected, as text or bare, not {reader.TokenType}.");
    }

    public override void Write(Utf8JsonWriter writer, BigInteger value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
}

/// <summary>How Morpheus' bodies are written and read.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, Converters = [typeof(LooseInteger)])]
[JsonSerializable(typeof(MorpheusWalletWire))]
[JsonSerializable(typeof(MorpheusBudgetWire))]
[JsonSerializable(typeof(MorpheusAllowanceWire))]
[JsonSerializable(typeof(MorpheusTxWire))]
[JsonSerializable(typeof(MorpheusProvidersWire))]
[JsonSerializable(typeof(MorpheusProviderAnswerWire))]
[JsonSerializable(typeof(MorpheusModelsWire))]
[JsonSerializable(typeof(MorpheusModelAnswerWire))]
[JsonSerializable(typeof(MorpheusBidsWire)), JsonSerializable(typeof(MorpheusRatedBidsWire))]
[JsonSerializable(typeof(MorpheusBidAnswerWire))]
[JsonSerializable(typeof(MorpheusSessionsWire))]
[JsonSerializable(typeof(MorpheusSessionAnswerWire))]
[JsonSerializable(typeof(MorpheusProviderBody))]
[JsonSerializable(typeof(MorpheusModelBody))]
[JsonSerializable(typeof(MorpheusBidBody))]
internal sealed partial class MorpheusJson : JsonSerializerContext
{
    /// <summary>Settings of the declared interface.</summary>
    public static RefitSettings Settings() => new(new SystemTextJsonContentSerializer(new JsonSerializerOptions(Default.Options)));
}
