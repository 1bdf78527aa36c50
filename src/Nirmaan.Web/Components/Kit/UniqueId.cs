using System.Globalization;

namespace Nirmaan.Web.Components.Kit;

/// <summary>Element ids that are unique in this process, so in each page.</summary>
public static class UniqueId
{
    private static long s_last;

    /// <summary>The next id: kind-1, kind-2, ...</summary>
    public static string Next(string kind) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{Interlocked.Increment(ref s_last)}");
}
