using System.Globalization;

namespace Nirmaan.Domain.Fleet;

/// <summary>CUDA versions are "major.minor" and compare by number, not as text ("12.10" is newer than "12.4").</summary>
public static class CudaVersion
{
    /// <summary>Negative when <paramref name="left"/> is older, 0 when equal, positive when newer.</summary>
    /// <exception cref="FormatException">Not a version.</exception>
    public static int Compare(string left, string right) => Read(left).CompareTo(Read(right));

    private static (int Major, int Minor) Read(string text)
    {
        var parts = text.Split('.');
        return parts.Length is 1 or 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(parts.Length == 2 ? parts[1] : "0", NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            ? (major, minor)
            : throw new FormatException($"'{text}' is not a CUDA version: expected major.minor, for example 12.2.");
    }
}
