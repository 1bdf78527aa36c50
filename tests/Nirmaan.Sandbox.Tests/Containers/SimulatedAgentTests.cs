using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Tests.Shared;

namespace Nirmaan.Sandbox.Tests.Containers;

public sealed class SimulatedAgentTests : IAsyncLifetime
{
    private TestSandbox _sandbox = null!;
    private FakeControl _control = null!;
    private string _dseq = null!;

    public async ValueTask InitializeAsync()
    {
        _control = await FakeControl.StartAsync();
        _sandbox = await TestSandbox.StartAsync(TestSandbox.Start, services => services.AddSingleton<IMinerPlay, FakeMiner.Play>());
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        await _control.DisposeAsync();
    }

    [Fact]
    public async Task Heartbeats_come_every_five_virtual_minutes_with_states_by_the_templates_rules()
    {
        await RentAsync();
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(29));
        _control.States.Distinct().ShouldBe(["installing", "serving", "working"]);
        var working = _control.Heartbeats.Where(h => h["state"]!.GetValue<string>() == "working").Select(h => h["sentAt"]!.GetValue<DateTimeOffset>()).ToList();
        working.ShouldAllBe(at => at.Minute % 5 == 0 && at.Second == 0);
        working.Zip(working.Skip(1), (a, b) => b - a).ShouldAllBe(step => step == TimeSpan.FromMinutes(5));
        _control.Heartbeats.Select(h => h["sequence"]!.GetValue<int>()).ShouldBe(Enumerable.Range(1, _control.Heartbeats.Count));
        _control.Heartbeats.Select(h => h["bootId"]!.GetValue<string>()).Distinct().Count().ShouldBe(1);
        _control.Taken.ShouldAllBe(t => t.Token == "Bearer token-1");
    }

    [Fact]
    public async Task A_heartbeat_bears_exactly_the_fields_of_the_format()
    {
        await RentAsync();
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(29));
        var last = _control.Heartbeats[^1].AsObject();
        last.Select(p => p.Key).ShouldBe(["bootId", "sequence", "sentAt", "state", "gpus", "jobsDone", "lastJobAt", "payouts"]);
        var card = last["gpus"]!.AsArray().Single()!.AsObject();
        card.Select(p => p.Key).ShouldBe(["index", "name", "utilisation", "temperatureC", "memoryUsedMb", "powerW"]);
        card["name"]!.GetValue<string>().ShouldBe("NVIDIA RTX A6000");
        last["jobsDone"]!.GetValue<int>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Heartbeats_are_kept_while_the_control_plane_is_away_and_come_in_order_afterwards()
    {
        await RentAsync();
        _control.Answer = HttpStatusCode.ServiceUnavailable;
        await _sandbox.AdvanceAsync(TimeSpan.FromHours(3));
        _control.Heartbeats.ShouldBeEmpty();
        _control.Answer = HttpStatusCode.Accepted;
        _control.Sizes.Clear();
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(5));
        _control.Sizes.Count.ShouldBe(1);
        _control.Heartbeats.Count.ShouldBeGreaterThan(30);
        _control.Heartbeats.Select(h => h["sequence"]!.GetValue<int>()).ShouldBe(Enumerable.Range(1, _control.Heartbeats.Count));
    }

    [Fact]
    public async Task A_batch_that_is_too_large_is_halved_until_it_fits()
    {
        await RentAsync();
        _control.Answer = HttpStatusCode.ServiceUnavailable;
        await _sandbox.AdvanceAsync(TimeSpan.FromHours(3));
        (_control.Answer, _control.Most) = (HttpStatusCode.Accepted, 10);
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(5));
        _control.Heartbeats.Count.ShouldBeGreaterThan(30);
        _control.Heartbeats.Select(h => h["sequence"]!.GetValue<int>()).ShouldBe(Enumerable.Range(1, _control.Heartbeats.Count));
    }

    [Fact]
    public async Task After_a_429_nothing_is_sent_before_its_time()
    {
        await RentAsync();
        _control.Answer = HttpStatusCode.TooManyRequests;
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(2));
        _control.Answer = HttpStatusCode.Accepted;
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(5));
        _control.Heartbeats.ShouldBeEmpty();
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(10));
        _control.Heartbeats.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_card_with_less_memory_than_the_template_needs_is_refused_and_named()
    {
        await _sandbox.StrikeAsync("""{"target":"akash.create-deployment","kind":"wrong-gpu","times":1}""");
        await RentAsync();
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(10));
        _control.States.Distinct().ShouldBe(["failed"]);
        _control.Heartbeats[^1]["gpus"]![0]!["name"]!.GetValue<string>().ShouldBe("NVIDIA GeForce RTX 3060");
        (await ContainerAsync())["reason"]!.GetValue<string>().ShouldBe("the template needs 24 GB of GPU memory, NVIDIA GeForce RTX 3060 has 12 GB");
    }

    [Fact]
    public async Task A_machine_that_lies_pays_a_stranger_and_its_agent_reads_it_back()
    {
        await _sandbox.StrikeAsync("""{"target":"akash.create-deployment","kind":"other-payout","times":1}""");
        await RentAsync(("MINER_ID_0", "0x00000000000000000000000000000000000000aa-tag1"));
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(10));
        var told = _control.Heartbeats[^1]["payouts"]!.AsArray().ShouldHaveSingleItem()!;
        (told["source"]!.GetValue<string>(), told["value"]!.GetValue<string>()).ShouldBe(("environment MINER_ID_0", "0x00000000000000000000000000000000000bad00-tag1"));
    }

    [Fact]
    public async Task A_miner_that_its_rules_call_failed_is_started_again_after_a_pause()
    {
        await RentAsync(("CRASH", "1"));
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(40));
        _control.States.ShouldContain("failed");
        _control.States.Skip(_control.States.ToList().IndexOf("failed")).ShouldContain("serving");
        _control.Heartbeats.Select(h => h["bootId"]!.GetValue<string>()).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task The_end_of_a_lease_is_told_and_a_lost_machine_says_nothing()
    {
        await RentAsync();
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(20));
        await _sandbox.AkashAsync(HttpMethod.Delete, $"/v1/deployments/{_dseq}");
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(10));
        _control.States[^1].ShouldBe("stopped");

        _control.Taken.Clear();
        await RentAsync();
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(20));
        var before = _control.Heartbeats.Count;
        await _sandbox.StrikeAsync($$"""{"kind":"lose-machine","id":"{{_dseq}}"}""");
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(20));
        _control.Heartbeats.Count.ShouldBe(before);
    }

    [Fact]
    public async Task Machines_die_by_themselves_at_the_configured_rate_and_alike_for_one_seed()
    {
        async Task<string> LossesAsync()
        {
            await using var sandbox = await TestSandbox.StartAsync("Sandbox:LossesPerMachineDay=4");
            var tenant = new AkashTenant(sandbox);
            for (var i = 0; i < 5; i++) { await tenant.RentAsync(); }
            await sandbox.AdvanceAsync(TimeSpan.FromDays(2));
            return string.Join(",", (await sandbox.WorldAsync())["containers"]!.AsArray().Select(c => $"{c!["id"]}:{c["phase"]}"));
        }
        var first = await LossesAsync();
        first.ShouldContain(":lost");
        (await LossesAsync()).ShouldBe(first);
    }

    private async Task RentAsync(params (string Name, string Value)[] more)
    {
        var env = new Dictionary<string, string> { ["AGENT_CONTROL_URL"] = _control.Url, ["AGENT_TOKEN"] = "token-1",
            ["AGENT_TEMPLATE"] = FakeMiner.Template.ReplaceLineEndings("") };
        foreach (var (name, value) in more) { env[name] = value; }
        (_dseq, _) = await new AkashTenant(_sandbox).RentAsync(Sdls.Miner(env: env));
    }

    private async Task<System.Text.Json.Nodes.JsonNode> ContainerAsync() => (await _sandbox.WorldAsync())["containers"]!.AsArray().Last()!;
}
