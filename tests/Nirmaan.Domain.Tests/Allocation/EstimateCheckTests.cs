using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Tests.Allocation;

public sealed class EstimateCheckTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    private static EstimateCheck Check(double rate, double hours = 1e9, double deviation = 10, string workload = "heurist-sd", int fromHour = 0, string gpu = "rtx-a6000") => new(
        new PoolName("waifu"), new WorkloadName(workload), gpu, 100, deviation, 24, true, s_start.AddHours(fromHour), s_start.AddHours(fromHour + 48), hours, rate * hours);

    [Theory]
    [InlineData(100, true, true)]
    [InlineData(92, false, true)]
    [InlineData(108, false, true)]
    [InlineData(80, false, false)]
    [InlineData(120, false, false)]
    public void What_came_true_lies_in_the_bands_or_not(double rate, bool inHalf, bool inNineTenths)
    {
        var check = Check(rate);
        (check.InHalf, check.InNineTenths).ShouldBe((inHalf, inNineTenths));
    }

    [Fact]
    public void Few_hours_may_scatter_more_than_the_rate_is_unsure()
    {
        Check(100, hours: 24).Spread.ShouldBe(10 * Math.Sqrt(2), 1e-9);
        Check(80).InNineTenths.ShouldBeFalse();
        Check(80, hours: 8).InNineTenths.ShouldBeTrue();
    }

    [Fact]
    public void A_band_ends_where_the_place_says()
    {
        var (from, to) = Check(100).Band(0.9);
        Check(from).Place.ShouldBe(0.05, 1e-6);
        Check(to).Place.ShouldBe(0.95, 1e-6);
    }

    /// <summary>Draws from the very process that the estimate assumes: the bands must hold what they say, or they are the wrong bands.</summary>
    [Fact]
    public void Where_the_world_is_as_the_estimate_says_the_bands_hold_their_share()
    {
        const int Draws = 4_000;
        const double Evidence = 24, Hours = 12;
        var random = new Random(7);
        var deviation = Math.Sqrt(100 / Evidence); // A Poisson rate of 100 an hour, seen for 24 hours.
        List<EstimateCheck> checks = [];
        for (var i = 0; i < Draws; i++)
        {
            var rate = GammaBand.Quantile(Math.Clamp(random.NextDouble(), 1e-9, 1 - 1e-9), 100, deviation);
            var count = rate * Hours + (Math.Sqrt(rate * Hours) * Normal(random));
            checks.Add(Check(count / Hours, Hours, deviation));
        }
        var sum = WorkloadCalibration.Of(checks).ShouldHaveSingleItem();
        ((double)sum.InHalf / Draws).ShouldBe(0.5, 0.03);
        ((double)sum.InNineTenths / Draws).ShouldBe(0.9, 0.02);
    }

    [Fact]
    public void Each_workload_is_summed_up_by_itself()
    {
        var sums = WorkloadCalibration.Of([Check(100), Check(80), Check(50, workload: "heurist-llm")]);
        sums.Select(s => (s.Workload.Value, s.Checks, s.InHalf, s.InNineTenths)).ShouldBe([("heurist-llm", 1, 0, 0), ("heurist-sd", 2, 1, 1)]);
        sums[0].Bias!.Value.ShouldBe(0.5, 1e-9);
        sums[1].Bias!.Value.ShouldBe(0.9, 1e-9);
    }

    [Fact]
    public void Checks_that_share_hours_do_not_count_as_independent()
    {
        WorkloadCalibration.Of([Check(100), Check(100, fromHour: 24), Check(100, fromHour: 48)]).Single().Apart.ShouldBe(2);
        WorkloadCalibration.Of([Check(100), Check(100, gpu: "rtx-4090")]).Single().Apart.ShouldBe(2);
    }

    [Fact]
    public void Without_checks_there_is_nothing_to_say() => WorkloadCalibration.Of([]).ShouldBeEmpty();

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
