using Nirmaan.Domain.Staking;

namespace Nirmaan.Domain.Tests.Staking;

public sealed class BenchmarksTests
{
    [Fact]
    public void Staking_is_holding_and_what_was_paid() => Benchmarks.Of(0.02m, 1m, 1.1m, 4m, 3m).ShouldBe(new BenchmarkGrowth(1.12m, 1.1m, 0.75m));

    [Fact]
    public void Without_a_price_of_nrm_only_the_token_is_known() => Benchmarks.Of(0.02m, null, 1m, 4m, 3m).ShouldBe(new BenchmarkGrowth(null, null, 0.75m));

    [Fact]
    public void What_was_paid_at_an_unknown_price_leaves_staking_unknown() => Benchmarks.Of(null, 1m, 1.1m, null, null).ShouldBe(new BenchmarkGrowth(null, 1.1m, null));
}
