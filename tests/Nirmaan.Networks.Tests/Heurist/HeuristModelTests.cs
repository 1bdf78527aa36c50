using System.Globalization;
using Nirmaan.Domain.Amounts;
using Nirmaan.Networks.Heurist;

namespace Nirmaan.Networks.Tests.Heurist;

/// <summary>The models of Heurist's tables as templates, multipliers and weights.</summary>
public sealed class HeuristModelTests
{
    private static readonly Uri s_nowhere = new("http://127.0.0.1:1");

    public static TheoryData<string> Slugs => [.. HeuristModel.All.Select(m => m.Slug)];

    private static HeuristModel Model(string slug) => HeuristModel.All.Single(m => m.Slug == slug);

    [Theory]
    [InlineData("openhermes-2-5-mistral-7b", "openhermes-2.5-mistral-7b-gptq", 10, 12, "TheBloke/OpenHermes-2.5-Mistral-7B-GPTQ", "gptq", "gptq-8bit-32g-actorder_True")]
    [InlineData("openhermes-2-pro-mistral-7b", "openhermes-2-pro-mistral-7b", 15, 24, "NousResearch/Hermes-2-Pro-Mistral-7B", "None", "None")]
    [InlineData("dolphin-2-9-llama3-8b", "dolphin-2.9-llama3-8b", 18, 24, "cognitivecomputations/dolphin-2.9-llama3-8b", "None", "None")]
    [InlineData("hermes-3-llama3-1-8b", "hermes-3-llama3.1-8b", 18, 24, "NousResearch/Hermes-3-Llama-3.1-8B", "None", "None")]
    [InlineData("theia-llama-3-1-8b", "theia-llama-3.1-8b", 18, 24, "Chainbase-Labs/Theia-Llama-3.1-8B-v1", "None", "None")]
    [InlineData("openhermes-2-yi-34b", "openhermes-2-yi-34b-gptq", 37, 48, "TheBloke/Nous-Hermes-2-Yi-34B-GPTQ", "gptq", "gptq-8bit-128g-actorder_True")]
    [InlineData("mixtral-8x7b-instruct", "mistralai/mixtral-8x7b-instruct", 28, 40, "TheBloke/Mixtral-8x7B-Instruct-v0.1-GPTQ", "gptq", "None")]
    [InlineData("llama-2-70b-chat", "meta-llama/llama-2-70b-chat", 41, 48, "TheBloke/Llama-2-70B-Chat-GPTQ", "gptq", "None")]
    public void A_text_model_runs_what_its_starter_would_on_a_card_that_holds_it(string slug, string id, int gateGb, int vramGb, string repository, string quantization, string branch)
    {
        var template = HeuristTemplates.Of(Model(slug));
        template.Needs.MinVramGb.ShouldBe(vramGb);
        ((TextModel)Model(slug)).GateGb.ShouldBe(gateGb);
        template.Needs.MinVramGb.ShouldBeGreaterThanOrEqualTo(gateGb);
        template.Command.Take(5).ShouldBe(["python3", "llm-miner.py", repository, quantization, id]);
        template.Command[6].ShouldBe(branch);
        template.Command.Count.ShouldBe(12);
        template.Env["HEURIST_MODEL_ID"].ShouldBe(id);
    }

    [Fact]
    public void The_weights_fit_into_the_part_of_the_card_that_the_model_server_gets() =>
        HeuristModel.All.OfType<TextModel>().Append(HeuristModel.Mixtral).ShouldAllBe(m => m.MinVramGb * decimal.Parse(m.MemoryShare, CultureInfo.InvariantCulture) >= m.GateGb);

    [Fact]
    public void The_shipped_text_template_is_that_of_the_tables_Mixtral()
    {
        HeuristTemplates.Texts.Command.ShouldBe(HeuristTemplates.CommandOf(HeuristModel.Mixtral));
        HeuristTemplates.Texts.Env["HEURIST_MODEL_ID"].ShouldBe(HeuristModel.Mixtral.Id);
        HeuristTemplates.Texts.Needs.MinVramGb.ShouldBe(HeuristModel.Mixtral.MinVramGb);
    }

    [Theory]
    [InlineData("sd15", 12, "EXCLUDE_SDXL", "yes")]
    [InlineData("sdxl", 16, "MODEL_ID", "AnimagineXL")]
    [InlineData("flux", 24, "MODEL_ID", "FLUX.1-dev")]
    public void An_image_category_is_chosen_by_the_miners_environment(string slug, int vramGb, string env, string value)
    {
        var template = HeuristTemplates.Of(Model(slug));
        (template.Needs.MinVramGb, template.Env[env]).ShouldBe((vramGb, value));
        template.Command.ShouldBe(HeuristTemplates.Images.Command);
    }

    [Theory]
    [MemberData(nameof(Slugs))]
    public void A_models_template_keeps_rules_season_and_licence_of_its_miner(string slug)
    {
        var (model, template) = (Model(slug), HeuristTemplates.Of(Model(slug)));
        var shipped = model is TextModel ? HeuristTemplates.Texts : HeuristTemplates.Images;
        template.Name.ShouldMatch("^[a-z0-9]+(-[a-z0-9]+)*$");
        (template.Workload, template.Logs, template.Season, template.Payout, template.Image).ShouldBe((template.Name, shipped.Logs, shipped.Season, shipped.Payout, shipped.Image));
        template.Licence.ShouldStartWith("Heurist's miner-release licence allows personal, non-commercial use only");
        template.Licence.ShouldEndWith($", {model.Licence}.");
        template.Licence.ShouldNotContain("Mixtral 8x7B, Apache");
    }

