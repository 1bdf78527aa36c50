using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Akash;
using Nirmaan.Providers.Preflight;
using Nirmaan.Providers.RunPod;

namespace Nirmaan.Providers.Tests.Sandbox;

public sealed class PreflightTests : IDisposable
{
    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("nirmaan-preflight-");

    public void Dispose() => _keys.Delete(recursive: true);

    [Theory]
    [InlineData("akash")]
    [InlineData("ionet")]
    [InlineData("ionet-vm")]
    [InlineData("runpod")]
    public async Task A_supplier_that_answers_by_its_contract_differs_in_nothing(string supplier)
    {
        await using var rig = await SandboxRig.StartAsync();
        await AkashLifeTests.PlaceAsync(rig);
        var offer = (await rig.IoNet.ListOffersAsync(Rig.Token)).First(o => o is { Gpu.Id: "rtx-a6000", Available: > 0 });
        (await rig.IoNet.CreateAsync(SandboxRig.Request(SupplierName.IoNet, offerKey: offer.Key), Rig.Token)).ShouldBeOfType<Effect.Done>();
        await rig.AdvanceAsync(TimeSpan.FromMinutes(4));
        var report = await RunAsync(rig, supplier);
        report.Differences.ShouldBeEmpty();
        report.Compared.ShouldBeGreaterThan(10);
        report.Steps.Where(s => s.Name != "permission").ShouldAllBe(s => s.Ok);
        report.Calls.ShouldAllBe(c => c.Status == 200);
    }

    [Fact]
    public async Task A_preflight_leaves_nothing_behind()
    {
        await using var rig = await SandboxRig.StartAsync();
        await RunAsync(rig, "akash");
        (await rig.Akash.ListAsync(Rig.Token)).ShouldBeEmpty();
        (await rig.BillsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_that_the_supplier_does_not_know_is_said_of_each_read()
    {
        await using var server = await SupplierServer.StartAsync(_ => new Said(401, """{"title":"Unauthorized","status":401}"""));
        var report = await RunAsync(server.Address.ToString(), "runpod");
        report.Steps.Where(s => s.Name is "offers" or "machines").ShouldAllBe(s => !s.Ok && s.Said.Contains("401"));
        report.IsReached.ShouldBeFalse();
    }

    [Fact]
    public async Task Without_a_recorded_permission_a_preflight_says_which_setting_stops_launches()
    {
        await using var rig = await SandboxRig.StartAsync();
        (await RunAsync(rig, "runpod")).Steps.Single(s => s.Name == "permission").Said.ShouldContain("Providers:RunPod:MiningPermission");
    }

    [Theory]
    [InlineData("DELETE", "/v1/deployments/42")]
    [InlineData("PUT", "/v1/deployments/42")]
    [InlineData("POST", "/v1/deployments")]
    [InlineData("POST", "/v1/leases")]
    [InlineData("GET", "/v1/of-no-declaration")]
    public async Task What_could_change_something_never_reaches_the_wire(string method, string path)
    {
        var wire = new Wire();
        var guard = new Witness(typeof(IAkashApi), AkashJson.Default.Options, TimeProvider.System).Handler();
        guard.InnerHandler = wire;
        using var client = new HttpMessageInvoker(guard);
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://127.0.0.1{path}");
        (await Should.ThrowAsync<InvalidOperationException>(() => client.SendAsync(request, Rig.Token))).Message.ShouldContain($"{method} {path}");
        wire.Calls.ShouldBe(0);
    }

    [Fact]
    public void A_part_that_was_renamed_stands_beside_its_new_name() =>
        Differences("""{"pods":[{"id":"a","state":"RUNNING"},{"id":"b","state":"EXITED"}]}""").ShouldContain("pods[].status: not there in 2 of its kind; expected a text; unread beside it: state");

    [Fact]
    public void A_part_of_another_kind_is_named_with_the_kind_that_was_found() =>
        Differences("""{"pods":[{"id":"a","cost":"dear"},{"id":"b","ports":"80"}]}""").Where(d => d.Contains("instead of", StringComparison.Ordinal))
            .ShouldBe(["pods[].cost: a text instead of a number", "pods[].ports: a text instead of a list"]);

    [Fact]
    public void A_part_that_some_answers_lack_is_no_difference() =>
        Differences("""{"pods":[{"id":"a","cost":0.5},{"id":"b"}]}""").ShouldNotContain(d => d.StartsWith("pods[].cost", StringComparison.Ordinal));

    [Fact]
    public void Numbers_written_as_texts_are_numbers() => Differences("""{"pods":[{"id":7,"cost":"0.5"}]}""").ShouldNotContain(d => d.Contains("instead of", StringComparison.Ordinal));

    [Fact]
    public void No_difference_quotes_a_value() =>
        Differences("""{"pods":[{"id":"a","env":["TOKEN=secret-of-the-miner"],"cost":"secret-of-the-miner"}]}""").ShouldAllBe(d => !d.Contains("secret", StringComparison.Ordinal));

    private static List<string> Differences(string answer)
    {
        var shape = new Shape(RunPodJson.Default.Options);
        using var document = JsonDocument.Parse(answer);
        shape.Read(document.RootElement, typeof(RunPodPodsWire));
        return [.. shape.Differences().Select(d => $"{d.Path}: {d.Said}")];
    }

    private Task<PreflightReport> RunAsync(SandboxRig rig, string supplier) => RunAsync($"{rig.Url}/{supplier.Split('-')[0]}", supplier);

    private Task<PreflightReport> RunAsync(string address, string supplier)
    {
        var identity = Path.Combine(_keys.FullName, "id");
        File.WriteAllText(identity, "never used: there is no VM to enter");
        File.WriteAllText($"{identity}.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA preflight");
        var (section, key) = supplier switch
        {
            "akash" => ("Akash", Rig.AkashKey),
            "runpod" => ("RunPod", Rig.RunPodKey),
            "ionet" => ("IoNet", Rig.IoNetKey),
            _ => ("IoNetVm", Rig.IoNetKey),
        };
        return SupplierPreflight.RunAsync(new SupplierName(supplier), new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            [$"Providers:{section}:BaseUrl"] = address, [$"Providers:{section}:ApiKey"] = key, [$"Providers:{section}:MaxCallsPerSecond"] = "0",
            [$"Providers:{section}:QuickRetries"] = "0", [$"Providers:{section}:IdentityFile"] = identity, [$"Providers:{section}:KnownHostsFolder"] = _keys.FullName,
        }).Build(), TimeProvider.System, Rig.Token);
    }

    private sealed class Wire : HttpMessageHandler
    {
        public int Calls { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Calls++;
            return Task.FromResult(new HttpResponseMessage());
        }
    }
}
