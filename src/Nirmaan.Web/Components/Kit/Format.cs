using System.Globalization;
using System.Numerics;

namespace Nirmaan.Web.Components.Kit;

/// <summary>The one way each kind of figure is written. Invariant culture; times are UTC.</summary>
public static class Format
{
    private const char Minus = '\u2212';

    /// <summary>Dollars with a fixed number of decimals: $1,234.50, −$0.30. Not null, since an unknown price is no 0: see <see cref="Unknown"/>.</summary>
    public static string Usd(decimal amount, int digits = 2)
    {
        var text = Math.Abs(amount).ToString("N" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return amount < 0 ? $"{Minus}${text}" : $"${text}";
    }

    /// <summary>Decimals that show at least two significant digits of a small price, at most 8 (the most an amount has).</summary>
    public static int UsdDigits(decimal amount)
    {
        var size = Math.Abs(amount);
        if (size is 0 or >= 1) { return 2; }
        var digits = 2;
        for (var unit = 0.1m; size < unit && digits < 8; unit /= 10) { digits++; }
        return digits;
    }

    /// <summary>A token amount exactly: base units over 10^decimals, without trailing zeros, thousands grouped.</summary>
    public static string Tokens(BigInteger baseUnits, int decimals) => Tokens(baseUnits, decimals, decimals, out _);

    /// <summary>A token amount with at most <paramref name="digits"/> decimals, cut and not rounded, so that it never shows more than there is.</summary>
    /// <param name="baseUnits">Amount in base units.</param>
    /// <param name="decimals">Decimals of the asset.</param>
    /// <param name="digits">Most decimals to show.</param>
    /// <param name="isExact">False when something was cut off.</param>
    public static string Tokens(BigInteger baseUnits, int decimals, int digits, out bool isExact)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(decimals);
        ArgumentOutOfRangeException.ThrowIfNegative(digits);
        var whole = BigInteger.DivRem(BigInteger.Abs(baseUnits), BigInteger.Pow(10, decimals), out var rest);
        var fraction = decimals == 0 ? "" : rest.ToString(CultureInfo.InvariantCulture).PadLeft(decimals, '0').TrimEnd('0');
        isExact = fraction.Length <= digits;
        var shown = (isExact ? fraction : fraction[..digits]).TrimEnd('0');
        var text = whole.ToString("N0", CultureInfo.InvariantCulture);
        return (baseUnits.Sign < 0 ? Minus.ToString() : "") + (shown.Length == 0 ? text : $"{text}.{shown}");
    }

    /// <summary>A count: 12,345.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture).Replace('-', Minus);

    /// <summary>A count of things: 1 staker, 12 stakers.</summary>
    public static string Count(long count, string one) => $"{Count(count)} {one}{(count is 1 or -1 ? "" : "s")}";

    /// <summary>A share as a percentage: 0.1234 is 12.3 %.</summary>
    public static string Percent(double share, int digits = 1)
    {
        var number = (share * 100).ToString("N" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return $"{number} %".Replace('-', Minus);
    }

    /// <summary>A measured figure in few characters: 0.0042, 1.25, 340, 12.5k, 3.1M.</summary>
    public static string Brief(double value)
    {
        var size = Math.Abs(value);
        var text = size switch
        {
            0 => "0",
            < 0.001 => value.ToString("0.##e0", CultureInfo.InvariantCulture),
            < 1 => value.ToString("0.####", CultureInfo.InvariantCulture),
            < 100 => value.ToString("0.##", CultureInfo.InvariantCulture),
            < 10_000 => value.ToString("#,0.#", CultureInfo.InvariantCulture),
            < 1_000_000 => (value / 1_000).ToString("0.#", CultureInfo.InvariantCulture) + "k",
            < 1_000_000_000 => (value / 1_000_000).ToString("0.##", CultureInfo.InvariantCulture) + "M",
            _ => (value / 1_000_000_000).ToString("#,0.##", CultureInfo.InvariantCulture) + "G",
        };
        return text.Replace('-', Minus);
    }

    /// <summary>A length of time in its two largest units: 45 s, 3 min, 2 h 5 min, 4 d 6 h.</summary>
    public static string Span(TimeSpan span)
    {
        var t = span.Duration();
        return t switch
        {
            { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{(int)t.TotalSeconds} s"),
            { TotalMinutes: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{(int)t.TotalMinutes} min"),
            { TotalHours: < 24 } => Two((int)t.TotalHours, "h", t.Minutes, "min"),
            _ => Two((int)t.TotalDays, "d", t.Hours, "h"),
        };
    }

    private static string Two(int large, string largeUnit, int small, string smallUnit) =>
        string.Create(CultureInfo.InvariantCulture, $"{large} {largeUnit}") + (small == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" {small} {smallUnit}"));

    /// <summary>How long ago, or how far ahead: 3 min ago, in 2 h 5 min. Kept equal to ageText() in nirmaan.js.</summary>
    public static string Age(DateTimeOffset at, DateTimeOffset now)
    {
        var age = now - at;
        return age.Duration() < TimeSpan.FromSeconds(1) ? "now" : age > TimeSpan.Zero ? $"{Span(age)} ago" : $"in {Span(age)}";
    }

    /// <summary>2026-11-22 10:38:04 UTC.</summary>
    public static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>RFC 3339 in whole seconds, for machines.</summary>
    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <summary>22 Nov.</summary>
    public static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM", CultureInfo.InvariantCulture);

    /// <summary>22 Nov.</summary>
    public static string Day(DateOnly day) => day.ToString("d MMM", CultureInfo.InvariantCulture);

    /// <summary>A day of another year than this: 18 Nov 2027.</summary>
    public static string Date(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>22 Nov 10:38.</summary>
    public static string DayTime(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM HH:mm", CultureInfo.InvariantCulture);
}
