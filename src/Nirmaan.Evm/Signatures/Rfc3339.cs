using System.Globalization;
using System.Text.RegularExpressions;

namespace Nirmaan.Evm.Signatures;

/// <summary>Date-times of RFC 3339, section 5.6. A zone is required, days must exist; leap seconds, which .NET cannot hold, are refused.</summary>
internal static partial class Rfc3339
{
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        var match = Form().Match(text);
        if (!match.Success) { return false; }
        int Part(string name) => match.Groups[name].Success ? int.Parse(match.Groups[name].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        string seconds = string.Create(CultureInfo.InvariantCulture, $"{match.Groups["day"].Value}T{match.Groups["clock"].Value}");
        if (!DateTime.TryParseExact(seconds, "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)) { return false; }

        // Ticks are 10^-7 s; finer digits are cut off.
        string fraction = match.Groups["fraction"].Value.PadRight(7, '0')[..7];
        int offset = (60 * Part("hours")) + Part("minutes");
        if (Part("hours") > 23 || Part("minutes") > 59) { return false; }
        long ticks = local.Ticks + int.Parse(fraction, NumberStyles.None, CultureInfo.InvariantCulture)
            - (offset * TimeSpan.TicksPerMinute * (match.Groups["sign"].ValueSpan is "-" ? -1 : 1));
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks) { return false; }
        time = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    /// <summary>UTC with Z; whole seconds without a fraction.</summary>
    public static string Format(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + "Z";

    [GeneratedRegex(
        @"\A(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.(?<fraction>[0-9]+))?(?:[Zz]|(?<sign>[+-])(?<hours>[0-9]{2}):(?<minutes>[0-9]{2}))\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
