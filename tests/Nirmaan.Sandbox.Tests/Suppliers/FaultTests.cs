using System.Net;
using Nirmaan.Sandbox.Tests.Shared;

namespace Nirmaan.Sandbox.Tests.Suppliers;

public sealed class FaultTests
{
    private static readonly string s_create = System.Text.Json.JsonSerializer.Serialize(new { data = new { sdl = Sdls.Miner(), name = "nirmaan-x" } });

    [Fact]
    public async Task Act_then_time_out_creates_the_deployment_and_drops_the_connection()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        await sandbox.StrikeAsync("""{"target":"akash.create-deployment","kind":"act-then-time-out","times":1}""");
        await Should.ThrowAsync<HttpRequestException>(() => sandbox.AkashAsync(HttpMethod.Post, "/v1/deployments", s_create));
        var list = (await sandbox.AkashAsync(HttpMethod.Get, "/v1/deployments?skip=0&limit=10")).Json["data"]!["deployments"]!.AsArray();
        list.Single()!["name"]!.GetValue<string>().ShouldBe("nirmaan-x");
        (await sandbox.AkashAsync(HttpMethod.Post, "/v1/deployments", s_create)).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("""{"target":"akash.create-deployment","kind":"refuse","status":402}""", HttpStatusCode.PaymentRequired, "application/json", false)]
    [InlineData("""{"target":"akash","kind":"429","delaySeconds":7}""", HttpStatusCode.TooManyRequests, "application/json", false)]
    [InlineData("""{"target":"*","kind":"html","status":502}""", HttpStatusCode.BadGateway, "text/html", false)]
    [InlineData("""{"target":"akash.create-deployment","kind":"malformed"}""", HttpStatusCode.Created, "application/json", true)]
    [InlineData("""{"target":"akash.create-deployment","kind":"empty"}""", HttpStatusCode.Created, "application/json", true)]
    [InlineData("""{"target":"akash.create-deployment","kind":"act-then-time-out","status":504}""", HttpStatusCode.GatewayTimeout, "text/html", true)]
    [InlineData("""{"target":"akash.create-deployment","kind":"delay","delaySeconds":0.01}""", HttpStatusCode.Created, "application/json", true)]
    public async Task Each_kind_answers_and_acts_as_it_says(string fault, HttpStatusCode status, string mediaType, bool acts)
    {
        await using var sandbox = await TestSandbox.StartAsync();
        await sandbox.StrikeAsync(fault);
        var answer = await sandbox.AkashAsync(HttpMethod.Post, "/v1/deployments", s_create);
        answer.Status.ShouldBe(status);
        answer.MediaType.ShouldBe(mediaType);
        if (fault.Contains("429", StringComparison.Ordinal)) { answer.RetryAfter.ShouldBe(TimeSpan.FromSeconds(7)); }
        if (fault.Contains("malformed", StringComparison.Ordinal)) { Should.Throw<System.Text.Json.JsonException>(() => answer.Json); }
        if (fault.Contains("empty", StringComparison.Ordinal)) { answer.Text.ShouldBeEmpty(); }
        await sandbox.SendAsync(HttpMethod.Delete, "/sandbox/faults");
        (await sandbox.AkashAsync(HttpMethod.Get, "/v1/deployments")).Json["data"]!["deployments"]!.AsArray().Count.ShouldBe(acts ? 1 : 0);
    }

    [Fact]
    public async Task A_fault_with_a_text_strikes_only_where_it_stands_and_records_what_it_did()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        await sandbox.StrikeAsync("""{"target":"akash.create-deployment","kind":"refuse","match":"nirmaan-x","times":2}""");
        (await sandbox.AkashAsync(HttpMethod.Post, "/v1/deployments", s_create.Replace("nirmaan-x", "nirmaan-y", StringComparison.Ordinal)))
            .Status.ShouldBe(HttpStatusCode.Created);
        (await sandbox.AkashAsync(HttpMethod.Post, "/v1/deployments", s_create)).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var fault = (await sandbox.SendAsync(HttpMethod.Get, "/sandbox/faults")).Json["items"]!.AsArray().Single()!;
        fault["left"]!.GetValue<int>().ShouldBe(1);
        fault["hits"]![0]!["where"]!.GetValue<string>().ShouldBe("POST /akash/v1/deployments");
    }

    [Fact]
    public async Task Faults_that_cannot_be_are_refused_with_the_reason()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        foreach (var body in new[] { """{"target":"akash.nothing","kind":"refuse"}""", """{"target":"akash","kind":"explode"}""", """{"kind":"lose-machine"}""", """{"target":"akash","kind":"delay","delaySeconds":-1}""" })
        {
            (await sandbox.SendAsync(HttpMethod.Post, "/sandbox/faults", body)).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        }
        (await sandbox.SendAsync(HttpMethod.Post, "/sandbox/faults", """{"kind":"lose-machine","id":"akash/1/1/x-0"}""")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_strict_profile_has_no_faults()
    {
        await using var sandbox = await TestSandbox.StartAsync("Sandbox:Profile=strict");
        (await sandbox.SendAsync(HttpMethod.Post, "/sandbox/faults", """{"target":"akash","kind":"refuse"}""")).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_time_that_was_read_can_be_set_again()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        (await sandbox.SendAsync(HttpMethod.Post, "/sandbox/clock", """{"mode":"manual","now":"2026-11-15T09:00:01.1234567Z"}""")).Status.ShouldBe(HttpStatusCode.OK);
        var told = (await sandbox.SendAsync(HttpMethod.Get, "/sandbox/clock")).Text;
        told.ShouldBe("""{"now":"2026-11-15T09:00:01.123Z","mode":"manual"}""");
        (await sandbox.SendAsync(HttpMethod.Post, "/sandbox/clock", told)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Time_never_goes_back()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        await sandbox.AdvanceAsync(TimeSpan.FromHours(1));
        (await sandbox.SendAsync(HttpMethod.Post, "/sandbox/clock", """{"mode":"manual","now":"2020-01-01T00:00:00Z"}""")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await sandbox.SendAsync(HttpMethod.Get, "/sandbox/clock")).Text.ShouldBe("""{"now":"2026-11-15T09:00:00.000Z","mode":"manual"}""");
    }
}
