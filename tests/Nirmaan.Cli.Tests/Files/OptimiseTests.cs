using System.Text.Json.Nodes;
using Nirmaan.Optimiser;

namespace Nirmaan.Cli.Tests.Files;

public sealed class OptimiseTests
{
    private const string Instance = """
        {"budgetUsdPerHour":1.0,"horizonHours":48,"riskWeight":0.0,"tailLevel":0.95,
         "items":[{"id":"akash:o17","provider":"akash","gpu":"rtx-a6000","usdPerGpuHour":0.45,"reliability":1.0,"available":8,"held":null}],
         "networks":[{"id":"heurist","bucket":"emerging","valueUsdPerHour":50.0,"othersWork":1000.0,"reward":"pro-rata","demandWorkPerHour":null,"exposureCapUsdPerHour":null,"gpuCap":null,"stakeOwned":null,"scenarioValuesUsdPerHour":null}],
         "workloads":[{"id":"heurist-sd","network":"heurist","workPerGpuHour":{"rtx-a6000":100.0},"gpusPerMiner":1,"stakePerGpu":null,"moveCostUsd":0,"startCostUsd":0}],
         "caps":{"providerUsdPerHour":{},"bucketMinUsdPerHour":{},"bucketMaxUsdPerHour":{},"maxMoves":null}}
        """;

