using Nirmaan.Domain.Fleet;
using static Nirmaan.Providers.Tests.SupplierServer;

namespace Nirmaan.Providers.Tests;

/// <summary>What every adapter owes the control plane, whoever the supplier is and whatever stands in between.</summary>
public abstract class AdapterConformance : IAsyncLifetime
{
    private const string Page = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>checking</body></html>";

    private Rig _rig = null!;

    protected abstract SupplierDouble Stand { get; }

    protected abstract Task<Rig> StartAsync(params (string, string)[] settings);

    protected abstract RentRequest Request(params (string, string)[] env);

    private static CancellationToken Token => Rig.Token;

    private IComputeProvider Provider => _rig.Provider;

    private SupplierServer Server => _rig.Server;

    public async ValueTask InitializeAsync() => _rig = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _rig.DisposeAsync();
    }

    [Fact]
    public async Task What_was_created_is_listed_under_the_name_that_we_gave()
    {
        var done = (await Provider.CreateAsync(Request(), Token)).ShouldBeOfType<Effect.Done>();
        var listed = (await Provider.ListAsync(Token)).ShouldHaveSingleItem();
        (listed.ExternalId, listed.Name).ShouldBe((done.ExternalId, Rig.Name));
    }

    [Fact]
    public async Task A_create_that_acts_and_never_answers_is_uncertain_and_found_by_its_name()
    {
        await RestartAsync(("ReadTimeout", "00:00:01.5"), ("WriteTimeout", "00:00:01.5"));
        Server.Next(Stand.CreateCall, ActThenHang);
        (await Provider.CreateAsync(Request(), Token)).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe("timeout");
        await RestartAsync();
        (await Provider.ListAsync(Token)).ShouldHaveSingleItem().Name.ShouldBe(Rig.Name);
    }

    [Fact]
    public async Task A_create_is_sent_once_whatever_comes_back()
    {
        Server.Next(Stand.CreateCall, ActThenDrop);
        (await Provider.CreateAsync(Request(), Token)).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe("connection-lost");
        Server.Count(Stand.CreateCall).ShouldBe(1);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(408)]
    public async Task A_create_answered_by_a_failing_server_is_uncertain(int status)
    {
        Server.Next(Stand.CreateCall, Say(status, Page));
        (await Provider.CreateAsync(Request(), Token)).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe($"http-{status}");
        Server.Count(Stand.CreateCall).ShouldBe(1);
    }

    [Theory]
    [InlineData(400, "bad-request")]
    [InlineData(401, "unauthorized")]
    [InlineData(402, "no-funds")]
    [InlineData(403, "forbidden")]
    [InlineData(409, "conflict")]
    [InlineData(422, "bad-request")]
    public async Task A_refused_create_says_why(int status, string code)
    {
        Server.Next(Stand.CreateCall, Say(status, """{"message":"told you so","detail":"told you so"}"""));
        var refused = (await Provider.CreateAsync(Request(), Token)).ShouldBeOfType<Effect.Refused>();
        (refused.Code, refused.Why).ShouldBe((code, $"{status} told you so"));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("7", 7)]
    [InlineData("Sun, 22 Nov 2026 12:00:09 GMT", 9)]
    [InlineData("Sun, 22 Nov 2026 11:00:00 GMT", 0)]
    [InlineData("soon", null)]
    public async Task A_create_held_back_by_a_rate_limit_was_not_sent(string? header, int? seconds)
    {
        Server.Next(Stand.CreateCall, Say(new Said(429, "", RetryAfter: header)));
        (await Provider.CreateAsync(Request(), Token)).ShouldBeOfType<Effect.NotSent>().RetryAfter.ShouldBe(seconds is { } s ? TimeSpan.FromSeconds(s) : null);
        Stand.Machines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_create_that_finds_nobody_listening_was_not_sent()
    {
        var provider = Provider;
        await Server.DisposeAsync();
        (await provider.CreateAsync(Request(), Token)).ShouldBeOfType<Effect.NotSent>();
    }

    public static TheoryData<string> BadAnswers => ["html", "empty", "cut", "broken-off", "text", "list", "null"];

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public async Task A_create_that_acts_and_answers_rubbish_is_uncertain(string kind)
    {
        Server.Next(Stand.CreateCall, Rubbish(kind));
        (await Provider.CreateAsync(Request(), Token)).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe(kind == "broken-off" ? "connection-lost" : "bad-answer");
        Stand.Machines.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_create_whose_answer_names_no_id_is_uncertain()
    {
        Server.Next(Stand.CreateCall, ActThenSay(_ => Stand.WithoutId));
        (await Provider.CreateAsync(Request(), Token)).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe("bad-answer");
    }

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public async Task Nothing_is_concluded_from_a_list_that_is_rubbish(string kind)
    {
        Server.Next(Stand.ListCall, Rubbish(kind), Rubbish(kind), Rubbish(kind));
        await Should.ThrowAsync<SupplierUnavailableException>(() => Provider.ListAsync(Token));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task A_list_that_is_refused_is_unavailable_not_empty(int status)
    {
        Server.Next(Stand.ListCall, Say(status, """{"detail":"no","message":"no"}"""), Say(status), Say(status));
        (await Should.ThrowAsync<SupplierUnavailableException>(() => Provider.ListAsync(Token))).Message.ShouldContain($"{status} no");
    }

    [Fact]
    public async Task A_read_that_fails_in_passing_is_repeated_at_once()
    {
        await Provider.CreateAsync(Request(), Token);
        Server.Next(Stand.ListCall, Say(503, Page), ActThenDrop);
        (await Provider.ListAsync(Token)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_read_that_hangs_ends_within_its_time()
    {
        await RestartAsync(("ReadTimeout", "00:00:00.2"), ("QuickRetries", "1"));
        Server.Next(Stand.ListCall, Hang, Hang);
        (await Should.ThrowAsync<SupplierUnavailableException>(() => Provider.ListAsync(Token))).Message.ShouldContain("within the time");
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task The_key_never_follows_a_redirect(int status)
    {
        await using var elsewhere = await SupplierServer.StartAsync(_ => new Said(200, "{}"));
        var moved = Say(new Said(status, "", Location: new Uri(elsewhere.Address, "/taken").ToString()));
        Server.Next(Stand.CreateCall, moved);
        (await Provider.CreateAsync(Request(), Token)).ShouldBeOfType<Effect.Uncertain>();
        Server.Next(Stand.ListCall, moved);
        await Should.ThrowAsync<SupplierUnavailableException>(() => Provider.ListAsync(Token));
        elsewhere.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_state_word_that_is_new_to_us_is_unrecognised()
    {
        var id = await CreatedAsync();
        Stand.Machines[0].State = "hibernating";
        var found = (await Provider.FindAsync(id, Token)).ShouldNotBeNull();
        (found.Status, found.RawState.Contains("hibernating", StringComparison.Ordinal)).ShouldBe((SupplierStatus.Unrecognised, true));
    }

    [Fact]
    public async Task What_the_supplier_does_not_know_is_not_found()
    {
        (await Provider.FindAsync("123", Token)).ShouldBeNull();
    }

    [Theory]
    [InlineData(Page)]
    [InlineData("")]
    [InlineData("404 page not found")]
    public async Task A_404_that_is_not_the_suppliers_word_says_nothing(string body)
    {
        var id = await CreatedAsync();
        Server.Next(Stand.FindCall(id), Say(404, body));
        await Should.ThrowAsync<SupplierUnavailableException>(() => Provider.FindAsync(id, Token));
        Server.Next(Stand.CloseCall(id), Say(404, body));
        (await Provider.CloseAsync(id, Token)).ShouldBeOfType<Effect.Uncertain>();
    }

    [Fact]
    public async Task Closing_twice_is_done_twice()
    {
        var id = await CreatedAsync();
        (await Provider.CloseAsync(id, Token)).ShouldBeOfType<Effect.Done>();
        (await Provider.CloseAsync(id, Token)).ShouldBeOfType<Effect.Done>();
    }

    [Fact]
    public async Task Closing_what_is_gone_is_done()
    {
        (await Provider.CloseAsync("123", Token)).ShouldBeOfType<Effect.Done>();
    }

    [Fact]
    public async Task A_close_that_fails_in_passing_is_repeated_at_once()
    {
        var id = await CreatedAsync();
        Server.Next(Stand.CloseCall(id), Say(502, Page), ActThenDrop);
        (await Provider.CloseAsync(id, Token)).ShouldBeOfType<Effect.Done>();
    }

    [Fact]
    public async Task A_close_that_never_answers_is_uncertain()
    {
        var id = await CreatedAsync();
        await RestartAsync(("ReadTimeout", "00:00:00.2"), ("WriteTimeout", "00:00:00.3"), ("QuickRetries", "0"));
        Server.Next(Stand.CloseCall(id), ActThenHang);
        (await Provider.CloseAsync(id, Token)).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe("timeout");
    }

    [Fact]
    public async Task A_cancelled_call_throws_the_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        Server.Next(Stand.CreateCall, async (context, act) =>
        {
            await cancel.CancelAsync();
            await Hang(context, act);
        });
        await Should.ThrowAsync<OperationCanceledException>(() => Provider.CreateAsync(Request(), cancel.Token));
    }

    [Fact]
    public async Task The_key_travels_in_its_header_and_stands_in_no_log()
    {
        await CreatedAsync();
        Server.Next(Stand.ListCall, Say(401, """{"detail":"bad key","message":"bad key"}"""));
        await Should.ThrowAsync<SupplierUnavailableException>(() => Provider.ListAsync(Token));
        var key = Server.Requests.Select(r => r.Headers.GetValueOrDefault("x-api-key")).OfType<string>().Distinct().ShouldHaveSingleItem();
        key.ShouldBeOneOf(Rig.AkashKey, Rig.IoNetKey);
        _rig.Log.Lines.ShouldNotBeEmpty();
        _rig.Log.Lines.ShouldAllBe(line => !line.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_that_quotes_our_secrets_does_not_pass_them_on()
    {
        Server.Next(Stand.CreateCall, Say(400, """{"message":"bad env MINER_SECRET=secret-of-the-miner-42 token-of-the-agent-42","detail":"bad env MINER_SECRET=secret-of-the-miner-42 token-of-the-agent-42"}"""));
        (await Provider.CreateAsync(Request(), Token)).ShouldBeOfType<Effect.Refused>().Why.ShouldBe("400 bad env MINER_SECRET=*** ***");
    }

    [Fact]
    public async Task A_request_whose_port_is_none_is_refused_before_anything_is_sent()
    {
        (await Provider.CreateAsync(Request(("AGENT_PORT", "http")), Token)).ShouldBeOfType<Effect.Refused>().Why.ShouldContain("AGENT_PORT: 'http'; expected a port");
        Server.Count(Stand.CreateCall).ShouldBe(0);
    }

    [Fact]
    public async Task Every_page_of_the_account_is_read()
    {
        Stand.Machines.AddRange(Enumerable.Range(0, 250).Select(i => new SupplierDouble.Machine($"{1000 + i}", $"nirmaan-{i}", AliveWord)));
        (await Provider.ListAsync(Token)).Select(i => i.ExternalId).ShouldBe(Stand.Machines.Select(m => m.Id));
    }

    [Fact]
    public async Task A_list_that_loses_an_item_between_two_pages_is_read_anew()
    {
        Stand.Machines.AddRange(Enumerable.Range(0, 150).Select(i => new SupplierDouble.Machine($"{1000 + i}", null, AliveWord)));
        // Without a second look the one that moved from the second page to the first would be missing.
        Server.Next(Stand.ListCall, ActThenSay(first =>
        {
            Stand.Machines.RemoveAt(3);
            return first;
        }));
        (await Provider.ListAsync(Token)).Select(i => i.ExternalId).ShouldBe(Stand.Machines.Select(m => m.Id));
    }

    protected abstract string AliveWord { get; }

    private async Task<string> CreatedAsync() => (await Provider.CreateAsync(Request(), Token)) is var effect && effect is Effect.Done done ? done.ExternalId! : throw new InvalidOperationException(effect.ToString());

    private async Task RestartAsync(params (string, string)[] settings)
    {
        await _rig.DisposeAsync();
        _rig = await StartAsync(settings);
    }

    private static Strike Rubbish(string kind) => kind switch
    {
        "broken-off" => ActThenBreakOff,
        "html" => ActThenSay(said => new Said(said.Status, Page, "text/html")),
        "empty" => ActThenSay(said => said with { Body = "" }),
        "cut" => ActThenSay(said => said with { Body = said.Body[..(said.Body.Length / 2)] }),
        "text" => ActThenSay(said => said with { Body = "OK" }),
        "list" => ActThenSay(said => said with { Body = "[1]" }),
        _ => ActThenSay(said => said with { Body = "null" }),
    };
}
