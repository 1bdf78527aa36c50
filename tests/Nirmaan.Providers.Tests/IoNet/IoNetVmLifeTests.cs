using System.Diagnostics;
using System.Text.Json.Nodes;
using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.IoNet;
using Nirmaan.Providers.Tests.Conformance;

namespace Nirmaan.Providers.Tests.IoNet;

/// <summary>What VMs have that containers do not: they come up bare, are entered by ssh, and have ports and host keys.</summary>
public sealed class IoNetVmLifeTests : IAsyncLifetime
{
    private const string Vmaas = "/ionet/enterprise/v1/io-cloud/vmaas";

    private HttpRig _rig = null!;

    private IComputeProvider Provider => _rig.Provider;

    public async ValueTask InitializeAsync() => _rig = await IoNetVmConformance.StartRigAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    private async Task RestartAsync(params (string, string)[] settings)
    {
        await _rig.DisposeAsync();
        _rig = await IoNetVmConformance.StartRigAsync(settings);
    }

    private async Task<string> BootedAsync(RentRequest? request = null)
    {
        var id = (await Provider.CreateAsync(request ?? _rig.Request(), Rig.Token)).ShouldBeOfType<Effect.Done>().ExternalId.ShouldNotBeNull();
        await _rig.AdvanceAsync(TimeSpan.FromMinutes(10));
        return id;
    }

    private async Task<SupplierInstance> SeenAsync(string id) => (await Provider.FindAsync(id, Rig.Token)).ShouldNotBeNull();

    private Task<JsonNode?> ContainersAsync() => _rig.SendAsync(HttpMethod.Get, "/sandbox/world");

    private JsonNode Ordered => JsonNode.Parse(_rig.Strikes.Requests.Last(r => r.Call == IoNetVmConformance.IoNetVm.Create).Body)!;

