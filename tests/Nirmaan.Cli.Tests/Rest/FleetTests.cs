using System.Text.Json.Nodes;

namespace Nirmaan.Cli.Tests.Rest;

/// <summary>offers, launch, instances and close against a host that answers as the formats say.</summary>
public sealed class FleetTests
{
    private const string Id = "019b2f3e-0c00-7000-8000-000000000001";
    private const string OtherId = "019b2f3e-0c00-7000-8000-000000000002";
    private static readonly string[] s_launch = ["launch", "heurist-llm", "3", "--max-usd-per-gpu-hour", "0.55", "--reason", "more of it"];

    private static string Offer(string id, string gpu) =>
        $$"""{"id":"{{id}}","provider":"akash","providerName":"europlots","gpu":"{{gpu}}","gpuCount":1,"vramGb":48,"usdPerGpuHour":0.45,"priceKind":"estimated","region":null,"available":7,"reliability":null,"seenAt":"2026-03-01T00:00:00Z","eligibleFor":["heurist-llm"],"why":null}""";

    private static string Instance(string id) =>
        $$"""{"id":"{{id}}","provider":"ionet","workload":"heurist-llm","gpu":"rtx-a6000","gpuCount":1,"state":"running","usdPerHour":0.45,"costUsd":1.2345,"runwayHours":null,"miner":{"id":"{{OtherId}}","state":"earning"} }""";

    [Fact]
    public async Task Offers_are_asked_for_with_the_filters_and_the_key()
    {
        await using var host = await Host.StartAsync();
        host.Answers($$"""{"items":[{{Offer(Id, "rtx-a6000")}}],"next":null,"funnel":[{"reason":"vram","dropped":12,"cheapestRelaxation":"--min-vram-gb 24 brings back 4"}]}""");
        var said = await host.RunAsync("offers", "--gpu", "rtx-a6000", "--min-vram-gb=40", "--max-usd-per-hour", "0.5", "--provider", "akash", "--workload", "heurist-llm");
        said.Code.ShouldBe(0, said.Error);
        host.Asked.ShouldHaveSingleItem().ShouldBe(new Asked("GET /api/v1/offers?gpu=rtx-a6000&minVramGb=40&maxUsdPerHour=0.5&provider=akash&workload=heurist-llm&limit=200", "", $"Bearer {Host.ApiKey}", null));
        Cells(said, 1).ShouldBe([Id, "akash", "europlots", "rtx-a6000", "48", "0.4500", "estimated", "7", "-"]);
        said.Error.ShouldBe("dropped 12 for vram: --min-vram-gb 24 brings back 4\n");
    }

    [Fact]
    public async Task A_list_is_read_to_its_last_page()
    {
        await using var host = await Host.StartAsync();
        host.Answers($$"""{"items":[{{Offer(Id, "rtx-a6000")}}],"next":"a b","funnel":[]}""").Answers($$"""{"items":[{{Offer(OtherId, "l40s")}}],"next":null,"funnel":[]}""");
        var said = await host.RunAsync("offers", "--json");
        host.Asked[1].Call.ShouldBe("GET /api/v1/offers?limit=200&after=a%20b");
        var answer = JsonNode.Parse(said.Out)!;
        answer["items"]!.AsArray().Select(i => i!["id"]!.ToString()).ShouldBe([Id, OtherId]);
        answer["next"].ShouldBeNull();
    }

    [Fact]
    public async Task A_launch_says_what_is_wanted_and_prints_its_operations()
    {
        await using var host = await Host.StartAsync();
        host.Answers($$"""{"operations":["{{Id}}","{{OtherId}}"]}""", 202);
        var said = await host.RunAsync([.. s_launch, "--gpu", "rtx-a6000", "--provider", "ionet", "--region", "eu", "--offer", Id, "--idempotency-key", "monday-1"]);
        said.ShouldBe(new Said(0, $"{Id}\n{OtherId}\n", "2 machines asked for; key monday-1\n"));
        var asked = host.Asked.ShouldHaveSingleItem();
        (asked.Call, asked.Key, asked.IdempotencyKey).ShouldBe(("POST /api/v1/instances", $"Bearer {Host.ApiKey}", "monday-1"));
        JsonNode.DeepEquals(JsonNode.Parse(asked.Body), JsonNode.Parse($$"""
            {"workload":"heurist-llm","count":3,"maxUsdPerGpuHour":0.55,"dryRun":false,"reason":"more of it","gpu":"rtx-a6000","provider":"ionet","region":"eu","offerId":"{{Id}}"}
            """)).ShouldBeTrue(asked.Body);
    }

    [Fact]
    public async Task Two_launches_without_a_key_are_two_launches()
    {
        await using var host = await Host.StartAsync();
        host.Answers("""{"operations":[]}""", 202).Answers("""{"operations":[]}""", 202);
        await host.RunAsync(s_launch);
        await host.RunAsync(s_launch);
        host.Asked[0].IdempotencyKey.ShouldNotBeNullOrEmpty();
        host.Asked[1].IdempotencyKey.ShouldNotBe(host.Asked[0].IdempotencyKey);
    }

