using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Networks.Tests.Heurist;

public sealed class HeuristTests : IAsyncLifetime
{
    private const string Address = "0xAb5801a7D398351b8bE11C439e05C5B3259aeC9B";
    private const string Stats = """
        {"hardware":"NVIDIA RTX A6000","status":"online","totalImageCount":12,"totalTextCount":3400,"last24HrsAvailability":98.5,"totalLlamaPoints":1234.5678,"totalWaifuPoints":0,
         "s2CurrentEpochLlamaPoints":3.1,"s2Rewards":[{"daily_date":"2024-08-01","llama_points":1,"waifu_points":0,"llama_reward_tokens":0.1,"waifu_reward_tokens":0}]}
        """;

    private Outside _outside = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _outside = await Outside.StartAsync();

    public ValueTask DisposeAsync() => _outside.DisposeAsync();

    [Fact]
    public async Task Both_kinds_of_points_of_an_account_are_read_apart()
    {
        await using var rig = Rig.Heurist(new Uri(_outside.Answers("GET /prod/stats", Stats).Url, "prod"));
        var readings = await rig.Network.ReadPointsAsync([Address], rig.Now, Cancel);
        readings.Select(r => (r.Network, r.Kind, r.Account, r.Counter, r.At)).ShouldBe(
            [(NetworkName.Heurist, "llama", Address, 1234.5678m, rig.Now), (NetworkName.Heurist, "waifu", Address, 0m, rig.Now)]);
        _outside.Calls.Single().Query.ShouldBe($"?minerId={Address.ToLowerInvariant()}");
    }

    [Fact]
    public async Task A_body_that_is_a_text_with_json_in_it_is_read()
    {
        await using var rig = Rig.Heurist(_outside.Answers("GET /stats", System.Text.Json.JsonSerializer.Serialize(Stats)).Url);
        (await rig.Network.ReadPointsAsync([Address], rig.Now, Cancel)).Select(r => r.Counter).ShouldBe([1234.5678m, 0m]);
    }

    [Theory]
    [InlineData("""{"totalLlamaPoints":"77.25","totalWaifuPoints":1e3}""", 77.25, 1000.0)]
    [InlineData("""{"totalLlamaPoints":5}""", 5.0, null)]
    [InlineData("""{"totalLlamaPoints":null,"totalWaifuPoints":"n/a"}""", null, null)]
    [InlineData("{}", null, null)]
    public async Task A_counter_that_is_not_there_is_unknown_not_zero(string body, double? llama, double? waifu)
    {
        await using var rig = Rig.Heurist(_outside.Answers("GET /stats", body).Url);
        var counters = (await rig.Network.ReadPointsAsync([Address], rig.Now, Cancel)).ToDictionary(r => r.Kind, r => (double)r.Counter);
        counters.ShouldBe(new[] { ("llama", llama), ("waifu", waifu) }.Where(c => c.Item2 is not null).ToDictionary(c => c.Item1, c => c.Item2!.Value));
    }

