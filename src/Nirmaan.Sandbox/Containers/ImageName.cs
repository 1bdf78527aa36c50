using System.Text.RegularExpressions;

namespace Nirmaan.Sandbox.Containers;

/// <summary>Names of container images.</summary>
internal static partial class ImageName
{
    /// <summary>
    /// True when the sandbox's machines can pull it: every well-formed name but those of a registry under <c>.invalid</c>, a domain that can
    /// exist nowhere (RFC 2606), or with the tag <c>missing</c>.
    /// </summary>
    public static bool CanPull(string image) =>
        WellFormed().IsMatch(image) && !image.Split('/')[0].Split(':')[0].EndsWith(".invalid", StringComparison.Ordinal)
            && !image.EndsWith(":missing", StringComparison.Ordinal);

    [GeneratedRegex(@"^([a-zA-Z0-9.-]+(:[0-9]+)?/)?[a-z0-9._/-]+(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$")]
    private static partial Regex WellFormed();
}
