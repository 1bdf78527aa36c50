namespace Nirmaan.Domain.Rewards;

/// <summary>What a token's history of accepted quotes tells.</summary>
public static class PriceHistory
{
    /// <summary>Weight that the past keeps from day to day: RiskMetrics' for daily returns.</summary>
    private const double Keep = 0.94;

    /// <summary>The least that is shown for a year: a token that stood still for some days is not calm.</summary>
    public const double LeastVolatility = 0.6;

    /// <summary>
    /// The mean of [to - window, to] by time: each quote stands until the next one. Of a window whose start no quote covers only what is covered counts;
    /// null = less than half of it is.
    /// </summary>
    public static decimal? Mean(IEnumerable<PriceQuote> quotes, DateTimeOffset to, TimeSpan window)
    {
        var from = to - window;
        List<PriceQuote> ordered = [.. quotes.Where(q => q.At <= to).OrderBy(q => q.At)];
        var (sum, covered) = (0m, 0m);
        foreach (var (i, quote) in ordered.Index())
        {
            var (begin, end) = (quote.At > from ? quote.At : from, i + 1 < ordered.Count ? ordered[i + 1].At : to);
            if (end <= begin) { continue; }
            var seconds = (decimal)(end - begin).TotalSeconds;
            (sum, covered) = (sum + quote.Usd * seconds, covered + seconds);
        }
        return covered * 2 < (decimal)window.TotalSeconds || covered == 0 ? null : decimal.Round(sum / covered, 8);
    }

    /// <summary>
    /// Volatility of a year from the last quote of each UTC day, returns weighted by 0.94 a day, at least <see cref="LeastVolatility"/>;
    /// null = fewer than 5 returns of consecutive days.
    /// </summary>
    public static double? Volatility(IEnumerable<PriceQuote> quotes)
    {
        List<(DateOnly Day, double Usd)> closes = [.. quotes.GroupBy(q => DateOnly.FromDateTime(q.At.UtcDateTime)).OrderBy(g => g.Key).Select(g => (g.Key, (double)g.MaxBy(q => q.At)!.Usd))];
        var (variance, weight, returns) = (0.0, 0.0, 0);
        foreach (var ((day, usd), (next, later)) in closes.Zip(closes.Skip(1)))
        {
            // A gap is not a day's return.
            if (next != day.AddDays(1)) { continue; }
            var change = Math.Log(later / usd);
            (variance, weight, returns) = (variance * Keep + change * change, weight * Keep + 1, returns + 1);
        }
        return returns < 5 ? null : Math.Max(LeastVolatility, Math.Sqrt(variance / weight * 365));
    }
}