    [Theory]
    [InlineData("\"not json\"", 200, "application/json")]
    [InlineData("\"\\\"{}\\\"\"", 200, "application/json")]
    [InlineData("[1,2]", 200, "application/json")]
    [InlineData("", 200, "application/json")]
    [InlineData("{\"totalLlamaPoints\":12", 200, "application/json")]
    [InlineData("<html>Just a moment...</html>", 200, "text/html")]
    [InlineData("{\"message\":\"Forbidden\"}", 403, "application/json")]
    [InlineData("Too Many Requests", 429, "text/plain")]
    [InlineData("{\"message\": \"Internal server error\"}", 502, "application/json")]
    public async Task An_answer_that_cannot_be_read_is_unavailable_and_never_a_counter(string body, int status, string type)
    {
        await using var rig = Rig.Heurist(_outside.Answers("GET /stats", body, status, type).Url);
        (await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Network.ReadPointsAsync([Address], rig.Now, Cancel))).Message.ShouldStartWith($"heurist: stats of {Address}: ");
    }

    [Fact]
    public async Task A_passing_failure_is_tried_again()
    {
        var calls = 0;
        _outside.Answers("GET /stats", _ => ++calls == 1 ? (503, "", "text/plain") : (200, Stats, "application/json"));
        await using var rig = Rig.Heurist(_outside.Url, ("Networks:Heurist:QuickRetries", "1"), ("Networks:Heurist:RetryDelay", "00:00:00"));
        (await rig.Network.ReadPointsAsync([Address], rig.Now, Cancel)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_miner_mines_for_the_payout_address_under_a_tag_of_its_own()
    {
        await using var rig = Rig.Heurist(_outside.Url);
        var (one, other) = (MinerId.New(rig.Now), MinerId.New(rig.Now));
        var identity = rig.Network.IdentityOf(one, rig.Network.Templates[0], Address);
        identity.Key.ShouldMatch($"^{Address.ToLowerInvariant()}-[0-9a-f]{{12}}$");
        identity.Env.ShouldBe(new Dictionary<string, string> { ["MINER_ID_0"] = identity.Key });
        rig.Network.IdentityOf(one, rig.Network.Templates[0], Address).Key.ShouldBe(identity.Key);
        rig.Network.IdentityOf(other, rig.Network.Templates[0], Address).Key.ShouldNotBe(identity.Key);
    }

    [Theory]
    [InlineData(0, 3, new[] { "", "_1", "_2" })]
    [InlineData(1, 2, new[] { "" })]
    public async Task An_image_miner_has_an_id_for_each_card_and_a_text_miner_one_for_all(int template, int gpus, string[] ends)
    {
        await using var rig = Rig.Heurist(_outside.Url);
        var many = rig.Network.Templates[template] with { Needs = rig.Network.Templates[template].Needs with { Gpus = gpus } };
        var identity = rig.Network.IdentityOf(MinerId.New(rig.Now), many, Address);
        identity.Env.ShouldBe(ends.Index().ToDictionary(e => $"MINER_ID_{e.Index}", e => identity.Key + e.Item));
        identity.Env.Values.ShouldAllBe(id => System.Text.RegularExpressions.Regex.IsMatch(id, "^0x[0-9a-f]{40}-[a-zA-Z0-9_]+$"));
    }

    [Fact]
    public async Task More_cards_than_the_image_miner_has_ids_for_are_refused()
    {
        await using var rig = Rig.Heurist(_outside.Url);
        var many = rig.Network.Templates[0] with { Needs = rig.Network.Templates[0].Needs with { Gpus = 11 } };
        Should.Throw<ArgumentException>(() => rig.Network.IdentityOf(MinerId.New(rig.Now), many, Address)).Message.ShouldContain("at most 10 cards");
    }

    [Fact]
    public async Task What_is_no_address_is_no_payout_address()
    {
        await using var rig = Rig.Heurist(_outside.Url);
        Should.Throw<FormatException>(() => rig.Network.IdentityOf(MinerId.New(rig.Now), rig.Network.Templates[0], "vitalik.eth"));
    }

    [Fact]
    public async Task Enrolment_needs_no_call()
    {
        await using var rig = Rig.Heurist(_outside.Url);
        (await rig.Network.EnrolAsync(MinerId.New(rig.Now), "0xab-1", rig.Network.Templates[0], Cancel)).ShouldBeOfType<Effect.Done>();
        (await rig.Network.FindEnrolmentAsync("0xab-1", Cancel)).ShouldBe("0xab-1");
        (await rig.Network.WithdrawAsync("0xab-1", Cancel)).ShouldBeOfType<Effect.Done>();
        (await rig.Network.ReadCreditsAsync(["0xab-1"], rig.Now, Cancel)).ShouldBeEmpty();
        (await rig.Network.ReadRewardsAsync("c", [Address], Cancel)).ShouldBe(new RewardPage([], "c"), new PageEquality());
        _outside.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("llama", "heurist-llm")]
    [InlineData("waifu", "heurist-sd")]
    [InlineData("alpha", null)]
    public async Task A_kind_of_points_names_its_workload(string kind, string? workload)
    {
        await using var rig = Rig.Heurist(_outside.Url);
        (rig.Network.WorkloadOf(kind)?.Value).ShouldBe(workload);
    }

    [Theory]
    [InlineData("2024-03-31T23:59:59Z", true)]
    [InlineData("2024-04-01T00:00:00Z", false)]
    [InlineData("2025-01-16T23:59:59Z", false)]
    [InlineData("2025-01-17T00:00:00Z", true)]
    [InlineData("2026-11-22T12:00:00Z", true)]
    public async Task Outside_its_season_every_figure_is_a_replay(string now, bool replay)
    {
        await using var rig = Rig.Heurist(_outside.Url);
        (rig.Network.NoticeAt(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture))?.Label).ShouldBe(replay ? "season closed, 2024 replay" : null);
    }

    [Fact]
    public async Task Without_totals_season_one_stands_for_the_others()
    {
        await using var rig = Rig.Heurist(_outside.Url);
        var pools = await rig.Network.ReadOutlookAsync(rig.Now, Cancel);
        pools.Select(p => (p.Pool.Value, p.Bucket, p.Shape, p.AssetId, p.Modelled, p.DemandWorkPerHour)).ShouldBe(
        [
            ("heurist-llama", Bucket.Emerging, RewardShape.ProRata, "HEU", true, null), ("heurist-waifu", Bucket.Emerging, RewardShape.ProRata, "HEU", true, null),
        ]);
        // 27.40 M and 22.46 M HEU, 265.46 M Llama and 772.96 M Waifu Points in 109 days.
        pools[0].TokensPerHour.ShouldBe(10474.0061m, 0.0001m);
        pools[1].TokensPerHour.ShouldBe(8585.6269m, 0.0001m);
        pools[0].OthersWorkPerHour.ShouldBe(101475.5352m);
        pools[1].OthersWorkPerHour.ShouldBe(295474.0061m);
        pools.ShouldAllBe(p => p.Source.Contains("mean of season 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Totals_are_summed_by_kind_and_their_source_is_said()
    {
        _outside.Answers("GET /heurist/network", """
            {"sandboxOnly":true,"at":"2026-03-01T11:00:00Z","models":[{"modelId":"a","points":"llama","othersPointsPerHour":100.5},{"modelId":"b","points":"llama","othersPointsPerHour":7},
             {"modelId":"c","points":"waifu","othersPointsPerHour":9}]}
            """);
        await using var rig = Rig.Heurist(_outside.Url, ("Networks:Heurist:TotalsUrl", new Uri(_outside.Url, "/heurist/network").ToString()));
        var pools = await rig.Network.ReadOutlookAsync(rig.Now, Cancel);
        pools.Select(p => p.OthersWorkPerHour).ShouldBe([107.5m, 9m]);
        pools.ShouldAllBe(p => p.At == new DateTimeOffset(2026, 3, 1, 11, 0, 0, TimeSpan.Zero) && p.Source.Contains("only the sandbox", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sum_with_an_unknown_part_is_unknown()
    {
        _outside.Answers("GET /t", """{"models":[{"points":"llama","othersPointsPerHour":100},{"points":"llama"}]}""");
        await using var rig = Rig.Heurist(_outside.Url, ("Networks:Heurist:TotalsUrl", new Uri(_outside.Url, "/t").ToString()));
        (await rig.Network.ReadOutlookAsync(rig.Now, Cancel)).ShouldAllBe(p => p.OthersWorkPerHour == null);
    }

    [Fact]
    public async Task Totals_that_cannot_be_read_are_not_replaced_by_another_figure()
    {
        await using var rig = Rig.Heurist(_outside.Url, ("Networks:Heurist:TotalsUrl", new Uri(_outside.Url, "/gone").ToString()));
        await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Network.ReadOutlookAsync(rig.Now, Cancel));
    }

    [Fact]
    public async Task Priors_are_given_for_cards_that_hold_the_model_only()
    {
        await using var rig = Rig.Heurist(_outside.Url);
        var pools = await rig.Network.ReadOutlookAsync(rig.Now, Cancel);
        var (texts, images) = (pools[0].Priors.ToDictionary(p => p.Gpu), pools[1].Priors.ToDictionary(p => p.Gpu));
        texts.Keys.ShouldContain("rtx-a6000");
        texts.Keys.ShouldNotContain("rtx-4090");
        images.Keys.ShouldContain("rtx-3060");
        images.Keys.ShouldNotContain("rtx-3080");
        texts.Values.ShouldAllBe(p => p.Workload.Value == "heurist-llm" && p.EvidenceHours < 1);
        // A slower card earns less, a faster one more, but not in proportion: both wait for jobs.
        images["rtx-a6000"].WorkPerGpuHour.ShouldBe(1350);
        images["rtx-a4000"].WorkPerGpuHour.ShouldBe(900);
        images["h100-sxm"].WorkPerGpuHour.ShouldBeInRange(1350, 2700);
        texts["rtx-a6000"].WorkPerGpuHour.ShouldBe(288);
    }

    private sealed class PageEquality : IEqualityComparer<RewardPage>
    {
        public bool Equals(RewardPage? x, RewardPage? y) => x!.Cursor == y!.Cursor && x.Rewards.SequenceEqual(y.Rewards);
        public int GetHashCode(RewardPage page) => 0;
    }
}
