using System.Text.Json.Nodes;

namespace Nirmaan.Optimiser.Tests;

public sealed class InstanceFormatTests
{
    private const string Sample = """
        {"budgetUsdPerHour":120.0,"horizonHours":48,"riskWeight":0.0,"tailLevel":0.95,
         "items":[{"id":"akash:o17","provider":"akash","gpu":"rtx-a6000","usdPerGpuHour":0.45,"reliability":0.97,"available":8,"held":{"workload":"heurist-sd","count":2,"locked":true}},
                  {"id":"ionet:7","provider":"ionet","gpu":"rtx-a4000","usdPerGpuHour":0.15,"reliability":0.9,"available":4,"held":null}],
         "networks":[{"id":"heurist","bucket":"emerging","valueUsdPerHour":50.0,"othersWork":12000.0,"reward":"pro-rata","demandWorkPerHour":null,"exposureCapUsdPerHour":40.0,"gpuCap":null,"stakeOwned":null,"scenarioValuesUsdPerHour":null},
                     {"id":"morpheus","bucket":"established","valueUsdPerHour":9.0,"othersWork":0,"reward":"bid-priced","demandWorkPerHour":100.0,"exposureCapUsdPerHour":null,"gpuCap":3,"stakeOwned":null,"scenarioValuesUsdPerHour":[8.0,10.0]}],
         "workloads":[{"id":"heurist-sd","network":"heurist","workPerGpuHour":{"rtx-a6000":110.0},"gpusPerMiner":1,"stakePerGpu":null,"moveCostUsd":0.3,"startCostUsd":0.2},
                      {"id":"morpheus-llm","network":"morpheus","workPerGpuHour":{"rtx-a6000":30.0},"gpusPerMiner":1,"stakePerGpu":null,"moveCostUsd":0.3,"startCostUsd":0.2}],
         "caps":{"providerUsdPerHour":{"akash":60.0},"bucketMinUsdPerHour":{"established":0.0},"bucketMaxUsdPerHour":{"emerging":80.0},"maxMoves":null}}
        """;

    [Fact]
    public void An_instance_survives_being_written_and_read()
    {
        var json = AllocationInstance.Parse(Sample).ToJson();
        AllocationInstance.Parse(json).ToJson().ShouldBe(json);
        JsonNode.DeepEquals(JsonNode.Parse(json)!["networks"], JsonNode.Parse(Sample)!["networks"]).ShouldBeTrue();
    }

    [Theory]
    [InlineData("budgetUsdPerHour", "-1")]
    [InlineData("horizonHours", "0")]
    [InlineData("riskWeight", "1.1")]
    [InlineData("tailLevel", "1")]
    [InlineData("tailLevel", "-0.1")]
    [InlineData("items", "[]")]
    [InlineData("networks", "[]")]
    [InlineData("workloads", "[]")]
    [InlineData("items[0].id", "\"\"")]
    [InlineData("items[1].id", "\"akash:o17\"")]
    [InlineData("items[0].provider", "\"\"")]
    [InlineData("items[0].usdPerGpuHour", "-0.45")]
    [InlineData("items[0].usdPerGpuHour", "1e999")]
    [InlineData("items[0].reliability", "0")]
    [InlineData("items[0].reliability", "1.01")]
    [InlineData("items[0].available", "-1")]
    [InlineData("items[0].held.workload", "\"nobody\"")]
    [InlineData("items[0].held.count", "9")]
    [InlineData("items[0].held.count", "-1")]
    [InlineData("networks[1].id", "\"heurist\"")]
    [InlineData("networks[0].bucket", "\"\"")]
    [InlineData("networks[0].valueUsdPerHour", "-50")]
    [InlineData("networks[0].othersWork", "-1")]
    [InlineData("networks[0].demandWorkPerHour", "-1")]
    [InlineData("networks[1].demandWorkPerHour", "null")]
    [InlineData("networks[1].demandWorkPerHour", "0")]
    [InlineData("networks[0].exposureCapUsdPerHour", "-1")]
    [InlineData("networks[1].gpuCap", "-3")]
    [InlineData("networks[0].stakeOwned", "-1")]
    [InlineData("networks[1].scenarioValuesUsdPerHour", "[]")]
    [InlineData("networks[1].scenarioValuesUsdPerHour[1]", "-8")]
    [InlineData("workloads[1].id", "\"heurist-sd\"")]
    [InlineData("workloads[0].network", "\"nowhere\"")]
    [InlineData("workloads[0].workPerGpuHour.rtx-a6000", "-110")]
    [InlineData("workloads[0].gpusPerMiner", "0")]
    [InlineData("workloads[0].stakePerGpu", "-1")]
    [InlineData("workloads[0].moveCostUsd", "-0.3")]
    [InlineData("workloads[0].startCostUsd", "-0.2")]
    [InlineData("caps.providerUsdPerHour.akash", "-60")]
    [InlineData("caps.bucketMinUsdPerHour.established", "-1")]
    [InlineData("caps.bucketMaxUsdPerHour.emerging", "-1")]
    [InlineData("caps.maxMoves", "-1")]
    public void A_value_that_breaks_a_rule_is_named(string path, string value) =>
        Should.Throw<InvalidInstanceException>(() => AllocationInstance.Parse(With(path, value))).Path.ShouldBe(path);

