using System.Globalization;
using System.Numerics;
using System.Text;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Evm;

namespace Nirmaan.Control.Staking;

/// <summary>The file stakes.csv (formats): <c>time,account,delta</c>, with which anyone can recompute a distribution.</summary>
public static class StakesCsv
{
    private const string Header = "time,account,delta";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>Writes deltas by time, then account.</summary>
    public static string Write(IEnumerable<StakeDelta> deltas)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var delta in deltas.OrderBy(d => d.At).ThenBy(d => d.Account))
        {
            text.Append(CultureInfo.InvariantCulture, $"{TimeText(delta.At)},{delta.Account.Checksummed()},{delta.Delta}\n");
        }
        return text.ToString();
    }

    /// <summary>Reads the file; lines may be in any order.</summary>
    /// <exception cref="FormatException">Names the line, the field, what stands there and what was expected.</exception>
    public static IReadOnlyList<StakeDelta> Parse(string csv)
    {
        var lines = csv.ReplaceLineEndings("\n").Split('\n');
        if (lines[0].TrimStart('\uFEFF').Trim() != Header) { throw new FormatException($"line 1: '{lines[0]}'; expected the header {Header}"); }
        return [.. lines.Select((text, i) => (text, Number: i + 1)).Skip(1).Where(l => l.text.Length > 0).Select(l => Line(l.text, l.Number))];
    }

    /// <summary>Reads a time as these files spell it: RFC 3339 in whole seconds with a zone.</summary>
    /// <exception cref="FormatException">It is none, has a fraction or no zone.</exception>
    public static DateTimeOffset ParseTime(string text)
    {
        string[] formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:sszzz"];
        var zoned = text.EndsWith('Z') || (text.Length > 6 && text[^3] == ':' && text[^6] is '+' or '-');
        return zoned && DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : throw new FormatException($"'{text}' is not a time; expected RFC 3339 in whole seconds, such as 2026-03-01T00:00:00Z");
    }

    /// <summary>A time as these files spell it.</summary>
    public static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static StakeDelta Line(string text, int number)
    {
        var fields = text.Split(',');
        if (fields.Length != 3) { throw new FormatException($"line {number}: {fields.Length} fields; expected 3 ({Header})"); }
        try
        {
            var account = WalletAddress.Parse(EvmAddress.Parse(fields[1].Trim()).ToLowerHex());
            if (!BigInteger.TryParse(fields[2].Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var delta))
            {
                throw new FormatException($"'{fields[2]}' is not a delta; expected signed base units, such as -1000000000000000000");
            }
            return new StakeDelta(ParseTime(fields[0].Trim()), account, delta);
        }
        catch (FormatException e) { throw new FormatException($"line {number}: {e.Message}", e); }
    }
}
