using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>A number as the node's lib.BigInt is written: a JSON string.</summary>
internal sealed class TextNumber : JsonConverter<BigInteger>
{
    public override BigInteger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        BigInteger.Parse(reader.GetString()!, CultureInfo.InvariantCulture);

    public override void Write(Utf8JsonWriter writer, BigInteger value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
}

/// <summary>A number as a plain Go *big.Int is written: a bare JSON number, however large.</summary>
internal sealed class BareNumber : JsonConverter<BigInteger>
{
    public override BigInteger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var number = JsonDocument.ParseValue(ref reader);
        return BigInteger.Parse(number.RootElement.GetRawText(), CultureInfo.InvariantCulture);
    }

    public override void Write(Utf8JsonWriter writer, BigInteger value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.ToString(CultureInfo.InvariantCulture));
}

/// <summary>A provider as the node writes it: names in Go's case, numbers as strings.</summary>
internal sealed record ProviderWire(string Address, string Endpoint, [property: JsonConverter(typeof(TextNumber))] BigInteger Stake,
    [property: JsonConverter(typeof(TextNumber))] BigInteger CreatedAt, bool IsDeleted)
{
    public static ProviderWire Of(Provider p) => new(p.Address, p.Endpoint, p.Stake, p.CreatedAt, p.IsDeleted);
}

/// <summary>A model as the node writes it: its numbers are bare.</summary>
internal sealed record ModelWire(string Id, [property: JsonPropertyName("IpfsCID")] string IpfsCid, [property: JsonConverter(typeof(BareNumber))] BigInteger Fee,
    [property: JsonConverter(typeof(BareNumber))] BigInteger Stake, string Owner, string Name, IReadOnlyList<string> Tags,
    [property: JsonConverter(typeof(BareNumber))] BigInteger CreatedAt, bool IsDeleted, string ModelType)
{
    public static ModelWire Of(Model m) => new(m.Id, m.IpfsCid, m.Fee, m.Stake, m.Owner, m.Name, m.Tags, m.CreatedAt, m.IsDeleted, m.ModelType);
}

/// <summary>A bid as the node writes it: numbers as strings.</summary>
internal sealed record BidWire(string Id, string Provider, string ModelAgentId, [property: JsonConverter(typeof(TextNumber))] BigInteger PricePerSecond,
    [property: JsonConverter(typeof(TextNumber))] BigInteger Nonce, [property: JsonConverter(typeof(TextNumber))] BigInteger CreatedAt,
    [property: JsonConverter(typeof(TextNumber))] BigInteger DeletedAt)
{
    public static BidWire Of(Bid b) => new(b.Id, b.Provider, b.ModelId, b.PricePerSecond, b.Nonce, b.CreatedAt, b.DeletedAt);
}

/// <summary>A rated bid as the node writes it: its own id is left zero. The users here take the lowest price, so that all are rated alike but for it.</summary>
internal sealed record RatedBidWire([property: JsonPropertyName("ID")] string Id, BidWire Bid, double Score)
{
    // What a provider of middling speed, full success and little stake is rated.
    private const double Quality = 0.6;

    public static RatedBidWire Of(Bid b) => new("0x" + new string('0', 64), BidWire.Of(b), Quality * (double)MorpheusRules.Mor / (double)b.PricePerSecond);
}

/// <summary>A session as the node writes it: all its numbers are bare, some beyond 2^53.</summary>
internal sealed record SessionWire(string Id, string User, string Provider, string ModelAgentId, [property: JsonPropertyName("BidID")] string BidId,
    [property: JsonConverter(typeof(BareNumber))] BigInteger Stake, [property: JsonConverter(typeof(BareNumber))] BigInteger PricePerSecond,
    string CloseoutReceipt, int CloseoutType, [property: JsonConverter(typeof(BareNumber))] BigInteger ProviderWithdrawnAmount,
    long OpenedAt, long EndsAt, long ClosedAt)
{
    public static SessionWire Of(Session s) => new(s.Id, s.User, s.Bid.Provider, s.Bid.ModelId, s.Bid.Id, s.Stake, s.Bid.PricePerSecond, s.Receipt, s.CloseoutType,
        s.Withdrawn, s.OpenedAt, s.EndsAt, s.ClosedAt);
}

/// <summary>A model of the node's models-config.json.</summary>
internal sealed record LocalModelWire(string Id, string Name, string Model, string ApiType, string ApiUrl, int Slots, string CapacityPolicy);

/// <summary>The node's JSON: names as they are written here, no policy.</summary>
internal static class MorpheusJson
{
    public static JsonSerializerOptions Options { get; } = new();

    public static IResult Ok(object body) => Results.Json(body, Options);

    public static IResult Error(int status, string error) => Results.Json(new { error }, Options, statusCode: status);
}
