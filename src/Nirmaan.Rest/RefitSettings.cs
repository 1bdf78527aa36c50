using System.Text.Json;
using System.Text.Json.Serialization;

namespace Refit;

/// <summary>How the calls of one interface are written and read.</summary>
public sealed class RefitSettings(SystemTextJsonContentSerializer contentSerializer)
{
    /// <summary>Settings with the default JSON rules.</summary>
    public RefitSettings() : this(new SystemTextJsonContentSerializer()) { }

    /// <summary>Writes and reads bodies.</summary>
    public SystemTextJsonContentSerializer ContentSerializer { get; set; } = contentSerializer;

    /// <summary>How several values of one query parameter are written unless the parameter says otherwise; comma-separated by default.</summary>
    public CollectionFormat CollectionFormat { get; set; }

    /// <summary>
    /// The largest response body read into memory, in bytes; 8 MiB by default. A larger one is an <see cref="ApiException"/>, never a cut text.
    /// Refit has no such setting: leave it alone where the same code must build on the package.
    /// </summary>
    public long MaxResponseBytes { get; set; } = 8 * 1024 * 1024;
}

/// <summary>Bodies as JSON through System.Text.Json. Give options with a source-generated resolver; every type an interface names must then be in it.</summary>
public sealed class SystemTextJsonContentSerializer(JsonSerializerOptions jsonSerializerOptions)
{
    /// <summary>The default rules: camelCase names and enums, names matched in any case.</summary>
    public SystemTextJsonContentSerializer() : this(GetDefaultJsonSerializerOptions()) { }

    internal JsonSerializerOptions Options { get; } = jsonSerializerOptions;

    /// <summary>A fresh copy of the default rules, to be changed by the caller.</summary>
    public static JsonSerializerOptions GetDefaultJsonSerializerOptions() => new()
    {
        PropertyNameCaseInsensitive = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}
