using Nirmaan.Sandbox.Miners;

namespace Nirmaan.Sandbox.Tests.Containers;

public sealed class MinerWorkloadTests
{
    [Theory]
    [InlineData("heurist-sd", "heurist-sd")]
    [InlineData("heurist-llm", "heurist-llm")]
    [InlineData("morpheus-llm", "morpheus-llm")]
    [InlineData("heurist-llm-openhermes-2-pro-mistral-7b", "heurist-llm")]
    [InlineData("heurist-sd-sdxl", "heurist-sd")]
    [InlineData("heurist-llmx", null)]
    [InlineData("morpheus-llm-70b", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_workload_of_one_model_is_played_by_its_kinds_miner(string? workload, string? played) => MinerWorkload.OfName(workload).ShouldBe(played);
}
