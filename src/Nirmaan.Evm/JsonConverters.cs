using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nirmaan.Evm;

/// <summary>Writes the EIP-55 spelling; reads it or lower case. Also as the key of a dictionary.</summary>
public sealed class EvmAddressJsonConverter : JsonConverter<EvmAddress>
{
    /// <inheritdoc/>
    public override EvmAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Parse(reader.GetString()!) : throw new JsonException("An address is a JSON string.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, EvmAddress value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override EvmAddress ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.GetString()!);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, EvmAddress value, JsonSerializerOptions options) => writer.WritePropertyName(value.ToString());

    private static EvmAddress Parse(string text)
    {
        try { return EvmAddress.Parse(text); }
        catch (FormatException e) { throw new JsonException(e.Message, e); }
    }
}

/// <summary>Writes and reads <c>0x</c> and 64 digits. Also as the key of a dictionary.</summary>
public sealed class Bytes32JsonConverter : JsonConverter<Bytes32>
{
    /// <inheritdoc/>
    public override Bytes32 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Parse(reader.GetString()!) : throw new JsonException("A bytes32 value is a JSON string.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Bytes32 value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override Bytes32 ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.GetString()!);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, Bytes32 value, JsonSerializerOptions options) => writer.WritePropertyName(value.ToString());

    private static Bytes32 Parse(string text) =>
        Bytes32.TryParse(text, out Bytes32 value) ? value : throw new JsonException($"'{text}' is not 0x and 64 hexadecimal digits.");
}
