using System.Text.RegularExpressions;
using Nirmaan.Sandbox.Containers;

namespace Nirmaan.Sandbox.Tests.Networks;

/// <summary>What the miners print, against the lines of the real ones (miner-release at 3501085; vLLM 0.6.3).</summary>
public sealed class MinerLinesTests
{
    private const string Mixtral = "openhermes-mixtral-8x7b-gptq";

    [Theory]
    [InlineData(@"^Need to download \d+ files, total size: \d+\.\d\d GB$")]
    [InlineData(@"^Downloading file 1/2$")]
    [InlineData(@"^All required model files are up to date\. Miner is ready\.$")]
    [InlineData(@"^Creating processes for 1 CUDA devices$")]
    [InlineData(@"INFO - Found 1 CUDA device\(s\)\.$")]
    [InlineData(@"INFO - CUDA is ready\.\.\.$")]
    [InlineData(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - \S+ - INFO - Default model AnimagineXL \(base: sdxl\) loaded successfully\.$")]
    [InlineData(@"Model AnimagineXL loaded in [\d.]+ seconds\.$")]
    [InlineData(@"Response from server for miner_id 0x2{40}-lease_1: .*NJ")]
    [InlineData(@"No job received\.$")]
    [InlineData(@"Processing Request ID: sdk-image-\w+\. Model ID: AnimagineXL\.$")]
    [InlineData(@"Request ID sdk-image-\w+ completed\. Total time: [\d.]+ s$")]
    [InlineData(@"Latencies - Request: ")]
    public async Task The_image_miner_prints(string line)
    {
        await using var world = await NetworksWorld.BeginAsync();
        var miner = await world.StartAsync(Played.ImageMiner());

        (await MinutesAsync(world, miner, 40)).ShouldContain(l => Regex.IsMatch(l, line));
    }

    [Theory]
    [InlineData(@"^Model openhermes-mixtral-8x7b-gptq is not ready\. Waiting for LLM Server to finish loading the model to start\.$")]
    [InlineData(@"^Test prompt with openhermes-mixtral-8x7b-gptq\. Completed processing 120 tokens\. Time: [\d.]+s\. Tokens/s: [\d.]+$")]
    [InlineData(@"INFO - LLM miner started$")]
    [InlineData(@"INFO - Completed processing \d+ tokens\. ")]
    [InlineData(@"INFO - Result submitted successfully for job_id: (sdk-text|heurist-llm)-\w+$")]
    public async Task The_text_miner_prints(string line)
    {
        await using var world = await NetworksWorld.BeginAsync();
        var miner = await world.StartAsync(Played.TextMiner(Mixtral));

        (await MinutesAsync(world, miner, 40)).ShouldContain(l => Regex.IsMatch(l, line));
    }

    [Fact]
    public async Task A_text_model_that_does_not_fit_says_so_and_then_waits_for_ever()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var miner = await world.StartAsync(Played.TextMiner(Mixtral, gpu: "rtx-a4000", vramGb: 16));

        var lines = await MinutesAsync(world, miner, 120);

        lines[0].ShouldStartWith("ERROR: Insufficient VRAM.");
        lines[^1].ShouldContain("is not ready. Waiting");
        miner.JobsDone.ShouldBe(0);
    }

    [Fact]
    public async Task A_text_model_nobody_knows_is_fatal()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var miner = await world.StartAsync(Played.TextMiner("llama-9"));

        (await MinutesAsync(world, miner, 10)).ShouldBe(["ERROR: Heurist Model ID 'llama-9' not found in models.json."]);
    }

    [Fact]
    public async Task An_image_model_that_does_not_fit_runs_out_of_cuda_memory()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var miner = await world.StartAsync(Played.ImageMiner(gpu: "rtx-3060", vramGb: 6));

        (await MinutesAsync(world, miner, 20))[^1].ShouldMatch("Error in main function for cuda_device_id.*CUDA out of memory");
    }

    [Fact]
    public async Task A_slow_card_is_told_that_it_earns_no_points()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var miner = await world.StartAsync(Played.ImageMiner(gpu: "t4", vramGb: 16));

        (await MinutesAsync(world, miner, 60)).ShouldContain(l => l.StartsWith("Warning: the previous request timed out. You will not earn points.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(@"vLLM API server version 0\.6\.3$")]
    [InlineData(@"Initializing an LLM engine \(v0\.6\.3\) with config: model='hermes'")]
    [InlineData(@"Loading model weights took [\d.]+ GB$")]
    [InlineData(@"^INFO:     Application startup complete\.$")]
    [InlineData(@"^INFO:     Uvicorn running on http://0\.0\.0\.0:8000 ")]
    [InlineData(@"Avg generation throughput: [\d.]+ tokens/s, Running: \d reqs")]
    public async Task The_model_server_prints(string line)
    {
        await using var world = await NetworksWorld.BeginAsync();
        var miner = await world.StartAsync(Played.Spec("morpheus-llm", env: [("MODEL_ID", "0x" + new string('a', 64)), ("MODEL_NAME", "hermes")]));

        (await MinutesAsync(world, miner, 20)).ShouldContain(l => Regex.IsMatch(l, line));
    }

    [Fact]
    public async Task The_model_server_answers_chat_completions_once_it_is_loaded()
    {
        const string Prompt = """{"model":"hermes","messages":[{"role":"user","content":"Hello"}]}""";
        await using var world = await NetworksWorld.BeginAsync();
        var miner = await world.StartAsync(Played.Spec("morpheus-llm", env: [("MODEL_ID", "0x" + new string('a', 64)), ("MODEL_NAME", "hermes")]));
        (await miner.PromptAsync(Prompt, TestContext.Current.CancellationToken)).ShouldBeNull();

        await world.RunAsync(TimeSpan.FromMinutes(10), miner);

        var answer = System.Text.Json.Nodes.JsonNode.Parse((await miner.PromptAsync(Prompt, TestContext.Current.CancellationToken))!)!;
        answer["choices"]![0]!["message"]!["content"]!.GetValue<string>().ShouldStartWith("Hello");
        miner.JobsDone.ShouldBe(1);
    }

    [Fact]
    public async Task A_busy_miner_shows_its_utilisation()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var miner = await world.StartAsync(Played.ImageMiner());

        await world.RunAsync(TimeSpan.FromHours(1), miner);

        miner.Utilisation.ShouldBeInRange(0.1, 1);
        miner.LastJobAt.ShouldNotBeNull().ShouldBeGreaterThan(NetworksWorld.Start.AddMinutes(50));
    }

    /// <summary>Ticks every minute, so that no line of a start scrolls by unseen.</summary>
    private static async Task<IReadOnlyList<string>> MinutesAsync(NetworksWorld world, ISimulatedMiner miner, int minutes)
    {
        var lines = new List<string>();
        for (var minute = 0; minute < minutes * 6; minute++)
        {
            world.Clock.Set(world.Clock.GetUtcNow().AddSeconds(10));
            lines.AddRange(await miner.TickAsync(world.Clock.GetUtcNow(), TestContext.Current.CancellationToken));
        }
        return lines;
    }
}