    [Theory]
    [InlineData("items[0].available", "2.5")]
    [InlineData("items[0].usdPerGpuHour", "\"cheap\"")]
    [InlineData("items[0].usdPerGpuHour", "NaN")]
    [InlineData("networks[0].reward", "\"lottery\"")]
    [InlineData("networks[0].reward", "3")]
    [InlineData("items[0].gpu", "null")]
    public void A_value_of_the_wrong_kind_is_named(string path, string value) =>
        Should.Throw<InvalidInstanceException>(() => AllocationInstance.Parse(With(path, value))).Path.ShouldBe(path);

    [Theory]
    [InlineData("items[1]", "usdPerGpuHour")]
    [InlineData("networks[0]", "reward")]
    [InlineData("workloads[0]", "moveCostUsd")]
    public void A_missing_field_is_named(string owner, string field)
    {
        var root = JsonNode.Parse(Sample)!;
        At(root, owner).AsObject().Remove(field);
        Should.Throw<InvalidInstanceException>(() => AllocationInstance.Parse(root.ToJsonString())).Path.ShouldBe($"{owner}.{field}");
    }

    [Fact]
    public void A_missing_budget_is_named()
    {
        var root = JsonNode.Parse(Sample)!.AsObject();
        root.Remove("budgetUsdPerHour");
        Should.Throw<InvalidInstanceException>(() => AllocationInstance.Parse(root.ToJsonString())).Path.ShouldBe("budgetUsdPerHour");
    }

    [Fact]
    public void A_misspelt_cap_is_refused_and_not_ignored()
    {
        var wrong = Sample.Replace("exposureCapUsdPerHour\":40.0", "exposureCapUsdPerHr\":40.0", StringComparison.Ordinal);
        Should.Throw<InvalidInstanceException>(() => AllocationInstance.Parse(wrong)).Path.ShouldBe("networks[0].exposureCapUsdPerHr");
    }

    [Fact]
    public void A_field_given_twice_is_refused() =>
        Should.Throw<InvalidInstanceException>(() => AllocationInstance.Parse(Sample.Replace("\"horizonHours\":48", "\"horizonHours\":48,\"horizonHours\":24", StringComparison.Ordinal)))
            .Path.ShouldBe("horizonHours");

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    public void Text_that_is_no_instance_is_refused(string text) =>
        Should.Throw<InvalidInstanceException>(() => AllocationInstance.Parse(text));

    [Fact]
    public void Scenario_arrays_of_two_lengths_are_refused()
    {
        var root = JsonNode.Parse(Sample)!;
        At(root, "networks[0]")["scenarioValuesUsdPerHour"] = JsonNode.Parse("[1,2,3]");
        Should.Throw<InvalidInstanceException>(() => AllocationInstance.Parse(root.ToJsonString())).Path.ShouldBe("networks[1].scenarioValuesUsdPerHour");
    }

    [Fact]
    public void NaN_in_an_instance_built_in_code_is_refused()
    {
        var instance = AllocationInstance.Parse(Sample) with { BudgetUsdPerHour = double.NaN };
        Should.Throw<InvalidInstanceException>(instance.Validate).Path.ShouldBe("budgetUsdPerHour");
    }

    [Fact]
    public void A_plan_survives_being_written_and_read()
    {
        var json = AllocationSolver.Solve(AllocationInstance.Parse(Sample), null, TestContext.Current.CancellationToken).Plan.ToJson();
        AllocationPlan.Parse(json).ToJson().ShouldBe(json);
    }

    [Fact]
    public void A_plan_prices_every_row_and_nothing_else()
    {
        var plan = AllocationSolver.Solve(AllocationInstance.Parse(Sample), null, TestContext.Current.CancellationToken).Plan;
        plan.Prices.Keys.Order().ShouldBe(
            ["budget", "bucketMax:emerging", "exposure:heurist", "gpuCap:morpheus", "provider:akash", "work:heurist", "work:morpheus"], ignoreOrder: true);
    }

    private static string With(string path, string value)
    {
        var root = JsonNode.Parse(Sample)!;
        var marker = "\"@value@\"";
        var (owner, field) = Split(path);
        var parent = owner.Length == 0 ? root : At(root, owner);
        if (field.EndsWith(']'))
        {
            parent[field[..field.IndexOf('[', StringComparison.Ordinal)]]![int.Parse(field[(field.IndexOf('[', StringComparison.Ordinal) + 1)..^1])] = "@value@";
        }
        else
        {
            parent[field] = "@value@";
        }
        return root.ToJsonString().Replace(marker, value, StringComparison.Ordinal);
    }

    private static (string Owner, string Field) Split(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot < 0 ? ("", path) : (path[..dot], path[(dot + 1)..]);
    }

    private static JsonNode At(JsonNode root, string path)
    {
        foreach (var part in path.Split('.'))
        {
            var bracket = part.IndexOf('[', StringComparison.Ordinal);
            root = bracket < 0 ? root[part]! : root[part[..bracket]]![int.Parse(part[(bracket + 1)..^1])]!;
        }
        return root;
    }
}