    [Theory]
    [InlineData("openhermes-2-5-mistral-7b", "2024-04-01", 0.1)]
    [InlineData("openhermes-2-pro-mistral-7b", "2026-01-01", 0.2)]
    [InlineData("dolphin-2-9-llama3-8b", "2024-04-30", null)]
    [InlineData("dolphin-2-9-llama3-8b", "2024-06-01", 0.24)]
    [InlineData("dolphin-2-9-llama3-8b", "2025-01-01", 0.5)]
    [InlineData("openhermes-2-yi-34b", "2024-04-30", 1.0)]
    [InlineData("openhermes-2-yi-34b", "2024-05-01", 0.0)]
    [InlineData("llama-2-70b-chat", "2024-06-01", null)]
    [InlineData("sd15", "2024-07-18", 1.0)]
    [InlineData("sd15", "2024-07-19", 0.3)]
    [InlineData("flux", "2024-08-01", 10.0)]
    [InlineData("flux", "2025-01-01", 0.0)]
    public void A_multiplier_is_that_of_its_day_and_unknown_is_not_zero(string slug, string day, double? multiplier) =>
        ((double?)Model(slug).MultiplierAt(DateTimeOffset.Parse(day, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal))).ShouldBe(multiplier);

    [Fact]
    public async Task A_model_is_a_workload_only_where_it_is_asked_for()
    {
        await using var plain = Rig.Heurist(s_nowhere);
        plain.Network.Templates.Select(t => t.Workload).ShouldBe(["heurist-sd", "heurist-llm"]);
        await using var rig = Offering("openhermes-2-pro-mistral-7b", "sdxl");
        rig.Network.Templates.Select(t => t.Workload).ShouldBe(["heurist-sd", "heurist-llm", "heurist-llm-openhermes-2-pro-mistral-7b", "heurist-sd-sdxl"]);
    }

    [Fact]
    public async Task A_job_weighs_what_it_earns_against_other_jobs_of_its_kind()
    {
        await using var rig = Offering("openhermes-2-pro-mistral-7b", "openhermes-2-yi-34b", "sd15", "sdxl");
        rig.Network.WorkloadsOf("llama", rig.Now).ShouldBe(
            new Dictionary<WorkloadName, decimal> { [new("heurist-llm")] = 1, [new("heurist-llm-openhermes-2-pro-mistral-7b")] = 0.2m, [new("heurist-llm-openhermes-2-yi-34b")] = 0 }, ignoreOrder: true);
        rig.Network.WorkloadsOf("waifu", rig.Now).ShouldBe(
            new Dictionary<WorkloadName, decimal> { [new("heurist-sd")] = 4, [new("heurist-sd-sd15")] = 0.3m, [new("heurist-sd-sdxl")] = 4 }, ignoreOrder: true);
        rig.Network.WorkloadsOf("alpha", rig.Now).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_models_priors_stand_in_its_kinds_pool_on_cards_that_hold_it()
    {
        await using var rig = Offering("openhermes-2-pro-mistral-7b", "openhermes-2-yi-34b", "sdxl");
        var pools = await rig.Network.ReadOutlookAsync(rig.Now, TestContext.Current.CancellationToken);
        var texts = pools[0].Priors.ToLookup(p => p.Workload.Value);
        texts.Select(w => w.Key).ShouldBe(["heurist-llm", "heurist-llm-openhermes-2-pro-mistral-7b", "heurist-llm-openhermes-2-yi-34b"]);
        texts["heurist-llm-openhermes-2-pro-mistral-7b"].Select(p => p.Gpu).ShouldContain("rtx-3090");
        // 288 Llama Points of Mixtral, 28/15 as fast, a fifth each.
        texts["heurist-llm-openhermes-2-pro-mistral-7b"].Single(p => p.Gpu == "rtx-a6000").WorkPerGpuHour.ShouldBe(107.5);
        texts["heurist-llm-openhermes-2-yi-34b"].ShouldAllBe(p => p.WorkPerGpuHour == 0);
        pools[1].Priors.Where(p => p.Workload.Value == "heurist-sd-sdxl").ShouldNotContain(p => p.Gpu == "rtx-3060");
    }

    [Fact]
    public async Task A_later_season_by_configuration_ends_the_replay_while_it_is_open()
    {
        await using var rig = Rig.Heurist(s_nowhere, ("Networks:Heurist:LaterSeasons:0:Name", "season 3"), ("Networks:Heurist:LaterSeasons:0:From", "2027-01-01T00:00:00Z"),
            ("Networks:Heurist:LaterSeasons:0:To", "2027-04-01T00:00:00Z"));
        string? Notice(int month) => rig.Network.NoticeAt(new DateTimeOffset(2027, month, 1, 0, 0, 0, TimeSpan.Zero))?.Text;
        Notice(1).ShouldBeNull();
        Notice(4).ShouldNotBeNull().ShouldContain("from 2024-04-01 to 2027-04-01");
        rig.Network.NoticeAt(rig.Now).ShouldNotBeNull();
    }

    private static Rig Offering(params string[] models) => Rig.Heurist(s_nowhere, [.. models.Select((m, i) => ($"Networks:Heurist:Models:{i}", (string?)m))]);
}
