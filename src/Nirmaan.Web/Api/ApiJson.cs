using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nirmaan.Web.Api;

/// <summary>How the REST interface writes: camelCase, times RFC 3339 in UTC, numbers with at most 8 decimals, words of our lists in camelCase, unknown as null.</summary>
internal static class ApiJson
{
    /// <summary>Sets options up.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new Time());
        options.Converters.Add(new Number());
    }

    private sealed class Time : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture));
    }

    private sealed class Number : JsonConverter<decimal>
    {
        public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDecimal();

        // Divided by a one of many decimals a decimal loses its trailing zeros.
        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) => writer.WriteNumberValue(decimal.Round(value, 8) / 1.0000000000000000000000000000m);
    }
}
