using System.Text.Json.Nodes;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Networks.Tests.OnSandbox;

/// <summary>A miner's way through the sandbox's sequencer, and what the stats and totals then tell the adapter.</summary>
public sealed class HeuristOnSandboxTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Rig RigOn(SandboxWorld world) =>
        Rig.Heurist(new Uri(world.Url, "/heurist"), ("Networks:Heurist:TotalsUrl", new Uri(world.Url, "/heurist/network").ToString()));

    [Fact]
    public async Task Points_that_a_miner_earned_are_read_at_its_payout_address_by_either_form_of_the_body()
    {
        await using var world = await SandboxWorld.BeginAsync();
        await using var rig = RigOn(world);
        var texts = rig.Network.Templates.Single(t => t.Workload == "heurist-llm");
        var minerId = rig.Network.IdentityOf(MinerId.New(SandboxWorld.Start), texts, Rig.Provider).Env["MINER_ID_0"];
        await EarnAsync(world, minerId, texts.Env["HEURIST_MODEL_ID"]);

        var before = await rig.Network.ReadPointsAsync([Rig.Provider], world.Now, Cancel);
        before.Single(r => r.Kind == "llama").Counter.ShouldBeGreaterThan(0);
        before.Single(r => r.Kind == "waifu").Counter.ShouldBe(0);
        await world.PostAsync("/sandbox/networks/heurist/stats-as-text", new JsonObject { ["on"] = true });
        (await rig.Network.ReadPointsAsync([Rig.Provider], world.Now, Cancel)).ShouldBe(before);
    }

    [Fact]
    public async Task Cards_with_tags_of_their_own_add_up_at_the_address()
    {
        await using var world = await SandboxWorld.BeginAsync();
        await using var rig = RigOn(world);
        decimal before = 0;
        foreach (var tag in new[] { "a1b2c3", "a1b2c3_1", "d4e5f6" })
        {
            await EarnAsync(world, $"{Rig.Provider}-{tag}", "openhermes-mixtral-8x7b-gptq");
            var counter = (await rig.Network.ReadPointsAsync([Rig.Provider], world.Now, Cancel)).Single(r => r.Kind == "llama").Counter;
            counter.ShouldBeGreaterThan(before);
            before = counter;
        }
    }

    [Fact]
    public async Task A_model_that_is_a_workload_of_its_own_earns_at_the_same_address()
    {
        await using var world = await SandboxWorld.BeginAsync();
        await using var rig = Rig.Heurist(new Uri(world.Url, "/heurist"), ("Networks:Heurist:Models:0", "openhermes-2-pro-mistral-7b"));
        var texts = rig.Network.Templates.Single(t => t.Workload == "heurist-llm-openhermes-2-pro-mistral-7b");
        await EarnAsync(world, rig.Network.IdentityOf(MinerId.New(SandboxWorld.Start), texts, Rig.Provider).Env["MINER_ID_0"], texts.Env["HEURIST_MODEL_ID"]);
        (await rig.Network.ReadPointsAsync([Rig.Provider], world.Now, Cancel)).Single(r => r.Kind == "llama").Counter.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_counter_that_the_network_resets_is_read_as_it_stands()
    {
        await using var world = await SandboxWorld.BeginAsync();
        await using var rig = RigOn(world);
        await EarnAsync(world, $"{Rig.Provider}-a1", "openhermes-mixtral-8x7b-gptq");
        await world.PostAsync("/sandbox/networks/heurist/reset-counters", new JsonObject { ["minerId"] = Rig.Provider });
        (await rig.Network.ReadPointsAsync([Rig.Provider], world.Now, Cancel)).ShouldAllBe(r => r.Counter == 0);
    }

    [Fact]
    public async Task The_others_points_are_of_season_ones_size()
    {
        await using var world = await SandboxWorld.BeginAsync();
        await using var rig = RigOn(world);
        await using var without = Rig.Heurist(new Uri(world.Url, "/heurist"));
        var (read, mean) = (await rig.Network.ReadOutlookAsync(world.Now, Cancel), await without.Network.ReadOutlookAsync(world.Now, Cancel));
        foreach (var (pool, season) in read.Zip(mean))
        {
            (pool.OthersWorkPerHour!.Value / season.OthersWorkPerHour!.Value).ShouldBeInRange(0.4m, 2m);
            pool.TokensPerHour.ShouldBe(season.TokensPerHour);
        }
    }

    /// <summary>Asks for work until there is some, and answers with the prompt itself, which names whatever a probe asks for.</summary>
    private static async Task EarnAsync(SandboxWorld world, string minerId, string modelId)
    {
        for (var asked = 0; asked < 200; asked++)
        {
            var answer = await world.PostAsync("/heurist/miner_request", new JsonObject { ["miner_id"] = minerId, ["model_id"] = modelId, ["min_deadline"] = 1 });
            if (answer is not JsonObject job)
            {
                await world.AdvanceAsync(TimeSpan.FromSeconds(10));
                continue;
            }
            await world.PostAsync("/heurist/miner_submit", new JsonObject
            {
                ["miner_id"] = minerId,
                ["job_id"] = job["job_id"]!.GetValue<string>(),
                ["result"] = new JsonObject { ["Text"] = job["model_input"]!["LLM"]!["prompt"]!.GetValue<string>() },
                ["request_latency"] = 0.1,
                ["inference_latency"] = 1.0,
            });
            return;
        }
        Assert.Fail("The sequencer gave no job.");
    }
}
