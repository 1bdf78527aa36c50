using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Nirmaan.Sandbox.Tests.Networks;

public sealed class StandInMinerTests
{
    private const string H100 = "NVIDIA H100 80GB HBM3, 81559";
    private const string Address = "0x3333333333333333333333333333333333333333";

    [Fact]
    public async Task The_image_miner_earns_points_over_http_and_ends_on_SIGTERM()
    {
        await using var world = await NetworksWorld.BeginAsync(manual: false);
        await world.PostAsync("/sandbox/networks/heurist/demand", """{"modelId":"BluePencilRealistic","factor":20}""");
        await using var miner = StandInProcess.Start("heurist-sd", H100, ("MINER_ID_0", Address + "-tag"), ("HEURIST_BASE_URL", world.Url + "/heurist"), ("HEURIST_MODEL_ID", "BluePencilRealistic"));
        var file = $"sd-miner_0_{Address}-tag.log";

        await miner.UntilAsync(() => miner.Log(file).Contains("completed. Total time", StringComparison.Ordinal));

        miner.Printed.ShouldContain("All required model files are up to date. Miner is ready.");
        miner.Log(file).ShouldMatch(@"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - \S+ - INFO - Default model BluePencilRealistic \(base: sd15\) loaded successfully\.$");
        var stats = await world.GetAsync($"/heurist/stats?minerId={Address}");
        stats["totalWaifuPoints"]!.GetValue<decimal>().ShouldBeGreaterThan(0);
        stats["hardware"]!.GetValue<string>().ShouldBe("NVIDIA H100 80GB HBM3");
        (await miner.TerminateAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_text_miner_earns_points_over_http()
    {
        await using var world = await NetworksWorld.BeginAsync(manual: false);
        await world.PostAsync("/sandbox/networks/heurist/demand", """{"modelId":"openhermes-2.5-mistral-7b-gptq","factor":20}""");
        await using var miner = StandInProcess.Start("heurist-llm", H100, ("MINER_ID_0", Address), ("HEURIST_BASE_URL", world.Url + "/heurist"), ("HEURIST_MODEL_ID", "openhermes-2.5-mistral-7b-gptq"));

        await miner.UntilAsync(() => Directory.GetFiles(miner.Folder, $"llm-miner_{Address}-??????.log").Any(f => Regex.Count(miner.Log(Path.GetFileName(f)), "Result submitted successfully for job_id: ") >= 3));

        (await world.GetAsync($"/heurist/stats?minerId={Address}"))["totalLlamaPoints"]!.GetValue<decimal>().ShouldBeGreaterThan(0);
        miner.Printed.ShouldContain(l => l.StartsWith("Test prompt with openhermes-2.5-mistral-7b-gptq. Completed processing 120 tokens.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_image_miner_goes_on_when_the_sequencer_is_away()
    {
        await using var miner = StandInProcess.Start("heurist-sd", H100, ("MINER_ID_0", Address + "-tag"), ("HEURIST_BASE_URL", "http://127.0.0.1:9/heurist"));

        await miner.UntilAsync(() => Regex.Count(miner.Log($"sd-miner_0_{Address}-tag.log"), "WARNING - No response received") >= 2);
    }

    [Fact]
    public async Task The_model_server_answers_chat_completions_on_its_port()
    {
        var port = FreePort();
        await using var miner = StandInProcess.Start("morpheus-llm", H100, ("MODEL_ID", "0x" + new string('b', 64)), ("MODEL_NAME", "hermes"), ("MODEL_PORT", $"{port}"));
        await miner.UntilAsync(() => miner.Printed.Any(l => l.StartsWith("INFO:     Uvicorn running on", StringComparison.Ordinal)));
        await using var world = await NetworksWorld.BeginAsync();
        using var prompt = new StringContent("""{"model":"hermes","messages":[{"role":"user","content":"Hello"}],"max_tokens":20}""", Encoding.UTF8, "application/json");

        using var answer = await world.Http.PostAsync(new Uri($"http://127.0.0.1:{port}/v1/chat/completions"), prompt, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        json["choices"]![0]!["message"]!["content"]!.GetValue<string>().ShouldStartWith("Hello");
        (await miner.TerminateAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData("heurist-sd", "CUDA is not available. Exiting...")]
    [InlineData("heurist-llm", "ERROR: nvidia-smi tool not found")]
    public async Task Without_a_card_a_miner_gives_up_as_the_real_one_does(string workload, string line)
    {
        await using var miner = StandInProcess.Start(workload, null, ("MINER_ID_0", Address), ("PATH", "/nonexistent"));

        (await miner.ExitAsync()).ShouldBe(1);
        await miner.UntilAsync(() => miner.Printed.Contains(line));
    }

    [Fact]
    public async Task A_workload_nobody_knows_is_a_wrong_call()
    {
        await using var miner = StandInProcess.Start("bitcoin", null);

        (await miner.ExitAsync()).ShouldBe(2);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
