using Nirmaan.Domain.Fleet;
using static Nirmaan.Providers.Tests.IoNet.IoNetDouble;
using static Nirmaan.Providers.Tests.Strikes;

namespace Nirmaan.Providers.Tests.IoNet;

public sealed class LogTests : IAsyncLifetime
{
    private const string Call = "GET /enterprise/v1/io-cloud/caas/deployment/d1/log/c-1";

    private readonly IoNetDouble _stand = new() { Workers = [Worker()] };
    private Rig _rig = null!;

    public async ValueTask InitializeAsync()
    {
        _rig = await Rig.IoNetAsync(_stand.Answer, ("LogReadTime", "00:00:00.7"));
        _stand.Machines.Add(new("d1", Rig.Name, "running"));
        _stand.Log = seen => Stream(seen.Query["stream"] == "stdout" ? "data: one\n\ndata: two\n\n" : "data: warning\n\n");
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    private static Said Stream(string body) => new(200, body, "text/event-stream");

    private async Task<IReadOnlyList<string>?> ReadAsync(int lines = 10) => (await _rig.Provider.ReadLogTailAsync("d1", lines, Rig.Token))?.Select(l => l.Text).ToList();

    [Fact]
    public async Task Both_streams_are_read() => (await ReadAsync()).ShouldBe(["one", "two", "warning"]);

    [Fact]
    public async Task A_line_bears_its_stream_and_the_time_of_reading() => (await _rig.Provider.ReadLogTailAsync("d1", 10, Rig.Token)).ShouldBe(
        [new(Rig.Start, LogLine.SupplierOutput, "one"), new(Rig.Start, LogLine.SupplierOutput, "two"), new(Rig.Start, LogLine.SupplierErrors, "warning")]);

    [Fact]
    public async Task Only_the_newest_lines_are_kept() => (await ReadAsync(2)).ShouldBe(["two", "warning"]);

    [Fact]
    public async Task A_line_of_both_streams_is_given_once_but_a_repeated_line_stays()
    {
        _stand.Log = seen => Stream(seen.Query["stream"] == "stdout" ? "data: idle\ndata: idle\n" : "data: idle\ndata: late\n");
        (await ReadAsync()).ShouldBe(["idle", "idle", "late"]);
    }

    [Fact]
    public async Task Lines_come_with_or_without_the_streams_prefix_and_its_own_lines_are_left_out()
    {
        _stand.Log = seen => Stream(seen.Query["stream"] == "stdout" ? ": ping\nevent: log\nid: 7\nretry: 100\nplain line\ndata:  indented\n\ndata:\n" : "");
        (await ReadAsync()).ShouldBe(["plain line", " indented", ""]);
    }

    [Fact]
    public async Task A_stream_that_does_not_end_is_left_after_a_while_with_what_came()
    {
        Strike endless = async (context, act) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.StartAsync();
            await context.Response.Body.WriteAsync("data: early\n\ndata: cut of"u8.ToArray());
            await context.Response.Body.FlushAsync();
            await Hang(context, act);
        };
        _rig.Server.Next(Call, endless, endless);
        (await ReadAsync()).ShouldBe(["early"]);
    }

    [Fact]
    public async Task Without_a_container_there_is_no_log()
    {
        _stand.Workers = [];
        (await ReadAsync()).ShouldBeNull();
        (await _rig.Provider.ReadLogTailAsync("nobody", 10, Rig.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_log_that_is_refused_is_unavailable_not_empty()
    {
        _stand.Log = _ => new Said(422, """{"detail":"no"}""");
        (await Should.ThrowAsync<SupplierUnavailableException>(() => ReadAsync())).Message.ShouldContain("422 no");
    }

    [Fact]
    public async Task A_page_instead_of_a_stream_is_no_log()
    {
        _stand.Log = _ => new Said(200, "<html></html>", "text/html");
        await Should.ThrowAsync<SupplierUnavailableException>(() => ReadAsync());
    }
}
