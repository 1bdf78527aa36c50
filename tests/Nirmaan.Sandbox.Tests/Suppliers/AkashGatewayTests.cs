using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Tests.Shared;

namespace Nirmaan.Sandbox.Tests.Suppliers;

public sealed class AkashGatewayTests : IAsyncLifetime
{
    private TestSandbox _sandbox = null!;
    private string _lease = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await TestSandbox.StartAsync(TestSandbox.Start, services => services.AddSingleton<IMinerPlay, FakeMiner.Play>());
        var (dseq, bid) = await new AkashTenant(_sandbox).RentAsync(Sdls.Miner(env: [new("AGENT_TEMPLATE", FakeMiner.Template.ReplaceLineEndings(""))]));
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(20));
        var provider = (await _sandbox.SendAsync(HttpMethod.Get, $"/akash/v1/providers/{AkashTenant.Provider(bid)}")).Json;
        _lease = $"{new Uri(provider["hostUri"]!.GetValue<string>()).PathAndQuery}/lease/{dseq}/1/1";
    }

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task A_token_with_the_status_scope_reads_the_leases_status()
    {
        var answer = await _sandbox.SendAsync(HttpMethod.Get, $"{_lease}/status", null, ("Authorization", $"Bearer {await TokenAsync("status")}"));
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        answer.Json["services"]!["miner"]!["available"]!.GetValue<int>().ShouldBe(1);
        answer.Json["ips"].ShouldBeNull();
    }

    [Fact]
    public async Task Without_a_token_or_with_another_scope_or_account_or_too_late_it_is_refused()
    {
        (await _sandbox.SendAsync(HttpMethod.Get, $"{_lease}/status")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await _sandbox.SendAsync(HttpMethod.Get, $"{_lease}/status", null, ("Authorization", $"Bearer {await TokenAsync("logs")}")))
            .Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await _sandbox.SendAsync(HttpMethod.Get, $"{_lease}/status", null, ("Authorization", $"Bearer {await TokenAsync("status", account: 2)}")))
            .Status.ShouldBe(HttpStatusCode.NotFound);
        var token = await TokenAsync("status");
        await _sandbox.AdvanceAsync(TimeSpan.FromHours(1));
        (await _sandbox.SendAsync(HttpMethod.Get, $"{_lease}/status", null, ("Authorization", $"Bearer {token}"))).Json["message"]!.GetValue<string>()
            .ShouldBe("JWT is expired");
    }

    [Theory]
    [InlineData("""{"access":"full","scope":["status"]}""")]
    [InlineData("""{"access":"scoped","scope":["everything"]}""")]
    [InlineData("""{"access":"scoped"}""")]
    [InlineData("""{"access":"some"}""")]
    public async Task A_token_request_outside_of_the_schema_is_refused(string leases)
    {
        var answer = await _sandbox.AkashAsync(HttpMethod.Post, "/v1/create-jwt-token", $$"""{"data":{"ttl":60,"leases": {{leases}} } }""");
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Logs_come_as_frames_with_pod_and_line_and_events_on_a_path_of_their_own()
    {
        var logs = await FramesAsync("logs?tail=2&service=miner", "logs");
        logs.Count.ShouldBe(2);
        logs.ShouldAllBe(f => f["name"]!.GetValue<string>().StartsWith("miner-0-", StringComparison.Ordinal));
        logs[^1]["message"]!.GetValue<string>().ShouldMatch(@"^Job \d+ done$");
        (await FramesAsync("kubeevents", "events")).Select(f => f["reason"]!.GetValue<string>()).ShouldBe(["Pulling", "Started"]);
    }

    private async Task<string> TokenAsync(string scope, int account = 1)
    {
        var body = JsonSerializer.Serialize(new { data = new { ttl = 1800, leases = new { access = "scoped", scope = new[] { scope } } } });
        var answer = await _sandbox.AkashAsync(HttpMethod.Post, "/v1/create-jwt-token", body, account);
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
        return answer.Json["data"]!["token"]!.GetValue<string>();
    }

    private async Task<IReadOnlyList<JsonNode>> FramesAsync(string path, string scope)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {await TokenAsync(scope)}");
        await socket.ConnectAsync(new Uri($"ws{_sandbox.Url[4..]}{_lease}/{path}"), TestContext.Current.CancellationToken);
        List<JsonNode> frames = [];
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            if (part.MessageType == WebSocketMessageType.Close) { return frames; }
            frames.Add(JsonNode.Parse(buffer.AsSpan(0, part.Count))!);
        }
    }
}