    [Fact]
    public async Task A_dry_run_shows_the_plan_and_what_forbids_it()
    {
        await using var host = await Host.StartAsync();
        const string Plan = """{"workload":"heurist-llm","wanted":3,"found":2,"gpusPerMiner":1,"usdPerHour":0.9,"usdUpFront":null,"blocked":BLOCKED,"warnings":["All GPUs together would cost $6.60 an hour; plans keep to $5.00."],"chosen":[{"provider":"akash","providerName":"europlots","gpu":"rtx-a6000","usdPerGpuHour":0.45,"machines":2}],"rejected":[{}],"funnel":[{"reason":"price","dropped":9,"cheapestRelaxation":null}]}""";
        host.Answers(Plan.Replace("BLOCKED", "null", StringComparison.Ordinal)).Answers(Plan.Replace("BLOCKED", "\"the daily cap is spent\"", StringComparison.Ordinal));
        var said = await host.RunAsync("launch", "heurist-llm", "3", "--max-usd-per-gpu-hour", "0.55", "--dry-run");
        (said.Code, said.Error).ShouldBe((0, "2 of 3 found for $0.9000 an hour; 1 offers rejected\ndropped 9 for price\nbeyond the admin's limits: All GPUs together would cost $6.60 an hour; plans keep to $5.00.\n"));
        Cells(said, 1).ShouldBe(["akash", "europlots", "rtx-a6000", "0.4500", "2"]);
        JsonNode.Parse(host.Asked[0].Body)!["dryRun"]!.GetValue<bool>().ShouldBeTrue();
        said = await host.RunAsync([.. s_launch, "--dry-run"]);
        (said.Code, said.Errors[^1]).ShouldBe((1, "not allowed: the daily cap is spent"));
    }

    [Fact]
    public async Task A_launch_that_is_refused_tells_how_to_see_why()
    {
        await using var host = await Host.StartAsync();
        host.Refuses(422, "launch_refused", "No offer fits.");
        (await host.RunAsync(s_launch)).ShouldFail(1, "launch_refused: No offer fits.", "--dry-run");
    }

    [Fact]
    public async Task A_key_that_was_used_for_something_else_is_bad_input()
    {
        await using var host = await Host.StartAsync();
        host.Refuses(409, "idempotency_mismatch", "The key was used for another request.");
        (await host.RunAsync([.. s_launch, "--idempotency-key", "monday-1"])).ShouldFail(2, "idempotency_mismatch: The key was used for another request.");
    }

    [Fact]
    public async Task A_launch_that_may_have_happened_tells_the_key_to_repeat_it_with()
    {
        await using var host = await Host.StartAsync();
        host.Refuses(503, "outside_unavailable", "The supplier does not answer.");
        var said = await host.RunAsync(s_launch);
        said.ShouldFail(3, "outside_unavailable: The supplier does not answer.", $"--idempotency-key {host.Asked[0].IdempotencyKey}");
    }

    [Fact]
    public async Task Instances_are_listed_with_what_they_cost()
    {
        await using var host = await Host.StartAsync();
        host.Answers($$"""{"items":[{{Instance(Id)}}],"next":null}""").Answers("""{"items":[],"next":null}""");
        var said = await host.RunAsync("instances");
        host.Asked[0].Call.ShouldBe("GET /api/v1/instances?limit=200");
        Cells(said, 1).ShouldBe([Id, "ionet", "heurist-llm", "rtx-a6000", "running", "earning", "0.4500", "1.23", "-"]);
        await host.RunAsync("instances", "--all");
        host.Asked[1].Call.ShouldBe("GET /api/v1/instances?all=true&limit=200");
    }

    [Fact]
    public async Task One_instance_is_shown_with_its_timeline()
    {
        await using var host = await Host.StartAsync();
        host.Answers($$"""{"instance":{{Instance(Id)}},"miners":[],"operations":[],"bids":[],"timeline":[{"at":"2026-03-01T00:00:00Z","actor":"ann","what":"requested","why":"more of it"}]}""");
        var said = await host.RunAsync("instances", Id);
        host.Asked[0].Call.ShouldBe($"GET /api/v1/instances/{Id}");
        said.Out.ShouldContain("2026-03-01T00:00:00Z  ann  requested: more of it");
    }

    [Fact]
    public async Task Several_machines_are_given_back_one_after_the_other()
    {
        await using var host = await Host.StartAsync();
        host.Answers("""{"outcome":"retiring"}""", 202).Answers("""{"outcome":"already"}""", 202);
        var said = await host.RunAsync("close", Id, OtherId, "--reason", "too dear");
        said.Out.ShouldBe($"{Id}  retiring\n{OtherId}  already\n");
        host.Asked.Select(a => a.Call).ShouldBe([$"DELETE /api/v1/instances/{Id}?reason=too%20dear", $"DELETE /api/v1/instances/{OtherId}?reason=too%20dear"]);
    }

    [Fact]
    public async Task A_cordon_is_set_and_ended_with_its_reason()
    {
        await using var host = await Host.StartAsync();
        host.Answers("""{"outcome":"done"}""").Answers("""{"outcome":"already"}""");
        (await host.RunAsync("cordon", Id, "--reason", "its fan is loud")).Out.ShouldBe($"{Id}  done\n");
        (await host.RunAsync("cordon", Id, "--reason", "a new fan", "--end")).Out.ShouldBe($"{Id}  already\n");
        host.Asked.Select(a => a.Call).ShouldBe([$"PUT /api/v1/instances/{Id}/cordon", $"DELETE /api/v1/instances/{Id}/cordon?reason=a%20new%20fan"]);
        host.Asked[0].Body.ShouldContain("its fan is loud");
    }

    [Fact]
    public async Task Nothing_is_given_back_when_one_id_is_none()
    {
        await using var host = await Host.StartAsync();
        (await host.RunAsync("close", Id, "17")).ShouldFail(2, "'17'");
        host.Asked.ShouldBeEmpty();
    }

    private static string[] Cells(Said said, int line) => said.Out.Split('\n')[line].Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
