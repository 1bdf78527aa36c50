using Nirmaan.Sandbox.Networks.Heurist;

namespace Nirmaan.Sandbox.Tests.Networks;

public sealed class HeuristPointsTests
{
    private static readonly DateOnly s_summer = new(2024, 8, 1);

    [Fact]
    public void A_512_image_in_20_steps_is_one_waifu_point_in_the_first_season() =>
        PointRules.Waifu(512, 512, 20, PointRules.Multiplier(HeuristModels.Find("BluePencilRealistic")!, new DateOnly(2024, 4, 1))).ShouldBe(1m);

    [Theory]
    [InlineData("BluePencilRealistic", 512, 512, 20, 0.3)]
    [InlineData("AnimagineXL", 1024, 1024, 25, 5)]
    [InlineData("FLUX.1-dev", 1024, 1024, 20, 40)]
    public void Waifu_points_follow_pixels_steps_and_the_models_multiplier(string model, int width, int height, int steps, double points) =>
        PointRules.Waifu(width, height, steps, PointRules.Multiplier(HeuristModels.Find(model)!, s_summer)).ShouldBe((decimal)points);

    [Theory]
    [InlineData("openhermes-mixtral-8x7b-gptq", 1)]
    [InlineData("dolphin-2.9-llama3-8b", 0.24)]
    [InlineData("openhermes-2.5-mistral-7b-gptq", 0.1)]
    [InlineData("openhermes-2-pro-mistral-7b", 0.2)]
    [InlineData("openhermes-2-yi-34b-gptq", 0)]
    public void A_thousand_tokens_earn_the_models_multiplier_in_llama_points(string model, double points) =>
        PointRules.Llama(1000, PointRules.Multiplier(HeuristModels.Find(model)!, s_summer)).ShouldBe((decimal)points);

    [Fact]
    public void Multipliers_change_with_the_days_of_the_rules()
    {
        var dolphin = HeuristModels.Find("dolphin-2.9-llama3-8b")!;
        var flux = HeuristModels.Find("FLUX.1-dev")!;

        PointRules.Multiplier(dolphin, new DateOnly(2024, 4, 1)).ShouldBe(0m);
        PointRules.Multiplier(dolphin, new DateOnly(2024, 12, 31)).ShouldBe(0.5m);
        PointRules.Multiplier(flux, new DateOnly(2024, 12, 31)).ShouldBe(0m);
    }
}
