using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Nirmaan.Optimiser;

/// <summary>instance.json: strict in both directions, so that a misspelt cap is an error and never a cap that is not there.</summary>
internal static partial class InstanceJson
{
    public static AllocationInstance Parse(string json) => Read(() => JsonSerializer.Deserialize(json, OptimiserJson.Strict.AllocationInstance));

    public static AllocationInstance Parse(Stream utf8Json) => Read(() => JsonSerializer.Deserialize(utf8Json, OptimiserJson.Strict.AllocationInstance));

    public static string Write(AllocationInstance instance) => JsonSerializer.Serialize(instance, OptimiserJson.Strict.AllocationInstance);

    private static AllocationInstance Read(Func<AllocationInstance?> deserialize)
    {
        try
        {
            var instance = deserialize() ?? throw new InvalidInstanceException("instance", "null", "an object");
            instance.Validate();
            return instance;
        }
        catch (JsonException exception)
        {
            throw Explain(exception);
        }
    }

    private static InvalidInstanceException Explain(JsonException exception)
    {
        var path = exception.Path is { } p && p.StartsWith("$.", StringComparison.Ordinal) ? p[2..] : "instance";
        var message = exception.Message;
        if (message.Contains("missing required", StringComparison.Ordinal) && Quoted().Matches(message) is { Count: > 1 } names)
        {
            // The first quoted word is the type, the others are the properties; the path is that of the object.
            var owner = path == "instance" ? "" : path + ".";
            return new InvalidInstanceException(owner + names[1].Groups[1].Value, "missing", "a value");
        }
        if (message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            return new InvalidInstanceException(path, "unknown", "a field of instance.json");
        }
        if (message.Contains("Duplicate", StringComparison.Ordinal))
        {
            return new InvalidInstanceException(path, "given twice", "each field once");
        }
        var line = (exception.LineNumber + 1)?.ToString(CultureInfo.InvariantCulture) ?? "?";
        var inner = exception.InnerException is FormatException or InvalidOperationException ? " of the field's type" : "";
        return new InvalidInstanceException(path, $"not readable (line {line})", "JSON" + inner);
    }

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();
}

/// <summary>Reads and writes the reward shapes by the format's words.</summary>
internal sealed class RewardShapeConverter : JsonConverter<RewardShape>
{
    private static readonly string[] s_words = ["pro-rata", "demand-capped", "bid-priced"];

    /// <inheritdoc />
    public override RewardShape Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var word = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        var index = Array.IndexOf(s_words, word);
        return index >= 0 ? (RewardShape)index : throw new JsonException();
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, RewardShape value, JsonSerializerOptions options) =>
        writer.WriteStringValue(s_words[(int)value]);
}

/// <summary>The generated serialisers of both files.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(AllocationInstance))]
[JsonSerializable(typeof(AllocationPlan))]
internal sealed partial class OptimiserJson : JsonSerializerContext
{
    /// <summary>The one instance in use.</summary>
    public static OptimiserJson Strict => Default;
}
