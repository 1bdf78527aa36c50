using System.Globalization;
using System.Reflection;
using System.Runtime.Serialization;

namespace Refit;

/// <summary>Values as texts in paths, queries and headers: invariant culture, an enum by its EnumMember name, true and false as .NET writes them.</summary>
internal static class Text
{
    internal static string? Of(object? value, string? format) => value switch
    {
        null => null,
        Enum e when string.IsNullOrEmpty(format) => Name(e),
        IFormattable f => f.ToString(format, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static string Name(Enum value) =>
        value.GetType().GetField(value.ToString())?.GetCustomAttribute<EnumMemberAttribute>()?.Value ?? value.ToString();
}
