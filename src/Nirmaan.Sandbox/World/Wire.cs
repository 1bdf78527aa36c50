using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Nirmaan.Sandbox.World;

/// <summary>How the sandbox writes JSON: names exactly as given, nulls written, no HTML escapes.</summary>
public static class Wire
{
    /// <summary>Serializer options of every answer.</summary>
    public static JsonSerializerOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An answer with these names and values, made into text at once: the caller may hold the lock that guards them.</summary>
    public static IResult Json(object body, int status = 200) =>
        Results.Text(JsonSerializer.Serialize(body, Options), "application/json", Encoding.UTF8, status);

    /// <summary>RFC 3339 in UTC with milliseconds, as JavaScript servers print it.</summary>
    public static string Zoned(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
