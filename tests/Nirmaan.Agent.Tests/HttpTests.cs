using System.Net.Sockets;
using System.Text;

namespace Nirmaan.Agent.Tests;

public sealed class HttpTests
{
    [Fact]
    public async Task The_root_answers_200_whatever_the_miner_does()
    {
        await using var run = new AgentRun().WithMiner("exit 1").Start();
        await run.UntilAsync(s => s.State == "failed");
        var (status, body) = await run.GetAsync("/");
        status.ShouldBe(200);
        body.ShouldStartWith("nirmaan-agent heurist-sd ");
    }

    [Fact]
    public async Task The_status_names_the_template()
    {
        await using var run = new AgentRun().WithMiner("exec sleep 600").Start();
        (await run.UntilAsync(s => s.Template is not null)).Template.ShouldBe(new("test", "3", null, "heurist-sd"));
    }

    [Fact]
    public async Task The_metrics_are_prometheus_text()
    {
        await using var run = new AgentRun().WithGpu("0, NVIDIA RTX A6000, 550.54.15, 49140, 97, 71, 31022, [N/A]").WithMiner("exec sleep 600").Start();
        await run.UntilAsync(s => s.State == "serving" && s.Machine.Gpus is not null);
        var lines = (await run.GetAsync("/metrics")).Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.ShouldContain("# TYPE nirmaan_agent_state gauge");
        lines.ShouldContain("nirmaan_agent_state{state=\"serving\"} 1");
        lines.ShouldContain("nirmaan_agent_state{state=\"failed\"} 0");
        lines.ShouldContain("nirmaan_agent_gpu_utilisation_percent{index=\"0\",name=\"NVIDIA RTX A6000\"} 97");
        lines.ShouldContain("nirmaan_agent_gpu_memory_used_bytes{index=\"0\",name=\"NVIDIA RTX A6000\"} 32528924672");
        lines.ShouldNotContain(line => line.Contains("power_watts"));
        lines.Where(line => !line.StartsWith('#')).ShouldAllBe(line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^[a-z_]+(\{.*\})? [0-9.]+$"));
    }

    [Fact]
    public async Task Another_path_is_not_found_and_another_method_not_allowed()
    {
        await using var run = new AgentRun().WithMiner("exec sleep 600").Start();
        await run.UntilAsync(s => s.State == "serving");
        (await run.GetAsync("/etc/passwd")).Status.ShouldBe(404);
        (await run.GetAsync("/status", HttpMethod.Post)).Status.ShouldBe(405);
    }

    [Theory]
    [InlineData("not http at all\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 ")]
    [InlineData("GET /status?x=1 HTTP/1.0\r\n\r\n", "HTTP/1.1 200 ")]
    [InlineData("GET http://other/ HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ")]
    public async Task Whatever_comes_in_is_answered_once(string said, string answer)
    {
        await using var run = new AgentRun().WithMiner("exec sleep 600").Start();
        await run.UntilAsync(s => s.State == "serving");
        (await SayAsync(run.Port, said)).ShouldStartWith(answer);
    }

    [Fact]
    public async Task An_endless_head_is_answered_when_it_is_too_long()
    {
        await using var run = new AgentRun().WithMiner("exec sleep 600").Start();
        await run.UntilAsync(s => s.State == "serving");
        (await SayAsync(run.Port, "GET / HTTP/1.1\r\nX: " + new string('x', 20_000))).ShouldStartWith("HTTP/1.1 200 ");
    }

    [Fact]
    public async Task Callers_that_say_nothing_do_not_keep_others_out()
    {
        await using var run = new AgentRun().WithMiner("exec sleep 600").Start();
        await run.UntilAsync(s => s.State == "serving");
        var silent = Enumerable.Range(0, 100).Select(_ => new TcpClient("127.0.0.1", run.Port)).ToList();
        try { (await run.GetAsync("/")).Status.ShouldBe(200); }
        finally { silent.ForEach(c => c.Dispose()); }
    }

    [Fact]
    public async Task A_head_request_gets_no_body()
    {
        await using var run = new AgentRun().WithMiner("exec sleep 600").Start();
        await run.UntilAsync(s => s.State == "serving");
        (await SayAsync(run.Port, "HEAD / HTTP/1.1\r\n\r\n")).ShouldEndWith("\r\n\r\n");
    }

    private static async Task<string> SayAsync(int port, string text)
    {
        using var client = new TcpClient("127.0.0.1", port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), AgentRun.Token);
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(AgentRun.Token);
    }
}
