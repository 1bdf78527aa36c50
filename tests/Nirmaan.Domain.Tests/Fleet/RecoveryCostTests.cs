using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Domain.Tests.Fleet;

public sealed class RecoveryCostTests
{
    private static readonly DateTimeOffset s_lost = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);
    private static readonly WorkloadName s_workload = new("heurist-sd");
    private static readonly GpuModel s_gpu = new("rtx-a6000");

    [Fact]
    public void Hours_without_earning_cost_the_machines_expected_part_of_what_the_pool_pays()
    {
        // 10 tokens an hour are shared by 900 of others' work and 100 of ours: 1 token an hour, for one hour and a half.
        var cost = RecoveryCost.Of(s_lost, s_lost.AddHours(1.5), true, Estimate(others: 900, usd: 2), s_workload, s_gpu, gpus: 2);
        (cost.LostTokens, cost.LostUsd, cost.AssetId, cost.Gap).ShouldBe((1.5m, 3m, "MOR", TimeSpan.FromHours(1.5)));
    }

    [Fact]
    public void One_that_earned_before_the_other_went_cost_nothing() =>
        RecoveryCost.Of(s_lost, s_lost.AddHours(-1), true, Estimate(others: 900, usd: 2), s_workload, s_gpu, 2).LostTokens.ShouldBe(0);

    [Fact]
    public void What_no_estimate_tells_is_unknown_and_not_nothing()
    {
        RecoveryCost.Of(s_lost, s_lost.AddHours(1), true, null, s_workload, s_gpu, 2).LostTokens.ShouldBeNull();
        RecoveryCost.Of(s_lost, s_lost.AddHours(1), true, Estimate(others: null, usd: 2), s_workload, s_gpu, 2).LostTokens.ShouldBeNull();
        RecoveryCost.Of(s_lost, s_lost.AddHours(1), true, Estimate(others: 900, usd: null), s_workload, s_gpu, 2).LostUsd.ShouldBeNull();
    }

    private static YieldEstimate Estimate(decimal? others, decimal? usd) => new(Guid.Empty, s_lost, [new PoolEstimate(
        new PoolName("p"), NetworkName.Morpheus, "a pool", default, RewardShape.ProRata, "MOR", 10, usd, usd * 10, others, null, "unit", false, "the chain", s_lost, s_lost, [new WorkEstimate(s_workload, s_gpu.Id, 50, 1, 10, true, "measured")])]);
}
