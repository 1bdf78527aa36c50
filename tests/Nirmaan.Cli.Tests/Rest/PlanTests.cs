using System.Text.Json.Nodes;

namespace Nirmaan.Cli.Tests.Rest;

/// <summary>plans and approve, and how a host's refusals end.</summary>
public sealed class PlanTests
{
    private const string Id = "019b2f3e-0c00-7000-8000-000000000001";
    private const string Move = "019b2f3e-0c00-7000-8000-000000000002";

    private const string Plan = $$"""
        {"id":"{{Id}}","at":"2026-03-01T00:00:00Z","by":"ann","state":"proposed","objectiveUsdPerHour":12.5,"boundUsdPerHour":12.6,"gap":0.0079,"nowUsdPerHour":10,"rentUsdPerHour":3,"moveCount":1,"movesDone":0,"expiresAt":"2026-03-01T01:00:00Z"}
        """;

    private const string Detail = $$"""
        {"plan":{{Plan}},"moves":[{"id":"{{Move}}","rank":1,"kind":"move","state":"proposed","provider":"akash","gpu":"rtx-a6000","from":"heurist-sd","to":"morpheus-llm","count":2,"gainUsdPerHour":2.5,"costUsd":0.6,"breakEvenHours":0.24}],"now":[],"assignments":[],"prices":{ } }
        """;

    [Fact]
    public async Task Plans_are_listed_and_one_is_shown_with_its_moves()
    {
        await using var host = await Host.StartAsync();
        host.Answers($$"""{"items":[{{Plan}}],"next":null}""").Answers(Detail);
        (await host.RunAsync("plans")).Out.Split('\n')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe([Id, "2026-03-01T00:00:00Z", "proposed", "300.00", "240.00", "0.007900", "1", "0"]);
        var said = await host.RunAsync("plans", Id);
        said.Error.ShouldBe($"plan {Id} is proposed: $300.00 after rent per day against $240.00 now, bound $302.40; rent $72.00 per day; open until 2026-03-01T01:00:00Z\n");
        said.Out.ShouldContain("heurist-sd  morpheus-llm");
        host.Asked.Select(a => a.Call).ShouldBe(["GET /api/v1/plans?limit=200", $"GET /api/v1/plans/{Id}"]);
    }

    [Fact]
    public async Task A_plan_is_made_with_the_limits_that_are_given()
    {
        await using var host = await Host.StartAsync();
        host.Answers(Detail, 201);
        var said = await host.RunAsync("plans", "make", "--budget", "120.5", "--risk", "0.2", "--max-moves", "4");
        said.Code.ShouldBe(0, said.Error);
        var asked = host.Asked.ShouldHaveSingleItem();
        (asked.Call, asked.Body).ShouldBe(("POST /api/v1/plans", """{"budgetUsdPerHour":120.5,"riskWeight":0.2,"maxMoves":4}"""));
    }

    [Fact]
    public async Task All_moves_are_approved_or_the_named_ones()
    {
        await using var host = await Host.StartAsync();
        host.Answers("""{"moves":3}""").Answers("""{"moves":1}""");
        (await host.RunAsync("approve", Id)).ShouldBe(new Said(0, "approved 3 moves\n", ""));
        await host.RunAsync("approve", Id, "--moves", $"{Move}, ");
        host.Asked.Select(a => (a.Call, a.Body)).ShouldBe([($"POST /api/v1/plans/{Id}/approve", "{}"), ($"POST /api/v1/plans/{Id}/approve", $$"""{"moves":["{{Move}}"]}""")]);
    }

    [Theory]
    [InlineData(422, "cap_broken", 1)]
    [InlineData(409, "plan_not_open", 2)]
    [InlineData(404, "not_found", 2)]
    [InlineData(400, "invalid_input", 2)]
    [InlineData(401, "unauthenticated", 2)]
    [InlineData(403, "forbidden", 2)]
    [InlineData(408, "timeout", 3)]
    [InlineData(429, "too_many", 3)]
    [InlineData(500, "internal", 3)]
    [InlineData(503, "outside_unavailable", 3)]
    public async Task A_refusal_is_one_line_with_its_code_and_reason(int status, string code, int exit)
    {
        await using var host = await Host.StartAsync();
        host.Refuses(status, code, "provider:akash would be\\nexceeded.");
        (await host.RunAsync("approve", Id)).ShouldFail(exit, $"{code}: provider:akash would be exceeded.");
    }

    [Fact]
    public async Task A_failure_without_a_reason_tells_its_status()
    {
        await using var host = await Host.StartAsync();
        host.Answers(502, "text/html", "<html>bad gateway</html>");
        (await host.RunAsync("plans")).ShouldFail(3, "502");
    }

    [Theory]
    [InlineData("<html>hello</html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"items":3}""")]
    [InlineData("")]
    public async Task A_host_that_answers_something_else_is_an_outside_failure(string answer)
    {
        await using var host = await Host.StartAsync();
        host.Answers(answer);
        (await host.RunAsync("plans")).ShouldFail(3);
    }

    [Fact]
    public async Task A_host_that_is_not_there_is_an_outside_failure() => (await Run.NirmaanAsync("plans", "--url", "http://127.0.0.1:1")).ShouldFail(3, "http://127.0.0.1:1");

    [Fact]
    public async Task Options_win_over_the_environment()
    {
        await using var host = await Host.StartAsync();
        host.Answers("""{"items":[],"next":null}""");
        var said = await Run.NirmaanAsync(new Dictionary<string, string> { ["NIRMAAN_URL"] = "http://127.0.0.1:1", ["NIRMAAN_KEY"] = "other" }, "", "plans", "--url", $"{host.Url}/", "--key", "mine", "--json");
        said.Code.ShouldBe(0, said.Error);
        host.Asked.ShouldHaveSingleItem().Key.ShouldBe("Bearer mine");
        JsonNode.Parse(said.Out)!["items"]!.AsArray().ShouldBeEmpty();
    }
}
