using System.Globalization;
using System.Text;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Staking;

/// <summary>Gains of sales that an account tells, by a choice of basis; nothing of it is stored.</summary>
public static class GainsCsv
{
    /// <summary>First line of what is sent: a sale a line, time RFC 3339, whole tokens, dollars got.</summary>
    public const string Header = "time,asset,tokens,usd";
    private const int MostLines = 10_000;

    /// <summary>A line per sale with its basis and gain; an unknown one is an empty field.</summary>
    /// <exception cref="InvalidInputException">Names the line, and what was expected.</exception>
    public static string Write(StakerReturns returns, string sales, BasisChoice choice)
    {
        if (!Enum.IsDefined(choice)) { throw new InvalidInputException("basis", choice, $"one of {string.Join(", ", Enum.GetNames<BasisChoice>())}"); }
        var sold = Parse(sales);
        var received = returns.Epochs.SelectMany(e => e.Lines.Where(l => l.Net.Sign > 0).Select(l => (l.Asset.Id, Lot: new ReceivedLot(e.To, new TokenAmount(l.Net, l.Asset).ToDecimal(), l.NetUsd)))).ToLookup(l => l.Id, l => l.Lot);
        var csv = new StringBuilder("time,asset,tokens,proceeds_usd,basis_usd,gain_usd,tokens_not_received_here,method\n");
        foreach (var (asset, gain) in sold.GroupBy(s => s.Asset).OrderBy(g => g.Key, StringComparer.Ordinal).SelectMany(g => CostBasis.Of(received[g.Key], g.Select(s => s.Lot), choice).Select(gain => (g.Key, gain))))
        {
            csv.Append(CultureInfo.InvariantCulture, $"{StakesCsv.TimeText(gain.Sold.At)},{asset},{gain.Sold.Tokens},{gain.Sold.Usd},{gain.BasisUsd:0.########},{gain.GainUsd:0.########},{gain.Uncovered:0.##################},{choice.ToString().ToLowerInvariant()}\n");
        }
        return csv.ToString();
    }

    private static List<(string Asset, SoldLot Lot)> Parse(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || lines[0].Trim() != Header) { throw new InvalidInputException("line 1", lines.FirstOrDefault(), $"the header {Header}"); }
        if (lines.Length > MostLines) { throw new InvalidInputException("lines", lines.Length, $"at most {MostLines}"); }
        return [.. lines.Skip(1).Select((line, i) => Line(line, i + 2))];
    }

    // A looser reading takes 03/05/2026 for March and 12:00 for today, and a tax figure is wrong without a word.
    private static bool TryTime(string text, out DateTimeOffset at) => DateTimeOffset.TryParseExact(
        text, ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);

    private static (string Asset, SoldLot Lot) Line(string line, int number)
    {
        const NumberStyles Style = NumberStyles.AllowDecimalPoint;
        if (line.Split(',') is [var time, var asset, var tokens, var usd] && Asset.Tokens.Any(a => a.Id == asset.Trim()) && TryTime(time.Trim(), out var at)
            && decimal.TryParse(tokens, Style, CultureInfo.InvariantCulture, out var amount) && amount > 0 && decimal.TryParse(usd, Style, CultureInfo.InvariantCulture, out var got))
        {
            return (asset.Trim(), new SoldLot(at, amount, got));
        }
        throw new InvalidInputException($"line {number}", line, $"such as 2026-03-05T12:00:00Z,MOR,1.5,6.30; assets: {string.Join(", ", Asset.Tokens.Select(a => a.Id))}");
    }
}
