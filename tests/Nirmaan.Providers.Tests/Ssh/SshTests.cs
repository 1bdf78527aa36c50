using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.Tests.Ssh;

/// <summary>What is the own machines' alone, against a real ssh server.</summary>
public sealed class SshTests
{
    private const string Nasty = "it's \"$(touch \"$NIRMAAN_SHIM/pwned\")\" `id`; rm -rf x\n.\n\n--privileged ünï\\";

    private static CancellationToken Token => Rig.Token;

    private static async Task<string> CreatedAsync(SshRig rig, string name = Rig.Name) =>
        (await rig.Provider.CreateAsync(rig.Request(name), Token)).ShouldBeOfType<Effect.Done>().ExternalId.ShouldNotBeNull();

    [Fact]
    public async Task Whatever_an_environment_holds_arrives_as_it_is_and_runs_nothing()
    {
        await using var rig = await SshRig.StartAsync();
        (await rig.Provider.CreateAsync(rig.Request(env: [("NASTY", Nasty), ("EMPTY", ""), ("PATH", "/nowhere"), ("v", "one letter")]), Token)).ShouldBeOfType<Effect.Done>();
        var env = rig.Host.Read($"c/{Rig.Name}/env").Split('\0');
        foreach (var entry in new[] { $"NASTY={Nasty}", "EMPTY=", "PATH=/nowhere", "v=one letter", $"NIRMAAN_OPERATION={Rig.Name}", "MINER_SECRET=secret-of-the-miner-42" }) { env.ShouldContain(entry); }
        rig.Host.Read("pwned").ShouldBeEmpty();
        File.Exists(Path.Combine(rig.Host.Shim, "pwned")).ShouldBeFalse();
        // What docker was called with stands in every list of processes.
        rig.Host.Read("words").ShouldNotContain("secret-of-the-miner-42");
    }

