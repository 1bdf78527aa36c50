using System.Globalization;
using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Web.Components.Kit.Charts;

namespace Nirmaan.Web.Components.Rewards.Schedules;

/// <summary>Bars of a schedule and what they are labelled.</summary>
internal sealed record PayBars(IReadOnlyList<string> Labels, IReadOnlyList<BarSeries> Series);

/// <summary>Each network's schedule as bars. Figures are for drawing; exact ones come from the schedules themselves.</summary>
internal static class PayCharts
{
    private const int Eras = 8, Payment = 100, Verifier = 10;

    /// <summary>MOR of each calendar year (UTC) by who gets it.</summary>
    public static PayBars MorByYear()
    {
        var years = Enumerable.Range(MorEmission.Start.Year, MorEmission.End.Year - MorEmission.Start.Year + 1).ToList();
        double Mor(MorBucket bucket, int year) => (double)new TokenAmount(MorEmission.Between(bucket, Utc(year, 1), Utc(year + 1, 1)), Asset.Mor).ToDecimal();
        BarSeries Of(string name, params MorBucket[] buckets) => new(name, [.. years.Select(y => (double?)buckets.Sum(b => Mor(b, y)))]);
        return new([.. years.Select(y => y.ToString(CultureInfo.InvariantCulture))],
            [Of("Compute", MorBucket.Compute), Of("Capital, code, community", MorBucket.Capital, MorBucket.Code, MorBucket.Community), Of("Protection", MorBucket.Protection)]);
    }

    /// <summary>HEU of each month, each season's pool spread evenly over its days; a season without a published pool is unknown.</summary>
    public static PayBars HeuByMonth(IReadOnlyList<HeuristSeason> seasons)
    {
        var (first, end) = (seasons.Min(s => s.From), seasons.Max(s => s.To));
        var months = Enumerable.Range(0, ((end.Year - first.Year) * 12) + end.Month - first.Month + 1).Select(i => Utc(first.Year, first.Month).AddMonths(i)).ToList();
        static double? Heu(HeuristSeason season, DateTimeOffset month)
        {
            var (from, to) = (month > season.From ? month : season.From, month.AddMonths(1) < season.To ? month.AddMonths(1) : season.To);
            return from >= to ? 0 : (double?)(season.Heu * (decimal)(to - from).TotalDays / season.Days);
        }
        return new([.. months.Select(m => m.ToString("MMM yyyy", CultureInfo.InvariantCulture))], [.. seasons.Select(s => new BarSeries(s.Name, [.. months.Select(m => Heu(s, m))]))]);
    }

    /// <summary>TAO of a day from each halving to the next, by how many million TAO have been issued when it begins.</summary>
    public static PayBars TaoByEra()
    {
        var begins = Enumerable.Range(0, Eras).Select(n => n == 0 ? BigInteger.Zero : TaoEmission.IssuedAtHalving(n)).ToList();
        return new([.. begins.Select(b => $"{((decimal)b / 1_000_000_000_000_000m).ToString("0.##", CultureInfo.InvariantCulture)} M")],
            [new BarSeries("TAO a day", [.. begins.Select(b => (double?)((double)TaoEmission.PerDay(b) / 1_000_000_000))])]);
    }

    /// <summary>Where a payment of 100 goes, without and with a verifier that takes 10.</summary>
    public static PayBars InfernetOf100()
    {
        var cases = new[] { InfernetPayment.Of(Payment * 100), InfernetPayment.Of(Payment * 100, verifierFee: Verifier * 100) };
        BarSeries Of(string name, Func<InfernetPayment, BigInteger> part) => new(name, [.. cases.Select(c => (double?)((double)part(c) / 100))]);
        return new(["No verifier", "A verifier takes 10"], [Of("Node", c => c.Node), Of("Protocol", c => c.Protocol), Of("Verifier", c => c.Verifier)]);
    }

    private static DateTimeOffset Utc(int year, int month) => new(year, month, 1, 0, 0, 0, TimeSpan.Zero);
}
