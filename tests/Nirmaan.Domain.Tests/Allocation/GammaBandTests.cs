using Nirmaan.Domain.Allocation;

namespace Nirmaan.Domain.Tests.Allocation;

public sealed class GammaBandTests
{
    /// <summary>With a deviation as great as the mean it is the exponential distribution, whose figures are known in closed form.</summary>
    [Theory]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(5)]
    public void With_shape_one_it_is_exponential(double value) => GammaBand.Below(value, 2, 2).ShouldBe(1 - Math.Exp(-value / 2), 1e-12);

    /// <summary>Shape 3 = the third arrival of a Poisson process: 1 - e^-x (1 + x + x²/2).</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(12)]
    public void With_a_whole_shape_it_is_a_waiting_time(double x) =>
        GammaBand.Below(x, 3, Math.Sqrt(3)).ShouldBe(1 - (Math.Exp(-x) * (1 + x + (x * x / 2))), 1e-12);

    [Fact]
    public void With_a_small_spread_it_is_nearly_normal()
    {
        GammaBand.Below(1_010, 1_000, 10).ShouldBe(0.8413, 0.002);
        GammaBand.Below(980, 1_000, 10).ShouldBe(0.0228, 0.002);
    }

    [Theory]
    [InlineData(0.05, 100, 5)]
    [InlineData(0.25, 3_600, 900)]
    [InlineData(0.95, 0.01, 0.03)]
    public void A_quantile_is_the_inverse(double share, double mean, double deviation) =>
        GammaBand.Below(GammaBand.Quantile(share, mean, deviation), mean, deviation).ShouldBe(share, 1e-9);

    [Fact]
    public void Nothing_lies_below_zero() => GammaBand.Below(0, 1, 1).ShouldBe(0);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(double.NaN, 1)]
    public void A_distribution_without_mean_or_spread_is_refused(double mean, double deviation) =>
        Should.Throw<ArgumentOutOfRangeException>(() => GammaBand.Below(1, mean, deviation));
}