    [Fact]
    public async Task The_plan_of_an_instance_is_printed()
    {
        using var folder = new TempFolder();
        var said = await Run.NirmaanAsync("optimise", folder.Write("instance.json", Instance), "--seed", "7");
        said.Code.ShouldBe(0, said.Error);
        // The bound could use 2.2 GPUs; there is no better plan of whole ones.
        said.Errors.ShouldHaveSingleItem().ShouldStartWith("proved best: ");
        var plan = AllocationPlan.Parse(said.Out);
        // Two of the eight are what the budget pays for: 50 x 200/1200 less 0.90.
        plan.Assignments.ShouldBe([new Assignment("akash:o17", "heurist-sd", 2)]);
        plan.ObjectiveUsdPerHour.ShouldBe((50.0 * 200 / 1200) - 0.9, 1e-6);
        plan.BoundUsdPerHour.ShouldBeGreaterThanOrEqualTo(plan.ObjectiveUsdPerHour);
        JsonNode.Parse(said.Out)!["prices"]!["budget"]!.GetValue<double>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task What_the_limits_cost_is_written_beside_the_plan_and_said()
    {
        using var folder = new TempFolder();
        var path = folder.Write("instance.json", Instance);
        var why = path + ".why.json";
        var said = await Run.NirmaanAsync("optimise", path, "--explain", why);
        said.Code.ShouldBe(0, said.Error);
        AllocationPlan.Parse(said.Out).Assignments.ShouldHaveSingleItem();
        JsonNode.Parse(await File.ReadAllTextAsync(why, TestContext.Current.CancellationToken))!["rows"]![0]!["row"]!.GetValue<string>().ShouldBe("budget");
        said.Error.ShouldContain("the hourly budget: one dollar an hour more earns $");
    }

    [Fact]
    public async Task The_example_of_the_docs_is_solved_as_they_say()
    {
        var said = await Run.NirmaanAsync("optimise", Path.Combine(Root(), "docs", "examples", "instance.json"));
        said.Code.ShouldBe(0, said.Error);
        var docs = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "optimiser.md"), TestContext.Current.CancellationToken);
        var plan = AllocationPlan.Parse(said.Out);
        docs.ShouldContain(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\"objectiveUsdPerHour\":{plan.ObjectiveUsdPerHour}"));
        foreach (var a in plan.Assignments) { docs.ShouldContain($"{{\"item\":\"{a.Item}\",\"workload\":\"{a.Workload}\",\"count\":{a.Count}}}"); }
    }

    [Fact]
    public async Task An_instance_may_come_from_standard_input() =>
        (await Run.NirmaanAsync(new Dictionary<string, string>(), Instance, "optimise", "-")).Code.ShouldBe(0);

    [Fact]
    public async Task An_instance_without_a_plan_is_wrong_and_the_rows_are_named()
    {
        using var folder = new TempFolder();
        var path = folder.Write("instance.json", Instance.Replace("\"bucketMinUsdPerHour\":{}", "\"bucketMinUsdPerHour\":{\"emerging\":2.0}", StringComparison.Ordinal));
        (await Run.NirmaanAsync("optimise", path)).ShouldFail(1, "budget", "bucketMin:emerging");
    }

    [Theory]
    [InlineData("\"reliability\":1.0", "\"reliability\":1.5", "items[0].reliability")]
    [InlineData("\"network\":\"heurist\"", "\"network\":\"elsewhere\"", "elsewhere")]
    [InlineData("\"horizonHours\":48", "\"horizonHours\":\"long\"", "horizonHours")]
    [InlineData("\"caps\":", "\"limits\":", "limits")]
    [InlineData("{\"budget", "\"budget", "")]
    [InlineData("\"usdPerGpuHour\":0.45", "\"usdPerGpuHour\":-0.45", "items[0].usdPerGpuHour")]
    [InlineData("\"usdPerGpuHour\":0.45", "\"usdPerGpuHour\":NaN", "items[0].usdPerGpuHour")]
    [InlineData("\"held\":null", "\"held\":{\"workload\":\"heurist-sd\",\"count\":9,\"locked\":true}", "items[0].held.count")]
    [InlineData("\"held\":null", "\"held\":{\"workload\":\"nobody\",\"count\":1,\"locked\":true}", "items[0].held.workload")]
    [InlineData("\"maxMoves\":null", "\"maxMoves\":-1", "caps.maxMoves")]
    [InlineData("\"caps\":", "\"pins\":[{\"item\":\"akash:o17\",\"workload\":\"nobody\",\"count\":1}],\"caps\":", "pins[0].workload")]
    public async Task An_instance_that_breaks_the_format_is_bad_input_and_the_field_is_named(string what, string by, string field)
    {
        using var folder = new TempFolder();
        var path = folder.Write("instance.json", Instance.Replace(what, by, StringComparison.Ordinal));
        (await Run.NirmaanAsync("optimise", path)).ShouldFail(2, path, field);
    }

    [Theory]
    [InlineData("items")]
    [InlineData("networks")]
    [InlineData("workloads")]
    public async Task An_empty_list_is_bad_input_and_named(string list)
    {
        using var folder = new TempFolder();
        var instance = JsonNode.Parse(Instance)!;
        instance[list] = new JsonArray();
        (await Run.NirmaanAsync("optimise", folder.Write("instance.json", instance.ToJsonString()))).ShouldFail(2, $"{list} is empty");
    }

    [Fact]
    public async Task Caps_that_contradict_each_other_are_named_with_the_reason()
    {
        using var folder = new TempFolder();
        var path = folder.Write("instance.json", Instance.Replace("\"bucketMinUsdPerHour\":{},\"bucketMaxUsdPerHour\":{}", "\"bucketMinUsdPerHour\":{\"emerging\":0.9},\"bucketMaxUsdPerHour\":{\"emerging\":0.5}", StringComparison.Ordinal));
        (await Run.NirmaanAsync("optimise", path)).ShouldFail(1, "no feasible plan", "bucketMin:emerging", "bucketMax:emerging");
    }

    [Fact]
    public async Task A_hundred_thousand_offers_are_answered()
    {
        using var folder = new TempFolder();
        var instance = JsonNode.Parse(Instance)!;
        var offer = instance["items"]![0]!;
        instance["items"] = new JsonArray([.. Enumerable.Range(0, 100_000).Select(i => { var copy = offer.DeepClone(); copy["id"] = $"o{i}"; return copy; })]);
        var said = await Run.NirmaanAsync("optimise", folder.Write("instance.json", instance.ToJsonString()));
        said.Code.ShouldBe(0, said.Error);
        AllocationPlan.Parse(said.Out).Assignments.Sum(a => a.Count).ShouldBe(2);
    }

    [Fact]
    public async Task A_number_of_moves_is_not_negative() => (await Run.NirmaanAsync("optimise", "-", "--moves", "-1")).ShouldFail(2, "--moves", "-1");

    [Fact]
    public async Task A_seed_is_a_whole_number() => (await Run.NirmaanAsync("optimise", "-", "--seed", "x")).ShouldFail(2, "--seed", "'x'", "a whole number");

    private static string Root([System.Runtime.CompilerServices.CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
