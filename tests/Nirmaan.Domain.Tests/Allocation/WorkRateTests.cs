using Nirmaan.Domain.Allocation;

namespace Nirmaan.Domain.Tests.Allocation;

/// <summary>Whether the rate's error bar is honest: histories are made up with a known truth, and what comes next is held against the band.</summary>
public sealed class WorkRateTests
{
    private const double HalfLife = 24, PriorHours = 1, JobsPerGpuHour = 20;
    private const int Histories = 2_000;

    /// <summary>A made-up market.</summary>
    /// <param name="Drift">Standard deviation of the log of the true rate over a day, as a random walk.</param>
    /// <param name="Swing">Share by which the rate swings over the hours of a day.</param>
    /// <param name="JobSpread">Standard deviation of the log of one job's credit.</param>
    /// <param name="Common">Standard deviation of the log of what all GPUs have in common within an hour: demand comes and goes.</param>
    /// <param name="PriorError">Standard deviation of the log of what was assumed against the truth.</param>
    private sealed record Market(double Drift, double Swing, double JobSpread, double Common, double PriorError);

    private static readonly Dictionary<string, Market> s_markets = new()
    {
        ["steady"] = new(0, 0, 0, 0, 0.1),
        ["uneven jobs"] = new(0, 0, 1, 0, 0.1),
        ["uneven hours"] = new(0, 0, 0.5, 0.3, 0.1),
        ["days and nights"] = new(0, 0.3, 0.5, 0.1, 0.1),
        ["drifting"] = new(0.07, 0, 0.5, 0.1, 0.1),
        ["wrongly assumed"] = new(0, 0, 0.5, 0.1, 0.7),
        ["all of it"] = new(0.1, 0.2, 0.7, 0.2, 0.4),
    };

    public static TheoryData<string> Markets => [.. s_markets.Keys];

    [Theory]
    [MemberData(nameof(Markets))]
    public void Nine_tenths_bands_hold_what_comes_true_in_85_to_95_percent(string market)
    {
        var random = new Random(20261123);
        var all = Enumerable.Range(0, Histories).Select(_ => Check(s_markets[market], random)).ToList();
        var inside = all.Count(c => c.InNineTenths) / (double)all.Count;
        inside.ShouldBeInRange(0.85, 0.95);
    }

    [Fact]
    public void What_lasts_for_hours_widens_the_band_more_than_what_changes_by_the_hour()
    {
        static List<(double, double, double)> Hours(Func<int, bool> high) => [.. Enumerable.Range(1, 48).Select(h => ((double)h, high(h) ? 130.0 : 70.0, 1.0))];
        var (_, byTheHour, _) = WorkRate.Estimate(100, 1, Hours(h => h % 2 == 0), HalfLife);
        var (_, lasting, _) = WorkRate.Estimate(100, 1, Hours(h => h / 12 % 2 == 0), HalfLife);
        lasting.ShouldBeGreaterThan(2 * byTheHour);
    }

    [Fact]
    public void Nothing_seen_leaves_what_was_assumed()
    {
        var (mean, deviation, evidence) = WorkRate.Estimate(288, 0.5, [], HalfLife);
        (mean, evidence).ShouldBe((288, 0.5));
        deviation.ShouldBeGreaterThan(0);
    }

    private static EstimateCheck Check(Market market, Random random)
    {
        var (gpus, seen, ahead) = (random.Next(1, 9), random.Next(12, 49), random.Next(6, 25));
        var truth = 100 * Math.Exp(0.5 * Normal(random));
        var walk = 0.0;
        // Hours before now count down to 0; what follows is the horizon.
        List<(double AgeHours, double Work, double GpuHours)> history = [];
        var (work, hours) = (0.0, 0.0);
        for (var hour = -seen; hour < ahead; hour++)
        {
            walk += market.Drift / Math.Sqrt(24) * Normal(random);
            var rate = truth * Math.Exp(walk + market.Common * Normal(random)) * (1 + market.Swing * Math.Sin(2 * Math.PI * (hour + seen) / 24));
            var up = gpus * (random.NextDouble() < 0.1 ? random.NextDouble() : 1);
            var done = Work(rate, up, market.JobSpread, random);
            if (hour < 0) { history.Add((-hour, done, up)); } else { (work, hours) = (work + done, hours + up); }
        }
        var (mean, deviation, evidence) = WorkRate.Estimate(truth * Math.Exp(market.PriorError * Normal(random)), PriorHours, history, HalfLife);
        return new EstimateCheck(new("p"), new("w"), "g", mean, deviation, evidence, true, default, default, hours, work);
    }

    private static double Work(double rate, double hours, double jobSpread, Random random)
    {
        var jobs = Poisson(JobsPerGpuHour * hours, random);
        var (each, sum) = (rate / JobsPerGpuHour, 0.0);
        for (var i = 0; i < jobs; i++) { sum += each * Math.Exp(jobSpread * Normal(random) - jobSpread * jobSpread / 2); }
        return sum;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static int Poisson(double mean, Random random)
    {
        var (count, time) = (0, -Math.Log(1 - random.NextDouble()));
        for (; time < mean; count++) { time -= Math.Log(1 - random.NextDouble()); }
        return count;
    }
}