    [Fact]
    public async Task A_vm_comes_up_bare_and_under_our_name()
    {
        var seen = await SeenAsync(await BootedAsync());
        (seen.Status, seen.Name, seen.Reachable).ShouldBe((SupplierStatus.Bare, Rig.Name, true), $"{seen}");
        seen.PaidUntil.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_vm_that_is_not_up_yet_is_not_set_to_work()
    {
        var id = (await Provider.CreateAsync(_rig.Request(), Rig.Token)).ShouldBeOfType<Effect.Done>().ExternalId!;
        (await Provider.ChangeAsync(id, _rig.Request(), Rig.Token)).ShouldBeOfType<Effect.NotSent>().Why.ShouldContain("not up yet");
    }

    [Fact]
    public async Task The_first_work_reaches_the_vm_with_its_environment_and_secrets_and_once_only()
    {
        var request = _rig.Request();
        var id = await BootedAsync(request);
        // The second time, as after an answer that was lost, what is there is replaced.
        for (var i = 0; i < 2; i++) { (await Provider.ChangeAsync(id, request, Rig.Token)).ShouldBe(new Effect.Done(id)); }
        await _rig.AdvanceAsync(TimeSpan.FromMinutes(5));
        (await SeenAsync(id)).Status.ShouldBe(SupplierStatus.Running);
        var alive = (await ContainersAsync())!["containers"]!.AsArray().Where(c => (string)c!["phase"]! == "running").ShouldHaveSingleItem()!;
        ((string)alive["operation"]!, (int)alive["gpuCount"]!).ShouldBe((Rig.Name, 2));
        var lines = (await Provider.ReadLogTailAsync(id, 20, Rig.Token)).ShouldNotBeNull();
        lines.ShouldAllBe(l => l.Text.Length > 0);
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_refused_and_the_vm_stays_bare()
    {
        var request = _rig.Request();
        var id = await BootedAsync(request);
        var missing = request with { Template = request.Template with { Image = "ghcr.io/nirmaan/heurist-llm:missing" } };
        (await Provider.ChangeAsync(id, missing, Rig.Token)).ShouldBeOfType<Effect.Refused>().Why.ShouldContain("manifest unknown");
        (await SeenAsync(id)).Status.ShouldBe(SupplierStatus.Bare);
    }

    [Fact]
    public async Task A_vm_with_another_number_of_gpus_is_not_set_to_the_work()
    {
        var request = _rig.Request();
        var id = await BootedAsync(request);
        (await Provider.ChangeAsync(id, request with { Wish = request.Wish with { GpuCount = 4 } }, Rig.Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("resources-changed");
    }

    [Fact]
    public async Task Orders_and_destroys_that_answer_nothing_are_understood()
    {
        await RestartAsync(("Sandbox:IoNet:VmAnswers", "Empty"));
        var done = (await Provider.CreateAsync(_rig.Request(), Rig.Token)).ShouldBeOfType<Effect.Done>();
        (done.ExternalId, done.UsdPaid > 0).ShouldBe(((await _rig.LivingAsync()).Single().Id, true));
        (await Provider.CloseAsync(done.ExternalId!, Rig.Token)).ShouldBeOfType<Effect.Done>();
        await _rig.AdvanceAsync(TimeSpan.FromMinutes(5));
        (await _rig.LivingAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_order_that_answers_nothing_and_is_not_listed_alone_under_its_name_is_uncertain()
    {
        await RestartAsync(("Sandbox:IoNet:VmAnswers", "Empty"));
        await Provider.CreateAsync(_rig.Request(), Rig.Token);
        (await Provider.CreateAsync(_rig.Request(), Rig.Token)).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe("bad-answer");
    }

    [Fact]
    public async Task A_host_key_that_nobody_vouches_for_opens_nothing()
    {
        await RestartAsync(("TrustFirstHostKey", "false"));
        var id = await BootedAsync();
        var seen = await SeenAsync(id);
        (seen.Status, seen.Reachable).ShouldBe((SupplierStatus.Starting, false));
        seen.Reason.ShouldNotBeNull().ShouldContain("Host key verification failed");
        (await Provider.ChangeAsync(id, _rig.Request(), Rig.Token)).ShouldBeOfType<Effect.NotSent>();

        // Somebody compares the key and puts it there.
        var host = Directory.EnumerateFiles(Path.Combine(_rig.Work, "vms"), "host.pub", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(Path.Combine(_rig.Work, "known", id), $"{id} {string.Join(' ', (await File.ReadAllTextAsync(host, Rig.Token)).Split(' ')[..2])}\n", Rig.Token);
        (await SeenAsync(id)).Status.ShouldBe(SupplierStatus.Bare);
    }

    [Fact]
    public async Task A_vm_that_shows_another_host_key_than_at_first_is_not_spoken_to()
    {
        var id = await BootedAsync();
        (await SeenAsync(id)).Status.ShouldBe(SupplierStatus.Bare);
        var (pinned, other) = (Path.Combine(_rig.Work, "known", id), Path.Combine(_rig.Work, "other"));
        using (var maker = Process.Start("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", other])) { await maker.WaitForExitAsync(Rig.Token); }
        (await File.ReadAllTextAsync(pinned, Rig.Token)).ShouldStartWith($"{id} ");
        await File.WriteAllTextAsync(pinned, $"{id} {string.Join(' ', (await File.ReadAllTextAsync(other + ".pub", Rig.Token)).Split(' ')[..2])}\n", Rig.Token);
        (await SeenAsync(id)).Reachable.ShouldBeFalse();
        (await Provider.ChangeAsync(id, _rig.Request(), Rig.Token)).ShouldBeOfType<Effect.NotSent>();
    }

    [Fact]
    public async Task A_vm_that_our_key_does_not_open_is_shown_and_nobody_knocks()
    {
        await _rig.SendAsync(HttpMethod.Post, $"{Vmaas}/deploy", new
        {
            resource_private_name = "theirs", duration_hours = 4, gpus_per_vm = 1, hardware_id = 203, location_ids = new[] { 1 }, vms_qty = 1,
            ssh_keys = new { somebody = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx0000000000000000000000000000000000000000 somebody" },
        });
        var id = (await _rig.LivingAsync()).Single().Id;
        await _rig.AdvanceAsync(TimeSpan.FromMinutes(10));
        var seen = await SeenAsync(id);
        (seen.Status, seen.Name).ShouldBe((SupplierStatus.Running, null));
        File.Exists(Path.Combine(_rig.Work, "known", id)).ShouldBeFalse();
        (await Provider.ChangeAsync(id, _rig.Request() with { Wish = _rig.Request().Wish with { GpuCount = 1 } }, Rig.Token)).ShouldBeOfType<Effect.NotSent>();
    }

    [Fact]
    public async Task A_vm_whose_device_dies_is_out_and_fails_in_the_end()
    {
        var id = await BootedAsync();
        await _rig.HappenAsync("lose-machine", id);
        var lost = await SeenAsync(id);
        (lost.Status, lost.Reason).ShouldBe((SupplierStatus.Starting, "Device went offline"));
        await _rig.AdvanceAsync(TimeSpan.FromMinutes(11));
        (await SeenAsync(id)).Status.ShouldBe(SupplierStatus.Failed);
    }

    [Fact]
    public async Task A_container_that_ended_on_a_living_vm_is_lost()
    {
        var request = _rig.Request();
        var id = await BootedAsync(request);
        (await Provider.ChangeAsync(id, request, Rig.Token)).ShouldBe(new Effect.Done(id));
        // What the pages' button does to a container is done to its machine; here the container alone ends.
        var door = IoNetVmAccess.Door(id, Access(await VmAsync(id)), new IoNetVmOptions { IdentityFile = await IoNetVmConformance.KeyAsync(), KnownHostsFolder = Path.Combine(_rig.Work, "known") })!;
        using (var ssh = Process.Start("ssh", ["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-i", door.IdentityFile!, "-p", $"{door.Port}", $"{door.User}@{door.Host}", $"docker stop {request.Name}"]))
        {
            await ssh.WaitForExitAsync(Rig.Token);
            ssh.ExitCode.ShouldBe(0);
        }
        var seen = await SeenAsync(id);
        (seen.Status, seen.RawState.Contains("exited", StringComparison.Ordinal)).ShouldBe((SupplierStatus.Lost, true));
    }

    [Fact]
    public async Task No_port_is_let_in_unless_the_miner_needs_it_or_a_network_is_named_for_the_agent()
    {
        await BootedAsync();
        Ordered["network_services"].ShouldBeNull();
        await RestartAsync(("AgentNetworks:0", "203.0.113.7/32"));
        var request = _rig.Request();
        request = request with { Template = request.Template with { Needs = request.Template.Needs with { InboundPorts = [3000] } } };
        var id = await BootedAsync(request);
        Ordered["network_services"]!.ToJsonString().ShouldBe(
            """{"miner-3000":{"port":3000,"protocol":"tcp","whitelist":["0.0.0.0/0"]},"agent":{"port":8080,"protocol":"tcp","whitelist":["203.0.113.7/32"]}}""");
        (await Provider.ChangeAsync(id, request, Rig.Token)).ShouldBe(new Effect.Done(id));
        (await SeenAsync(id)).Endpoint.ShouldNotBeNull().ShouldStartWith("http://127.0.0.1:");
    }

    [Fact]
    public async Task Vms_and_containers_of_one_account_are_not_mixed_up()
    {
        var id = await BootedAsync();
        var containers = await _rig.SendAsync(HttpMethod.Get, "/ionet/enterprise/v1/io-cloud/caas/deployments");
        ((int)containers!["data"]!["total"]!).ShouldBe(0);
        (await Provider.ListAsync(Rig.Token)).ShouldHaveSingleItem().ExternalId.ShouldBe(id);
    }

    [Theory]
    [InlineData("ssh ubuntu@203.0.113.7 -p 2222", "ubuntu", "203.0.113.7", 2222)]
    [InlineData("ssh -p 2222 ubuntu@203.0.113.7", "ubuntu", "203.0.113.7", 2222)]
    [InlineData("ubuntu@vm-7.io.example:2222", "ubuntu", "vm-7.io.example", 2222)]
    [InlineData("ssh://root@203.0.113.7:30022", "root", "203.0.113.7", 30022)]
    [InlineData(" ssh root@[2001:db8::7] ", "root", "2001:db8::7", 22)]
    public void The_way_in_is_read_in_every_form_that_a_shell_would_take(string access, string user, string host, int port)
    {
        var door = IoNetVmAccess.Door(IoNetVmConformance.IoNetVm.UnknownId, access, new IoNetVmOptions { KnownHostsFolder = "known" }).ShouldNotBeNull();
        (door.User, door.Host, door.Port, door.Alias).ShouldBe((user, host, port, IoNetVmConformance.IoNetVm.UnknownId));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("pending")]
    [InlineData("203.0.113.7")]
    [InlineData("ssh -oProxyCommand=evil root@203.0.113.7")]
    [InlineData("root@-oProxyCommand=evil")]
    [InlineData("-l@203.0.113.7")]
    [InlineData("root@203.0.113.7; rm -rf")]
    [InlineData("ssh root@203.0.113.7:22 -p 23")]
    [InlineData("root@203.0.113.7:99999")]
    public void Anything_else_is_no_way_in(string? access) =>
        IoNetVmAccess.Door(IoNetVmConformance.IoNetVm.UnknownId, access, new IoNetVmOptions { KnownHostsFolder = "known" }).ShouldBeNull();

    [Fact]
    public void An_id_that_is_none_never_becomes_the_name_of_a_file() =>
        IoNetVmAccess.Door("../../etc/passwd", "root@203.0.113.7", new IoNetVmOptions { KnownHostsFolder = "known" }).ShouldBeNull();

    private async Task<JsonNode> VmAsync(string id) => (await _rig.SendAsync(HttpMethod.Get, $"{Vmaas}/deployment/{id}/vms"))!["data"]!["workers"]![0]!;

    private static string Access(JsonNode vm) => (string)vm["ssh_access"]!;
}