    [Theory]
    [InlineData("nirmaan 1", "ghcr.io/nirmaan/miner:1")]
    [InlineData("-nirmaan", "ghcr.io/nirmaan/miner:1")]
    [InlineData("nirmaan-1", "--privileged")]
    [InlineData("nirmaan-1", "image;reboot")]
    public async Task A_name_or_image_that_could_be_more_than_that_is_refused_before_anything_is_sent(string name, string image)
    {
        await using var rig = await SshRig.StartAsync();
        var request = rig.Request(name);
        (await rig.Provider.CreateAsync(request with { Template = request.Template with { Image = image } }, Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("bad-request");
        rig.Creates.ShouldBe(0);
    }

    [Fact]
    public async Task A_machine_with_another_host_key_is_not_spoken_to()
    {
        await using var rig = await SshRig.StartAsync();
        var keys = await File.ReadAllTextAsync(rig.Host.KnownHosts, Token);
        await File.WriteAllTextAsync(rig.Host.KnownHosts, keys[..^12] + (keys[^12] == 'A' ? 'B' : 'A') + keys[^11..], Token);
        (await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Provider.ListAsync(Token))).Message.ShouldContain("alpha");
        (await rig.Provider.CloseAsync("alpha/x1", Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("unauthorized");
        await File.WriteAllTextAsync(rig.Host.KnownHosts, "", Token);
        (await rig.Provider.CloseAsync("alpha/x1", Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("unauthorized");
        rig.Host.Read("calls").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_machine_that_was_seen_and_is_gone_shows_what_it_showed_as_unreachable()
    {
        await using var rig = await SshRig.StartAsync();
        var id = await CreatedAsync(rig);
        (await rig.Provider.ListAsync(Token)).ShouldHaveSingleItem().Reachable.ShouldBeTrue();
        await rig.Host.DieAsync();
        (await rig.Provider.ListAsync(Token)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(i => i.ExternalId.ShouldBe(id), i => i.Reachable.ShouldBeFalse());
        await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Provider.FindAsync(id, Token));
        (await rig.Provider.CloseAsync(id, Token)).ShouldBeOfType<Effect.NotSent>();
        (await rig.Provider.CreateAsync(rig.Request("nirmaan-2"), Token)).ShouldBeOfType<Effect.NotSent>();
        (await rig.Provider.ListOffersAsync(Token)).ShouldHaveSingleItem().Available.ShouldBe(0);
        // Who never saw it knows nothing: anything may stand there.
        rig.Reconnect();
        await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Provider.ListAsync(Token));
    }

    [Fact]
    public async Task A_create_without_an_answer_on_a_machine_that_then_dies_is_not_made_again_elsewhere()
    {
        await using var rig = await SshRig.StartAsync();
        await using var beta = await SshHost.StartAsync();
        beta.Write("now", rig.Host.Read("now"));
        File.Copy(rig.Host.Key + ".pub", Path.Combine(beta.Folder, "authorized_keys"), overwrite: true);
        await File.AppendAllTextAsync(rig.Host.KnownHosts, await File.ReadAllTextAsync(beta.KnownHosts, Token), Token);
        rig.Reconnect(
            ("Machines:1:Name", "beta"), ("Machines:1:Host", "127.0.0.1"), ("Machines:1:Port", $"{beta.Port}"), ("Machines:1:User", Environment.UserName), ("Machines:1:Gpu", "rtx-a6000"),
            ("Machines:1:GpuCount", "4"), ("Machines:1:Price", "3"), ("ReadTimeout", "00:00:06"), ("WriteTimeout", "00:00:06"));
        var request = rig.Request();
        request = request with { Wish = request.Wish with { OfferKey = null } };
        (await rig.Provider.ListAsync(Token)).ShouldBeEmpty();
        rig.Host.Write("hang-run", "");
        (await rig.Provider.CreateAsync(request, Token)).ShouldBeOfType<Effect.Uncertain>();
        await rig.Host.DieAsync();
        await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Provider.ListAsync(Token));
        (await rig.Provider.CreateAsync(request, Token)).ShouldBeOfType<Effect.NotSent>();
        beta.Read("calls").ShouldBeEmpty();
        // A wish that names its machine was never granted on another one.
        (await rig.Provider.CreateAsync(request with { Name = "nirmaan-2", Wish = request.Wish with { OfferKey = "betax2" } }, Token)).ShouldBe(new Effect.Done("beta/nirmaan-2"));
    }

    [Fact]
    public async Task Two_processes_that_create_one_name_at_once_make_one_container()
    {
        await using var rig = await SshRig.StartAsync();
        await using var other = rig.Connect();
        var effects = await Task.WhenAll(new[] { rig.Provider, other.GetRequiredService<IComputeProvider>() }.Select(p => p.CreateAsync(rig.Request(), Token)));
        effects.ShouldAllBe(e => e is Effect.Done || e is Effect.NotSent);
        effects.ShouldContain(e => e is Effect.Done);
        (await rig.LivingAsync()).Count.ShouldBe(1);
        rig.Creates.ShouldBe(1);
    }

    [Fact]
    public async Task Each_container_has_gpus_of_its_own_until_there_are_none()
    {
        await using var rig = await SshRig.StartAsync();
        await CreatedAsync(rig, "nirmaan-1");
        await CreatedAsync(rig, "nirmaan-2");
        new[] { "nirmaan-1", "nirmaan-2" }.Select(n => rig.Host.Read($"c/{n}/labels").Split('\n').Single(l => l.StartsWith("nirmaan.gpus", StringComparison.Ordinal)))
            .ShouldBe(["nirmaan.gpus=0,1", "nirmaan.gpus=2,3"]);
        (await rig.Provider.CreateAsync(rig.Request("nirmaan-3"), Token)).ShouldBeOfType<Effect.Refused>().ShouldSatisfyAllConditions(r => r.Code.ShouldBe("no-capacity"), r => r.RetryElsewhere.ShouldBeTrue());
        rig.Host.Read("words").ShouldContain("--gpus\n\"device=2,3\"\n");
    }

    [Fact]
    public async Task While_somebody_else_holds_the_machine_nothing_is_begun()
    {
        await using var rig = await SshRig.StartAsync();
        using var holder = Process.Start(new ProcessStartInfo("flock", [Path.Combine(rig.Host.Folder, ".nirmaan.lock"), "sh", "-c", "echo held; cat"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        (await holder.StandardOutput.ReadLineAsync(Token)).ShouldBe("held");
        (await rig.Provider.CreateAsync(rig.Request(), Token)).ShouldBeOfType<Effect.NotSent>().RetryAfter.ShouldNotBeNull();
        holder.StandardInput.Close();
        await holder.WaitForExitAsync(Token);
        rig.Creates.ShouldBe(0);
        await CreatedAsync(rig);
    }

    [Theory]
    [InlineData("docker: Error response from daemon: manifest for x not found: manifest unknown", "bad-request", false)]
    [InlineData("docker: Error response from daemon: could not select device driver \"\" with capabilities: [[gpu]].", "no-gpu-runtime", true)]
    public async Task A_run_that_docker_refuses_says_why_and_leaves_nothing(string words, string code, bool elsewhere)
    {
        await using var rig = await SshRig.StartAsync();
        rig.Host.Write("fail-run", words);
        (await rig.Provider.CreateAsync(rig.Request(), Token)).ShouldBe(new Effect.Refused(code, words, elsewhere));
        (await rig.LivingAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_machine_whose_docker_is_down_is_unreadable_and_unchanged()
    {
        await using var rig = await SshRig.StartAsync();
        rig.Host.Write("no-daemon", "");
        (await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Provider.ListAsync(Token))).Message.ShouldContain("docker does not answer");
        (await rig.Provider.CloseAsync("alpha/x1", Token)).ShouldBeOfType<Effect.NotSent>();
    }

    [Fact]
    public async Task Work_that_does_not_start_gives_way_to_what_ran_before()
    {
        await using var rig = await SshRig.StartAsync();
        var (id, request) = (await CreatedAsync(rig), rig.Request("nirmaan-next"));
        rig.Host.Write("fail-run", "docker: Error response from daemon: pull access denied");
        (await rig.Provider.ChangeAsync(id, request with { Template = request.Template with { Image = "ghcr.io/nirmaan/next:1" } }, Token)).ShouldBeOfType<Effect.Refused>();
        (await rig.RunsAsync(id)).ShouldBe("ghcr.io/nirmaan/heurist-llm:1.4.2");
        File.Delete(Path.Combine(rig.Host.Shim, "fail-run"));
        (await rig.Provider.ChangeAsync(id, request with { Template = request.Template with { Image = "ghcr.io/nirmaan/next:1" } }, Token)).ShouldBe(new Effect.Done(id));
        (await rig.Provider.ListAsync(Token)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(i => i.ExternalId.ShouldBe(id), i => i.Name.ShouldBe("nirmaan-next"), i => i.GpuCount.ShouldBe(2));
        (await rig.Provider.ChangeAsync("alpha/nirmaan-nothing", request, Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("gone");
    }

    [Fact]
    public async Task What_is_not_ours_is_neither_seen_nor_closed()
    {
        await using var rig = await SshRig.StartAsync();
        await CreatedAsync(rig);
        var labels = Path.Combine(rig.Host.Shim, "c", Rig.Name, "labels");
        await File.WriteAllTextAsync(labels, "somebody=else\n", Token);
        (await rig.Provider.CloseAsync($"alpha/{Rig.Name}", Token)).ShouldBeOfType<Effect.Uncertain>();
        rig.Names.ShouldBe([Rig.Name]);
        await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Provider.FindAsync("beta/x1", Token));
    }

    [Fact]
    public async Task A_public_machine_publishes_the_agent_and_the_miners_ports_and_another_one_nothing()
    {
        await using var rig = await SshRig.StartAsync(("Machines:0:PublicHost", "gpu.example"));
        var request = rig.Request();
        (await rig.Provider.CreateAsync(request with { Template = request.Template with { Needs = request.Template.Needs with { InboundPorts = [8000] } } }, Token)).ShouldBeOfType<Effect.Done>();
        (await rig.Provider.FindAsync($"alpha/{Rig.Name}", Token)).ShouldNotBeNull().Endpoint.ShouldBe("http://gpu.example:38080/");
        rig.Host.Read("words").ShouldContain("--publish\n8000\n");
        rig.Provider.Traits.Abilities.OffersInboundPorts.ShouldBeTrue();

        await using var inner = await SshRig.StartAsync();
        (await inner.Provider.CreateAsync(request with { Template = request.Template with { Needs = request.Template.Needs with { InboundPorts = [8000] } } }, Token)).ShouldBeOfType<Effect.Refused>();
        inner.Provider.Traits.Abilities.OffersInboundPorts.ShouldBeFalse();
    }

    [Fact]
    public async Task Lines_bear_dockers_own_time_and_output_comes_before_errors()
    {
        await using var rig = await SshRig.StartAsync();
        var id = await CreatedAsync(rig);
        (await rig.Provider.ReadLogTailAsync(id, 10, Token)).ShouldNotBeNull().Select(l => (Math.Round((l.At - Rig.Start).TotalSeconds, 3), l.Source, l.Text)).ShouldBe(
            [(1.123, LogLine.SupplierOutput, "loading the model"), (2.123, LogLine.SupplierOutput, "serving"), (3.123, LogLine.SupplierErrors, "a warning")]);
        (await rig.Provider.ReadLogTailAsync(rig.UnknownId, 10, Token)).ShouldBeNull();
    }
}
