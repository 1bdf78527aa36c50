using System.Text.Json.Nodes;

namespace Nirmaan.Sandbox.Tests.Networks;

public sealed class HeuristProtocolTests
{
    private const string Address = "0x1111111111111111111111111111111111111111";
    private const string Miner = Address + "-a1b2c3";
    private const string ImageRequest = $$"""{"miner_id":"{{Miner}}","model_id":"AnimagineXL","min_deadline":1}""";
    private const string TextRequest = $$"""{"miner_id":"{{Miner}}","model_id":"openhermes-mixtral-8x7b-gptq","min_deadline":1}""";

    [Fact]
    public async Task A_request_without_a_job_is_answered_with_the_json_string_NJ()
    {
        await using var world = await NetworksWorld.BeginAsync();

        (await world.PostAsync("/heurist/miner_request", ImageRequest)).GetValue<string>().ShouldBe("NJ");
    }

    [Fact]
    public async Task An_image_job_carries_credentials_and_an_SD_input()
    {
        await using var world = await NetworksWorld.BeginAsync();

        var job = await NextJobAsync(world, ImageRequest);

        job["job_id"]!.GetValue<string>().ShouldStartWith("sdk-image-");
        job["temp_credentials"]!.AsArray().Count.ShouldBe(3);
        job["model_input"]!["SD"]!.AsObject().Select(p => p.Key).ShouldBe(["prompt", "neg_prompt", "height", "width", "num_iterations", "guidance_scale", "seed"]);
    }

    [Fact]
    public async Task A_text_jobs_prompt_is_a_json_list_of_messages()
    {
        await using var world = await NetworksWorld.BeginAsync();

        var job = await NextJobAsync(world, TextRequest);

        var messages = JsonNode.Parse(job["model_input"]!["LLM"]!["prompt"]!.GetValue<string>())!.AsArray();
        messages[0]!["role"]!.GetValue<string>().ShouldBe("user");
        messages[0]!["content"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_timely_image_earns_its_points_for_the_address_without_the_tag()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var job = await NextJobAsync(world, ImageRequest);

        await SubmitAsync(world, job, $"{job["job_id"]}-{Miner}.png");

        var stats = await world.GetAsync($"/heurist/stats?minerId={Address}");
        var steps = job["model_input"]!["SD"]!["num_iterations"]!.GetValue<int>();
        stats["totalWaifuPoints"]!.GetValue<decimal>().ShouldBe(4m * steps / 20);
        stats["totalImageCount"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task An_image_later_than_18_seconds_earns_nothing()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var job = await NextJobAsync(world, ImageRequest);
        world.Clock.Set(world.Clock.GetUtcNow().AddSeconds(19));

        await SubmitAsync(world, job, $"{job["job_id"]}-{Miner}.png");

        (await world.GetAsync($"/heurist/stats?minerId={Address}"))["totalWaifuPoints"]!.GetValue<decimal>().ShouldBe(0m);
    }

    [Fact]
    public async Task A_result_is_taken_once()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var job = await NextJobAsync(world, ImageRequest);
        await SubmitAsync(world, job, $"{job["job_id"]}-{Miner}.png");

        var (status, _) = await world.SendAsync(HttpMethod.Post, "/heurist/miner_submit", Submission(job, $"{job["job_id"]}-{Miner}.png"));

        status.ShouldBe(400);
    }

    [Fact]
    public async Task An_image_under_a_foreign_key_earns_nothing()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var job = await NextJobAsync(world, ImageRequest);

        await SubmitAsync(world, job, "somebody-elses.png");

        (await world.GetAsync($"/heurist/stats?minerId={Address}"))["totalWaifuPoints"]!.GetValue<decimal>().ShouldBe(0m);
    }

    [Fact]
    public async Task A_streamed_text_is_credited_by_its_tokens()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var job = await NextJobAsync(world, TextRequest);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/heurist/miner_submit_stream") { Content = new StringContent(Stream(new string('x', 400)) + "data: [DONE]\n\n") };
        request.Headers.TryAddWithoutValidation("job_id", job["job_id"]!.GetValue<string>());
        request.Headers.TryAddWithoutValidation("miner_id", Miner);

