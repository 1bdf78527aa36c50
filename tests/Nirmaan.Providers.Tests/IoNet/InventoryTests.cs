using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.IoNet;
using static Nirmaan.Providers.Tests.IoNet.IoNetDouble;

namespace Nirmaan.Providers.Tests.IoNet;

public sealed class InventoryTests : IAsyncLifetime
{
    private readonly IoNetDouble _stand = new();
    private Rig _rig = null!;

    public async ValueTask InitializeAsync()
    {
        _rig = await Rig.IoNetAsync(_stand.Answer);
        _stand.Machines.Add(new("d1", Rig.Name, "running"));
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    private async Task<SupplierInstance> FindAsync(string? word = null)
    {
        _stand.Machines[0].State = word ?? "running";
        return (await _rig.Provider.FindAsync("d1", Rig.Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_machine_that_runs_shows_everything_its_three_calls_know()
    {
        _stand.Workers = [Worker()];
        (await FindAsync()).ShouldBe(new SupplierInstance(
            "d1", Rig.Name, SupplierStatus.Running, "running, container running", new DateTimeOffset(2026, 11, 22, 11, 0, 0, TimeSpan.Zero).AddTicks(1234560), new GpuModel("rtx-a4000"), 1,
            0.2m, 4.8m, Rig.Start.AddMinutes(1380), "5d7c", "US", "https://c-1.example"));
    }

    [Theory]
    [InlineData("deployment requested", SupplierStatus.Requested)]
    [InlineData("DEPLOYMENT REQUESTED", SupplierStatus.Requested)]
    [InlineData("deployment_requested", SupplierStatus.Requested)]
    [InlineData("completed", SupplierStatus.Closed)]
    [InlineData("destroyed", SupplierStatus.Closed)]
    [InlineData("termination requested", SupplierStatus.Closing)]
    [InlineData("failed", SupplierStatus.Failed)]
    [InlineData("unpaid", SupplierStatus.Unrecognised)]
    [InlineData("", SupplierStatus.Unrecognised)]
    public async Task Status_words_are_read_in_any_case(string word, SupplierStatus status) => (await FindAsync(word)).Status.ShouldBe(status);

    public static TheoryData<string, string?, SupplierStatus> Containers => new()
    {
        { "running", "https://c-1.example", SupplierStatus.Running },
        { "Healthy", "c-1.example", SupplierStatus.Running },
        { "ready", "https://c-1.example", SupplierStatus.Running },
        // The address appears once the health check has passed: without it nobody reaches the agent.
        { "running", null, SupplierStatus.Starting },
        { "pending", "https://c-1.example", SupplierStatus.Starting },
    };

    [Theory]
    [MemberData(nameof(Containers))]
    public async Task A_machine_is_up_when_its_container_is_and_has_an_address(string word, string? url, SupplierStatus status)
    {
        _stand.Workers = [Worker(word, url)];
        (await FindAsync()).Status.ShouldBe(status);
    }

    [Fact]
    public async Task A_machine_without_a_container_yet_starts() => (await FindAsync()).Status.ShouldBe(SupplierStatus.Starting);

    [Fact]
    public async Task A_machine_that_does_not_come_up_says_what_happened_last()
    {
        _stand.Workers = [Worker("pending", null, [new { time = "2026-11-22T11:02:00", message = "Pulling image" }, new { time = "2026-11-22T11:05:00", message = "Failed to pull image" }, new { time = (string?)null, message = "?" }])];
        (await FindAsync()).Reason.ShouldBe("Failed to pull image");
    }

    [Fact]
    public async Task Null_lists_and_maps_do_no_harm()
    {
        foreach (var name in new[] { "locations", "container_config", "created_at", "amount_paid", "total_gpus", "hardware_name", "compute_minutes_served", "compute_minutes_remaining" }) { _stand.Details[name] = null; }
        _stand.Workers = [Worker(events: null)];
        var found = await FindAsync();
        (found.Status, found.Name, found.CreatedAt, found.SpentUsd, found.UsdPerGpuHour, found.PaidUntil, found.Region).ShouldBe((SupplierStatus.Running, null, null, null, null, null, null));
    }

    [Theory]
    [InlineData("2026-11-22T11:00:00", "2026-11-22T11:00:00Z")]
    [InlineData("2026-11-22T11:00:00.5", "2026-11-22T11:00:00.5Z")]
    [InlineData("2026-11-22T13:00:00+02:00", "2026-11-22T11:00:00Z")]
    [InlineData("2026-11-22T11:00:00Z", "2026-11-22T11:00:00Z")]
    [InlineData("yesterday", null)]
    public async Task Times_without_a_zone_are_utc(string text, string? expected)
    {
        _stand.Details["created_at"] = text;
        var created = (await FindAsync()).CreatedAt;
        created.ShouldBe(expected is null ? null : DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture));
        (created?.Offset ?? TimeSpan.Zero).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_card_that_is_not_named_fully_is_not_guessed()
    {
        _stand.Details["hardware_name"] = "A100";
        (await FindAsync()).Gpu.ShouldBeNull();
    }

    [Theory]
    [InlineData("None", 30, 1410, 4.8)]
    [InlineData("UnusedMinutes", 30, 1410, 0.2)]
    [InlineData("UnusedMinutes", 720, 720, 2.4)]
    [InlineData("UnusedMinutes", 1440, 0, 4.8)]
    public async Task A_machine_given_back_early_cost_what_the_refund_setting_believes(string setting, int served, int left, decimal spent)
    {
        await using var rig = await Rig.IoNetAsync(_stand.Answer, ("EarlyRefund", setting));
        (_stand.Details["compute_minutes_served"], _stand.Details["compute_minutes_remaining"], _stand.Machines[0].State) = (served, left, "destroyed");
        (await rig.Provider.FindAsync("d1", Rig.Token))!.SpentUsd.ShouldBe(spent);
    }

    [Fact]
    public async Task A_list_shows_what_is_not_over()
    {
        _stand.Machines.Clear();
        foreach (var word in new[] { "running", "completed", "failed", "destroyed", "termination requested", "deployment requested", "odd" }) { _stand.Machines.Add(new(word, null, word)); }
        (await _rig.Provider.ListAsync(Rig.Token)).Select(i => i.Status)
            .ShouldBe([SupplierStatus.Starting, SupplierStatus.Failed, SupplierStatus.Closing, SupplierStatus.Requested, SupplierStatus.Unrecognised]);
    }

    [Fact]
    public async Task Offers_join_the_catalogue_with_what_is_free_where()
    {
        _stand.Catalogue = """
            {"data":{"hardware":[
              {"id":"203__US","deploy_id":203,"name":"RTX A4000","num_cards":4,"price":0.72,"vram_per_card":16,"vcpu":32,"memory":128.5,"location":"US","sold_out":true},
              {"id":"203__FI","deploy_id":203,"name":"RTX A4000","num_cards":4,"price":0.80,"vram_per_card":16,"vcpu":32,"memory":128.5,"location":"FI","sold_out":false},
              {"id":"x","deploy_id":"8H100.80S.176V","name":"H100","num_cards":8,"supplier":"external","sold_out":false,"price":27.875342465753423,"vram_per_card":80,"interconnect":"sxm5","vcpu":176,"memory":1480,"location":"FI"},
              {"id":"cpu","deploy_id":9,"name":"EPYC","num_cards":0,"price":0.5},
              {"id":"free","deploy_id":10,"name":"L4","num_cards":1,"price":0},
              {"id":"gone","deploy_id":11,"name":"L4","num_cards":1,"price":0.3,"sold_out":true},
              {"id":"odd","deploy_id":{"x":1},"name":7}]}}
            """;
        _stand.Replicas["203x1"] = new[] { new { id = 1, iso2 = "US", name = "United States", available_replicas = 12 }, new { id = 2, iso2 = "FI", name = "Finland", available_replicas = 0 } };
        _stand.Replicas["8H100.80S.176Vx8"] = new[] { new { id = 2, iso2 = "FI", name = "Finland", available_replicas = 1 } };
        await using var rig = await Rig.IoNetAsync(_stand.Answer, ("GpusPerMachine:0", "1"), ("GpusPerMachine:1", "8"));
        (await rig.Provider.ListOffersAsync(Rig.Token)).ShouldBe(
        [
            new OfferQuote("203@1x1", "ionet", "io.net", new GpuModel("rtx-a4000"), 1, 16, 0.18m, PriceKind.Quoted, "US", 12, null, null, 8, 32),
            new OfferQuote("203@2x1", "ionet", "io.net", new GpuModel("rtx-a4000"), 1, 16, 0.20m, PriceKind.Quoted, "FI", 0, null, null, 8, 32),
            new OfferQuote("8H100.80S.176V@2x8", "ionet", "io.net", new GpuModel("h100-sxm"), 8, 80, 27.875342465753423m / 8, PriceKind.Quoted, "FI", 1, null, null, 22, 185),
        ]);
    }

    [Fact]
    public async Task A_place_that_the_catalogue_does_not_price_is_not_promised_the_cheapest()
    {
        _stand.Catalogue = """[{"deploy_id":203,"name":"L4","num_cards":1,"price":0.3,"location":"US"},{"deploy_id":203,"name":"L4","num_cards":1,"price":0.4,"location":"Finland"}]""";
        _stand.Replicas["203x1"] = new[] { new { id = 2, iso2 = "FI", name = "Finland", available_replicas = 1 }, new { id = 4, iso2 = "SG", name = "Singapore", available_replicas = 1 } };
        (await _rig.Provider.ListOffersAsync(Rig.Token)).Select(o => (o.Region, o.UsdPerGpuHour)).ShouldBe([("FI", 0.4m), ("SG", 0.4m)]);
    }

    [Fact]
    public async Task The_open_catalogue_is_read_without_the_key()
    {
        await _rig.Provider.ListOffersAsync(Rig.Token);
        _rig.Server.Requests.Where(r => !r.Headers.ContainsKey("x-api-key")).Select(r => r.Path).ShouldBe(["/v1/io-cloud/caas/hardware"]);
    }

    [Theory]
    [InlineData("""[{"deploy_id":203,"name":"L4","num_cards":1,"price":0.3}]""")]
    [InlineData("""{"data":[{"deploy_id":203,"name":"L4","num_cards":1,"price":0.3}]}""")]
    [InlineData("""{"hardware":[{"deploy_id":"203","name":"NVIDIA L4","num_cards":"1","price":"0.3"}]}""")]
    [InlineData("""{"data":{"data":{"hardware":[{"deploy_id":203,"name":"l4","num_cards":1,"price":0.3}]}}}""")]
    public async Task The_catalogue_is_found_in_every_envelope_it_ever_came_in(string catalogue)
    {
        _stand.Catalogue = catalogue;
        _stand.Replicas["203x1"] = new[] { new { id = 1, iso2 = "US", name = "United States", available_replicas = 1 } };
        (await _rig.Provider.ListOffersAsync(Rig.Token)).ShouldHaveSingleItem().Gpu.Id.ShouldBe("l4");
    }

    [Theory]
    [InlineData("""{"data":{"items":[]}}""")]
    [InlineData("""{"data":{"hardware":[{"deploy_id":[1]}]}}""")]
    public async Task A_catalogue_in_an_unknown_form_is_not_an_empty_one(string catalogue)
    {
        _stand.Catalogue = catalogue;
        await Should.ThrowAsync<SupplierUnavailableException>(() => _rig.Provider.ListOffersAsync(Rig.Token));
    }

    [Fact]
    public async Task Machines_are_offered_in_the_wanted_sizes_up_to_what_the_hardware_has()
    {
        _stand.Catalogue = """[{"deploy_id":203,"name":"L4","num_cards":8,"price":2.4}]""";
        _stand.MaxGpus = new { data = new { hardware = new[] { new { max_gpus_per_container = 4, available = 9, hardware_id = 203, hardware_name = "L4", brand_name = "NVIDIA" } }, total = 1 } };
        foreach (var size in new[] { 1, 4, 8 }) { _stand.Replicas[$"203x{size}"] = new[] { new { id = 1, iso2 = "US", name = "United States", available_replicas = 8 / size } }; }
        await using var rig = await Rig.IoNetAsync(_stand.Answer, ("GpusPerMachine:0", "1"), ("GpusPerMachine:1", "4"), ("GpusPerMachine:2", "8"));
        (await rig.Provider.ListOffersAsync(Rig.Token)).Select(o => (o.Key, o.Available)).ShouldBe([("203@1x1", 8), ("203@1x4", 2)]);
    }

    [Theory]
    [InlineData("NVIDIA RTX A6000", null, null, "rtx-a6000")]
    [InlineData("A4000", null, null, "rtx-a4000")]
    [InlineData("GeForce RTX 4090", 24, null, "rtx-4090")]
    [InlineData("RTX 6000 Ada Generation", 48, null, "rtx-6000-ada")]
    [InlineData("A100", 80, null, "a100-80gb")]
    [InlineData("A100-SXM4-40GB", null, null, "a100-40gb")]
    [InlineData("A100 80GB", null, null, "a100-80gb")]
    [InlineData("A10", 24, null, "a10")]
    [InlineData("H100", 80, "sxm5", "h100-sxm")]
    [InlineData("H100 PCIe", 80, null, "h100-pcie")]
    [InlineData("H100", 80, null, null)]
    [InlineData("Tesla T4", 16, null, "t4")]
    [InlineData("RTX A1000", 8, null, null)]
    [InlineData("", null, null, null)]
    public void Names_of_cards_become_canonical_or_stay_unknown(string name, int? vram, string? link, string? expected) => (NvidiaNames.ModelOf(name, vram, link)?.Id).ShouldBe(expected);

    [Theory]
    [InlineData("203@1x8", "203", "1", 8)]
    [InlineData("gpu_1x_a6000@USx1", "gpu_1x_a6000", "US", 1)]
    [InlineData("a@b@LUXx2", "a@b", "LUX", 2)]
    public void An_offers_key_is_read_back_whatever_the_ids_hold(string text, string hardware, string location, int gpus)
    {
        var key = IoNetOfferKey.Parse(text).ShouldNotBeNull();
        (key.Hardware.Text, key.Location.Text, key.Gpus, key.ToString()).ShouldBe((hardware, location, gpus, text));
    }
}
