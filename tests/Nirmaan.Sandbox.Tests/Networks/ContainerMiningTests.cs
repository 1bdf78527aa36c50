using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Networks.Heurist;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Tests.Networks;

/// <summary>The whole sandbox: a container that a supplier starts mines on the networks.</summary>
public sealed class ContainerMiningTests
{
    private const string Rules = """[{"match":"Processing Request ID","state":"working","reason":null},{"match":"No job received","state":"idle","reason":null},{"match":"loaded successfully","state":"serving","reason":null}]""";

    [Fact]
    public async Task A_started_container_mines_for_its_address()
    {
        await using var app = SandboxHost.Build(["--urls", "http://127.0.0.1:0", "--Sandbox:Start", "2030-11-20T12:00:00Z", "--Sandbox:WorkFolder", Path.GetTempPath()]);
        await app.StartAsync(TestContext.Current.CancellationToken);
        var spec = Played.ImageMiner() with { Env = new Dictionary<string, string>
        {
            ["MINER_ID_0"] = Played.Address, ["AGENT_TEMPLATE"] = $$$"""{"workload":"heurist-sd","needs":{"gpus":1,"minVramGb":12},"logs":{"rules":{{{Rules}}}}}"""
        } };

        var container = app.Services.GetRequiredService<ContainerYard>().Start("akash/1/1/1", spec, "somewhere");
        await app.Services.GetRequiredService<Agenda>().AdvanceToAsync(NetworksWorld.Start.AddHours(2), TestContext.Current.CancellationToken);

        container.IsHealthy.ShouldBeTrue();
        var stats = app.Services.GetRequiredService<Sequencer>().Stats(Played.Address, NetworksWorld.Start.AddHours(2));
        stats.TotalWaifuPoints.ShouldBeGreaterThan(100);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Every_endpoint_of_the_networks_can_be_named_by_a_fault()
    {
        await using var app = SandboxHost.Build(["--urls", "http://127.0.0.1:0", "--Sandbox:Start", "2030-11-20T12:00:00Z"]);
        await app.StartAsync(TestContext.Current.CancellationToken);
        var http = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();

        var targets = JsonNode.Parse(await http.GetStringAsync(new Uri(app.Urls.Single() + "/sandbox/faults/targets"), TestContext.Current.CancellationToken))!["items"]!.AsArray().Select(t => t!.GetValue<string>()).ToArray();

        targets.ShouldContain("heurist.request");
        targets.ShouldContain("heurist.stats");
        targets.ShouldContain("morpheus.sessions");
        targets.ShouldContain("prices.feed");
        await app.StopAsync(TestContext.Current.CancellationToken);
    }
}
