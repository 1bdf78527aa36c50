using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Tests.Shared;

namespace Nirmaan.Sandbox.Tests.Containers;

/// <summary>The port of a container whose agent is played in this process, at the address that the supplier shows.</summary>
public sealed class ContainerPortTests : IAsyncLifetime
{
    private TestSandbox _sandbox = null!;
    private string _dseq = null!;
    private string _address = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await TestSandbox.StartAsync(TestSandbox.Start, services => services.AddSingleton<IMinerPlay, FakeMiner.Play>());
        (_dseq, _) = await new AkashTenant(_sandbox).RentAsync(Sdls.Miner(env: new Dictionary<string, string> { ["AGENT_TOKEN"] = "token-1", ["AGENT_TEMPLATE"] = FakeMiner.Template.ReplaceLineEndings("") }));
        await _sandbox.AdvanceAsync(TimeSpan.FromMinutes(30));
        var service = (await new AkashTenant(_sandbox).GetAsync(_dseq))["leases"]![0]!["status"]!["services"]!["miner"]!;
        _address = new Uri("http://" + service["uris"]![0]!.GetValue<string>()).AbsolutePath;
    }

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    private Task<Answer> LogsAsync(string query = "", string authorization = "Bearer token-1") =>
        _sandbox.SendAsync(HttpMethod.Get, $"{_address}logs{query}", null, authorization.Length > 0 ? [("Authorization", authorization)] : []);

    [Fact]
    public async Task The_health_check_is_answered() => (await _sandbox.SendAsync(HttpMethod.Get, _address)).Text.ShouldBe("working\n");

    [Fact]
    public async Task The_miners_lines_come_with_time_and_source_and_without_what_the_machine_says()
    {
        var answer = await LogsAsync();
        (answer.Status, answer.MediaType).ShouldBe((HttpStatusCode.OK, "text/plain"));
        var lines = answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldMatch(@"^2026-11-15T08:\d\d:\d\d\.\d{3}Z stdout Downloading file 1/1$");
        lines[^1].ShouldMatch(@"^2026-11-15T08:\d\d:\d\d\.\d{3}Z stdout Job \d+ done$");
        lines.ShouldNotContain(l => l.Contains("Pulling image"));
    }

    [Fact]
    public async Task So_many_lines_come_as_are_asked_for() =>
        (await LogsAsync("?tail=2")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[2]).ShouldBe(["Job", "Job"]);

    [Theory]
    [InlineData("?tail=0")]
    [InlineData("?tail=all")]
    public async Task A_tail_that_is_no_number_of_lines_is_refused(string query) => (await LogsAsync(query)).Status.ShouldBe(HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("")]
    [InlineData("Bearer token-2")]
    [InlineData("Basic token-1")]
    public async Task Nobody_sees_a_line_without_the_agents_token(string authorization)
    {
        var answer = await LogsAsync(authorization: authorization);
        (answer.Status, answer.Text).ShouldBe((HttpStatusCode.Unauthorized, "the agent's token is needed\n"));
    }

    [Theory]
    [InlineData("other")]
    [InlineData("logs/more")]
    public async Task There_is_no_other_page(string page) => (await _sandbox.SendAsync(HttpMethod.Get, _address + page)).Status.ShouldBe(HttpStatusCode.NotFound);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_the_machine_is_gone_its_address_answers_503(bool lost)
    {
        if (lost) { await _sandbox.StrikeAsync($$"""{"kind":"lose-machine","id":"{{_dseq}}"}"""); }
        else { await _sandbox.AkashAsync(HttpMethod.Delete, $"/v1/deployments/{_dseq}"); }
        (await LogsAsync()).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }
}
