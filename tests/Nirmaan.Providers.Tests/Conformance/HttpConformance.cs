using Nirmaan.Domain.Fleet;
using static Nirmaan.Providers.Tests.Strikes;

namespace Nirmaan.Providers.Tests.Conformance;

/// <summary>What an adapter that calls its supplier over HTTP owes on top: every way in which such a call goes wrong.</summary>
public abstract class HttpConformance : SupplierConformance
{
    private const string Page = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>checking</body></html>";

    protected abstract HttpSupplier At { get; }

    private HttpRig Http => (HttpRig)Supplier;

    protected override async Task<ISupplierRig> StartAsync(params (string Key, string Value)[] settings) => await HttpRig.StartAsync(At, settings);

    private async Task<Effect> CreateAsync() => await Provider.CreateAsync(Supplier.Request(), Token);

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(408)]
    public async Task A_create_answered_by_a_failing_server_is_uncertain_and_may_have_acted(int status)
    {
        await Http.FaultAsync(At.CreateFault, "act-then-time-out", status);
        (await CreateAsync()).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe($"http-{status}");
        Http.Creates.ShouldBe(1);
        (await Provider.ListAsync(Token)).ShouldHaveSingleItem().Name.ShouldBe(Rig.Name);
    }

    [Theory]
    [InlineData(401, "unauthorized")]
    [InlineData(402, "no-funds")]
    [InlineData(403, "forbidden")]
    [InlineData(422, "bad-request")]
    public async Task A_refused_create_says_why(int status, string code)
    {
        await Http.FaultAsync(At.CreateFault, "refuse", status);
        var refused = (await CreateAsync()).ShouldBeOfType<Effect.Refused>();
        refused.Code.ShouldBe(code);
        refused.Why.ShouldStartWith($"{status} Refused by a fault of the sandbox");
        (await Supplier.LivingAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(410)]
    public async Task A_create_that_meets_another_refusal_is_refused_and_nothing_stands(int status)
    {
        await Http.FaultAsync(At.CreateFault, "refuse", status);
        (await CreateAsync()).ShouldBeOfType<Effect.Refused>().Why.ShouldStartWith($"{status} Refused by a fault of the sandbox");
        (await Supplier.LivingAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_create_held_back_by_a_rate_limit_was_not_sent_and_says_when_again()
    {
        await Http.FaultAsync(At.CreateFault, "429", delaySeconds: 7);
        (await CreateAsync()).ShouldBeOfType<Effect.NotSent>().RetryAfter.ShouldBe(TimeSpan.FromSeconds(7));
        (await Supplier.LivingAsync()).ShouldBeEmpty();
        (await CreateAsync()).ShouldBeOfType<Effect.Done>();
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("Sun, 22 Nov 2026 12:00:09 GMT", 9)]
    [InlineData("Sun, 22 Nov 2026 11:00:00 GMT", 0)]
    [InlineData("soon", null)]
    public async Task A_rate_limit_in_any_words_is_a_rate_limit(string? header, int? seconds)
    {
        Http.Strikes.Next(At.Create, Say(new Said(429, "", RetryAfter: header)));
        (await CreateAsync()).ShouldBeOfType<Effect.NotSent>().RetryAfter.ShouldBe(seconds is { } s ? TimeSpan.FromSeconds(s) : null);
    }

    [Fact]
    public async Task A_create_that_finds_nobody_listening_was_not_sent()
    {
        Http.Disconnect();
        (await CreateAsync()).ShouldBeOfType<Effect.NotSent>();
    }

    public static TheoryData<string> BadAnswers => ["html", "empty", "cut", "broken-off", "text", "list", "null"];

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public async Task A_create_that_acts_and_answers_rubbish_is_uncertain(string kind)
    {
        await RubbishAsync(At.Create, At.CreateFault, kind);
        var effect = await CreateAsync();
        if (At.MayAnswerNothing && kind is ("empty" or "null")) { effect.ShouldBeOfType<Effect.Done>().ExternalId.ShouldBe((await Supplier.LivingAsync()).Single().Id); }
        else { effect.ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe(kind == "broken-off" ? "connection-lost" : "bad-answer"); }
        (await Supplier.LivingAsync()).Count.ShouldBe(1);
        Http.Creates.ShouldBe(1);
    }

    [Fact]
    public async Task A_create_whose_connection_drops_after_acting_is_sent_once()
    {
        await Http.FaultAsync(At.CreateFault, "act-then-time-out", delaySeconds: 0);
        (await CreateAsync()).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe("connection-lost");
        Http.Creates.ShouldBe(1);
    }

    [Fact]
    public async Task A_create_whose_answer_names_no_id_is_uncertain()
    {
        Http.Strikes.Next(At.Create, ActThenSay(said => said with { Body = At.WithoutId }));
        (await CreateAsync()).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe("bad-answer");
    }

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public async Task Nothing_is_concluded_from_a_list_that_is_rubbish(string kind)
    {
        for (var i = 0; i < 3; i++) { await RubbishAsync(At.List, At.ListFault, kind); }
        await Should.ThrowAsync<SupplierUnavailableException>(() => Provider.ListAsync(Token));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task A_list_that_is_refused_is_unavailable_not_empty(int status)
    {
        await Http.FaultAsync(At.ListFault, "refuse", status, times: 3);
        (await Should.ThrowAsync<SupplierUnavailableException>(() => Provider.ListAsync(Token))).Message.ShouldContain($"{status} Refused");
    }

    [Fact]
    public async Task A_list_held_back_by_a_long_rate_limit_is_unavailable_at_once()
    {
        await Http.FaultAsync(At.ListFault, "429", delaySeconds: 60);
        (await Should.ThrowAsync<SupplierUnavailableException>(() => Provider.ListAsync(Token))).Message.ShouldContain("429");
        Http.Count(At.List).ShouldBe(1);
    }

    [Fact]
    public async Task A_read_that_fails_in_passing_is_repeated_at_once()
    {
        await CreatedAsync();
        await Http.FaultAsync(At.ListFault, "html", 503);
        await Http.FaultAsync(At.ListFault, "act-then-time-out", delaySeconds: 0);
        (await Provider.ListAsync(Token)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_read_that_hangs_ends_within_its_time()
    {
        await RestartAsync(("ReadTimeout", "00:00:00.3"), ("QuickRetries", "1"));
        Http.Strikes.Next(At.List, Hang, Hang);
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
        Http.Strikes.Next(At.Create, moved);
        (await CreateAsync()).ShouldBeOfType<Effect.Uncertain>();
        Http.Strikes.Next(At.List, moved);
        await Should.ThrowAsync<SupplierUnavailableException>(() => Provider.ListAsync(Token));
        elsewhere.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Page)]
    [InlineData("")]
    [InlineData("404 page not found")]
    public async Task A_404_that_is_not_the_suppliers_word_says_nothing(string body)
    {
        var id = await CreatedAsync();
        Http.Strikes.Next(At.Find(id), Say(404, body));
        await Should.ThrowAsync<SupplierUnavailableException>(() => Provider.FindAsync(id, Token));
        Http.Strikes.Next(At.Close(id), Say(404, body));
        (await Provider.CloseAsync(id, Token)).ShouldBeOfType<Effect.Uncertain>();
    }

    [Fact]
    public async Task A_close_that_fails_in_passing_is_repeated_at_once()
    {
        var id = await CreatedAsync();
        Http.Strikes.Next(At.Close(id), Say(502, Page), ActThenDrop);
        (await Provider.CloseAsync(id, Token)).ShouldBeOfType<Effect.Done>();
    }

    [Fact]
    public async Task A_call_that_is_cancelled_under_way_throws_the_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        Http.Strikes.Next(At.Create, async (context, act) =>
        {
            await cancel.CancelAsync();
            await Hang(context, act);
        });
        await Should.ThrowAsync<OperationCanceledException>(() => Provider.CreateAsync(Supplier.Request(), cancel.Token));
    }

    [Fact]
    public async Task The_key_travels_in_its_header_and_stands_in_no_log()
    {
        await CreatedAsync();
        await Http.FaultAsync(At.ListFault, "refuse", 401);
        await Should.ThrowAsync<SupplierUnavailableException>(() => Provider.ListAsync(Token));
        Http.Strikes.Requests.Select(r => r.Headers.GetValueOrDefault(At.KeyHeader)).OfType<string>().Distinct().ShouldHaveSingleItem().ShouldEndWith(At.Key);
        Supplier.Log.Lines.ShouldNotBeEmpty();
        Supplier.Log.Lines.ShouldAllBe(line => !line.Contains(At.Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_that_quotes_our_secrets_does_not_pass_them_on()
    {
        Http.Strikes.Next(At.Create, Say(422, """{"message":"bad env MINER_SECRET=secret-of-the-miner-42 token-of-the-agent-42","detail":"bad env MINER_SECRET=secret-of-the-miner-42 token-of-the-agent-42"}"""));
        (await CreateAsync()).ShouldBeOfType<Effect.Refused>().Why.ShouldBe("422 bad env MINER_SECRET=*** ***");
    }

    /// <summary>Lets a call act and its answer be unusable: by the sandbox's own fault where it has one.</summary>
    private async Task RubbishAsync(string call, string target, string kind)
    {
        var strike = kind switch
        {
            "broken-off" => ActThenBreakOff,
            "html" => ActThenSay(said => new Said(said.Status, Page, "text/html")),
            "text" => ActThenSay(said => said with { Body = "OK" }),
            "list" => ActThenSay(said => said with { Body = "[1]" }),
            "null" => ActThenSay(said => said with { Body = "null" }),
            _ => null,
        };
        if (strike is not null) { Http.Strikes.Next(call, strike); }
        else { await Http.FaultAsync(target, kind == "cut" ? "malformed" : "empty"); }
    }
}
