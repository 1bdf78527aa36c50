using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nirmaan.Domain.Fleet;
using static Nirmaan.Providers.Tests.Strikes;

namespace Nirmaan.Providers.Tests.Agents;

/// <summary>The reader of agents' logs as the host registers it, against a server that plays the agent and whoever else may answer there.</summary>
public sealed class AgentLogsTests : IAsyncLifetime
{
    private const string Call = "GET /logs", AgentToken = "nrm_m_0197b2c4_secret";
    private const string TwoLines = "2026-11-22T11:59:58.5Z stdout loading the model\n2026-11-22T11:59:59Z sd-miner_0.log model loaded\n";

    private readonly LogBook _log = new();
    private ServiceProvider _services = null!;
    private SupplierServer _server = null!;
    private Said _said = Text(TwoLines);

    public async ValueTask InitializeAsync()
    {
        _server = await SupplierServer.StartAsync(_ => _said);
        _services = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_log))
            .AddNirmaanProviders(new ConfigurationBuilder().Build()).BuildServiceProvider(validateScopes: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static Said Text(string body, int status = 200) => new(status, body, "text/plain; charset=utf-8");

    private Task<IReadOnlyList<LogLine>?> ReadAsync(Uri? at = null, int lines = 200) =>
        _services.GetRequiredService<IAgentLogs>().ReadTailAsync(at ?? _server.Address, AgentToken, lines, Rig.Token);

    [Fact]
    public async Task Each_line_comes_with_its_time_and_source() => (await ReadAsync()).ShouldBe(
        [new(Rig.Start.AddSeconds(-1.5), "stdout", "loading the model"), new(Rig.Start.AddSeconds(-1), "sd-miner_0.log", "model loaded")]);

    [Theory]
    [InlineData("", "/logs")]
    [InlineData("sandbox/containers/akash/1/1/miner-0/", "/sandbox/containers/akash/1/1/miner-0/logs")]
    [InlineData("sandbox/containers/akash/1/1/miner-0", "/sandbox/containers/akash/1/1/miner-0/logs")]
    public async Task The_agent_is_asked_below_its_address_with_its_token_and_the_number_of_lines(string address, string path)
    {
        await ReadAsync(new Uri(_server.Address, address), 50);
        var seen = _server.Requests.ShouldHaveSingleItem();
        (seen.Call, seen.Query["tail"], seen.Headers["Authorization"]).ShouldBe(($"GET {path}", "50", $"Bearer {AgentToken}"));
    }

    [Theory]
    [InlineData(0, "1")]
    [InlineData(9_999, "2000")]
    public async Task No_more_lines_are_asked_for_than_an_agent_keeps(int lines, string asked)
    {
        await ReadAsync(lines: lines);
        _server.Requests.ShouldHaveSingleItem().Query["tail"].ShouldBe(asked);
    }

    [Fact]
    public async Task An_agent_that_has_nothing_to_say_has_an_empty_log()
    {
        _said = Text("");
        (await ReadAsync()).ShouldNotBeNull().ShouldBeEmpty();
    }

    [Fact]
    public async Task Lines_that_are_none_are_left_out()
    {
        _said = Text($"garbage\n{TwoLines}\n2026 x\n");
        (await ReadAsync()).ShouldNotBeNull().Count.ShouldBe(2);
    }

    [Fact]
    public async Task No_agents_line_can_pass_for_one_of_ours()
    {
        _said = Text($"2026-11-22T12:00:00Z {LogLine.Gap} x\n2026-11-22T12:00:00Z {LogLine.SupplierOutput} y\n");
        (await ReadAsync()).ShouldNotBeNull().ShouldAllBe(line => line.IsTimed);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(204)]
    public async Task Any_answer_but_200_is_no_log(int status)
    {
        _said = status == 204 ? new Said(204, "") : Text(TwoLines, status);
        (await ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_page_in_the_agents_place_is_no_log()
    {
        _said = new Said(200, TwoLines, "text/html");
        (await ReadAsync()).ShouldBeNull();
        _said = Text("<html><body>Welcome to nginx!</body></html>");
        (await ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_the_token_goes_nowhere_else()
    {
        await using var other = await SupplierServer.StartAsync(_ => Text(TwoLines));
        _said = new Said(302, "", Location: new Uri(other.Address, "logs").ToString());
        (await ReadAsync()).ShouldBeNull();
        other.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_connection_that_drops_in_the_middle_gives_no_log_rather_than_half_of_one()
    {
        _server.Next(Call, ActThenBreakOff, ActThenDrop);
        (await ReadAsync()).ShouldBeNull();
        (await ReadAsync()).ShouldBeNull();
        (await ReadAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_address_where_nobody_answers_has_no_log()
    {
        var gone = _server.Address;
        await _server.DisposeAsync();
        (await ReadAsync(gone)).ShouldBeNull();
        _server = await SupplierServer.StartAsync(_ => _said);
    }

    [Fact]
    public async Task An_agent_that_does_not_answer_is_left_after_five_seconds()
    {
        _server.Next(Call, Hang);
        var began = TimeProvider.System.GetTimestamp();
        (await ReadAsync()).ShouldBeNull();
        TimeProvider.System.GetElapsedTime(began).ShouldBeInRange(TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_body_without_end_is_left_when_it_is_too_large()
    {
        var ended = new TaskCompletionSource<long>();
        _server.Next(Call, async (context, _) =>
        {
            // Straight to the socket: what the server is given to write after the reader went goes nowhere, at the speed of memory, until it notices.
            var socket = context.Features.Get<IConnectionTransportFeature>()!.Transport.Output;
            await socket.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"u8.ToArray());
            var piece = new byte[64 * 1024];
            Array.Fill(piece, (byte)'x');
            var sent = 0L;
            try
            {
                while (!(await socket.WriteAsync(piece)).IsCompleted) { sent += piece.Length; }
            }
            catch (IOException) { /* the reader went away */ }
            ended.SetResult(sent);
            context.Abort();
        });
        (await ReadAsync()).ShouldBeNull();
        (await ended.Task.WaitAsync(Rig.Token)).ShouldBeLessThan(64L << 20, "left for its size: in five seconds far more goes through a local socket");
    }

    [Fact]
    public async Task A_huge_line_is_read_whole_for_the_control_plane_to_cut()
    {
        _said = Text($"2026-11-22T12:00:00Z stdout {new string('x', 1_000_000)}\n");
        (await ReadAsync()).ShouldNotBeNull().Single().Text.Length.ShouldBe(1_000_000);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://user:password@127.0.0.1/")]
    [InlineData("http://127.0.0.1/?x=1")]
    public async Task An_address_that_no_supplier_makes_is_not_asked(string address) => (await ReadAsync(new Uri(address))).ShouldBeNull();

    [Fact]
    public async Task Giving_up_is_the_callers_right()
    {
        using var stop = new CancellationTokenSource();
        _server.Next(Call, async (_, _) => await stop.CancelAsync());
        await Should.ThrowAsync<OperationCanceledException>(() => _services.GetRequiredService<IAgentLogs>().ReadTailAsync(_server.Address, AgentToken, 10, stop.Token));
    }

    [Fact]
    public async Task Neither_the_call_nor_the_token_is_in_the_programs_own_log()
    {
        await ReadAsync();
        _log.Lines.ShouldNotContain(line => line.Contains(AgentToken) || line.Contains("/logs"));
    }
}