        using var response = await world.Http.SendAsync(request, TestContext.Current.CancellationToken);

        response.IsSuccessStatusCode.ShouldBeTrue();
        var tokens = job["model_input"]!["LLM"]!["prompt"]!.GetValue<string>().Length / 4 + 100;
        (await world.GetAsync($"/heurist/stats?minerId={Address}"))["totalLlamaPoints"]!.GetValue<decimal>().ShouldBe(tokens / 1000m);
    }

    [Fact]
    public async Task A_stream_that_breaks_off_is_refused()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var job = await NextJobAsync(world, TextRequest);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/heurist/miner_submit_stream") { Content = new StringContent(Stream("half a sentence")) };
        request.Headers.TryAddWithoutValidation("job_id", job["job_id"]!.GetValue<string>());
        request.Headers.TryAddWithoutValidation("miner_id", Miner);

        using var response = await world.Http.SendAsync(request, TestContext.Current.CancellationToken);

        ((int)response.StatusCode).ShouldBe(400);
    }

    [Fact]
    public async Task Polling_too_fast_is_answered_with_429()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var statuses = new List<int>();

        for (var poll = 0; poll < 20; poll++) { statuses.Add((await world.SendAsync(HttpMethod.Post, "/heurist/miner_request", ImageRequest)).Status); }

        statuses.ShouldContain(200);
        statuses[^1].ShouldBe(429);
    }

    [Fact]
    public async Task An_old_version_is_warned_in_a_json_string()
    {
        await using var world = await NetworksWorld.BeginAsync();

        var answer = await world.PostAsync("/heurist/miner_request", $$"""{"miner_id":"{{Miner}}","model_id":"AnimagineXL","min_deadline":1,"hardware":"RTX A6000","version":"sd-v1.0.0"}""");

        answer.GetValue<string>().ShouldContain("Warning:");
    }

    [Fact]
    public async Task The_signal_answers_the_model_the_server_wants_next()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.PostAsync("/sandbox/networks/heurist/load-model", $$"""{"minerId":"{{Miner}}","modelId":"BluePencilRealistic"}""");

        var answer = await world.PostAsync("/heurist/miner_signal", $$"""{"miner_id":"{{Miner}}","model_type":"SD","model_id":"AnimagineXL","hardware":"RTX A6000","version":"sd-v1.4.0","skip_update":false}""");

        answer["model_id"]!.GetValue<string>().ShouldBe("BluePencilRealistic");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"miner_id":"0x12","model_id":"AnimagineXL"}""")]
    public async Task A_malformed_request_is_refused(string body)
    {
        await using var world = await NetworksWorld.BeginAsync();

        (await world.SendAsync(HttpMethod.Post, "/heurist/miner_request", body)).Status.ShouldBe(400);
    }

    private static async Task<JsonNode> NextJobAsync(NetworksWorld world, string request)
    {
        for (var poll = 0; poll < 2000; poll++)
        {
            var answer = await world.PostAsync("/heurist/miner_request", request);
            if (answer is JsonObject) { return answer; }
            world.Clock.Set(world.Clock.GetUtcNow().AddSeconds(2));
        }
        throw new InvalidOperationException("No job came in more than an hour.");
    }

    private static Task<JsonNode> SubmitAsync(NetworksWorld world, JsonNode job, string key) => world.PostAsync("/heurist/miner_submit", Submission(job, key));

    private static string Submission(JsonNode job, string key) =>
        $$$"""{"miner_id":"{{{Miner}}}","job_id":"{{{job["job_id"]}}}","result":{"S3Key":"{{{key}}}"},"request_latency":0.1,"loading_latency":0,"inference_latency":5.1,"upload_latency":0.7}""";

    private static string Stream(string text) => """data: {"choices":[{"index":0,"delta":{"content":""" + $"\"{text}\"" + "}}]}\n\n";
}
