using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nirmaan.Providers.Http;

/// <summary>Text that some servers send as a number (ids, heights). Kept as it was written; sent as text.</summary>
internal sealed class LooseText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => Raw(ref reader),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => throw new JsonException("Expected a text or a number."),
    };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString()!;

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);

    internal static string Raw(ref Utf8JsonReader reader) =>
        reader.HasValueSequence ? Encoding.UTF8.GetString(reader.ValueSequence.ToArray()) : Encoding.UTF8.GetString(reader.ValueSpan);
}

/// <summary>Times that may lack a zone: they are UTC. An unreadable time is no time; the rest of the answer must not be lost over it.</summary>
internal sealed class LooseTime : JsonConverter<DateTimeOffset?>
{
    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }
        const DateTimeStyles AsUtc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParse(reader.GetString(), CultureInfo.InvariantCulture, AsUtc, out var time) ? time : null;
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options)
    {
        if (value is { } time) { writer.WriteStringValue(time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)); } else { writer.WriteNullValue(); }
    }
}

/// <summary>An id of a supplier that was a number once and is a text now: opaque here, sent as a number when it is all digits.</summary>
[JsonConverter(typeof(OpaqueIdConverter))]
internal readonly record struct OpaqueId(string Text)
{
    /// <summary>True when it goes out as a JSON number.</summary>
    public bool IsNumber => Text is { Length: > 0 and < 19 } && Text.All(char.IsAsciiDigit) && (Text.Length == 1 || Text[0] != '0');

    public override string ToString() => Text;
}

internal sealed class OpaqueIdConverter : JsonConverter<OpaqueId>
{
    public override OpaqueId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => new OpaqueId(reader.GetString()!),
        JsonTokenType.Number => new OpaqueId(LooseText.Raw(ref reader)),
        _ => throw new JsonException("Expected an id, text or number."),
    };

    public override void Write(Utf8JsonWriter writer, OpaqueId value, JsonSerializerOptions options)
    {
        if (value.IsNumber) { writer.WriteRawValue(value.Text); } else { writer.WriteStringValue(value.Text); }
    }
}
