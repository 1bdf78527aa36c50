using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Providers.Tests.Conformance;

/// <summary>
/// What every adapter owes the control plane, whoever the supplier is and whatever carries the calls. A new supplier is one folder in the
/// product, one simulator, and one subclass of this.
/// </summary>
public abstract class SupplierConformance : IAsyncLifetime
{
    /// <summary>The adapter under test.</summary>
    protected ISupplierRig Supplier { get; private set; } = null!;

    /// <summary>A rig with these settings of the supplier's section on top of the usual ones.</summary>
    protected abstract Task<ISupplierRig> StartAsync(params (string Key, string Value)[] settings);

    protected static CancellationToken Token => Rig.Token;

    protected IComputeProvider Provider => Supplier.Provider;

    public async ValueTask InitializeAsync() => Supplier = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Supplier.DisposeAsync();
    }

    /// <summary>Starts anew with other settings.</summary>
    protected async Task RestartAsync(params (string Key, string Value)[] settings)
    {
        await Supplier.DisposeAsync();
        Supplier = await StartAsync(settings);
    }

    protected async Task<string> CreatedAsync(RentRequest? request = null) =>
        (await Provider.CreateAsync(request ?? Supplier.Request(), Token)).ShouldBeOfType<Effect.Done>().ExternalId.ShouldNotBeNull();

    /// <summary>From the create to a container that is up.</summary>
    protected async Task<string> RunningAsync(RentRequest? request = null)
    {
        request ??= Supplier.Request();
        var created = (await Provider.CreateAsync(request, Token)).ShouldBeOfType<Effect.Done>();
        var id = created.ExternalId.ShouldNotBeNull();
        if (Provider.Traits.HasBids)
        {
            await Supplier.AdvanceAsync(TimeSpan.FromSeconds(60));
            var bid = (await Provider.ListBidsAsync(id, request.Wish, Token)).First(b => b.Unsuitable is null);
            (await Provider.AcceptBidAsync(id, bid.Ref, created.Answer, Token)).ShouldBeOfType<Effect.Done>();
        }
        await Supplier.AdvanceAsync(TimeSpan.FromMinutes(20));
        if ((await Provider.FindAsync(id, Token))?.Status == SupplierStatus.Bare)
        {
            (await Provider.ChangeAsync(id, request, Token)).ShouldBe(new Effect.Done(id));
            await Supplier.AdvanceAsync(TimeSpan.FromMinutes(5));
        }
        var found = (await Provider.FindAsync(id, Token)).ShouldNotBeNull();
        found.Status.ShouldBe(SupplierStatus.Running, $"{found}");
        return id;
    }

    [Fact]
    public async Task Every_offer_names_a_machine_of_a_known_size_and_a_price_or_none()
    {
        var offers = await Provider.ListOffersAsync(Token);
        offers.ShouldNotBeEmpty();
        offers.Select(o => o.Key).Distinct().Count().ShouldBe(offers.Count);
        offers.ShouldAllBe(o => o.GpuCount >= 1 && o.Available >= 0 && (o.UsdPerGpuHour == null || (o.UsdPerGpuHour > 0.001m && o.UsdPerGpuHour < 50m)));
        offers.ShouldContain(o => o.Gpu == Supplier.Request().Wish.Gpu && o.Available > 0 && o.UsdPerGpuHour != null);
    }

    [Fact]
    public async Task What_was_created_is_listed_under_the_name_that_we_gave()
    {
        var id = await CreatedAsync();
        var listed = (await Provider.ListAsync(Token)).ShouldHaveSingleItem();
        (listed.ExternalId, listed.Name).ShouldBe((id, Rig.Name));
        (await Provider.FindAsync(id, Token)).ShouldNotBeNull().ExternalId.ShouldBe(id);
    }

    [Fact]
    public async Task A_create_that_acts_and_never_answers_is_uncertain_and_found_by_its_name()
    {
        await Supplier.SilenceCreateAsync();
        (await Provider.CreateAsync(Supplier.Request(), Token)).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe("timeout");
        var there = (await Supplier.LivingAsync()).ShouldHaveSingleItem();
        (await Provider.ListAsync(Token)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(i => i.Name.ShouldBe(Rig.Name), i => i.ExternalId.ShouldBe(there.Id));
        Supplier.Creates.ShouldBe(1);
    }

    /// <summary>A supplier may rent out a second machine under one name, or refuse to: what it must not do is hide one.</summary>
    [Fact]
    public async Task Whatever_a_second_create_of_one_name_does_is_in_the_list()
    {
        await CreatedAsync();
        await Provider.CreateAsync(Supplier.Request(), Token);
        var listed = (await Provider.ListAsync(Token)).Where(i => i.Name == Rig.Name).Select(i => i.ExternalId);
        listed.ShouldBe((await Supplier.LivingAsync()).Select(t => t.Id), ignoreOrder: true);
    }

    [Fact]
    public async Task Things_of_other_people_are_listed_under_their_own_names()
    {
        await CreatedAsync();
        await CreatedAsync(Supplier.Request("somebody-else"));
        (await Provider.ListAsync(Token)).Select(i => i.Name).ShouldBe([Rig.Name, "somebody-else"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_price_is_for_one_gpu_and_one_hour_as_the_supplier_bills_it()
    {
        var request = Supplier.Request();
        var offer = (await Provider.ListOffersAsync(Token)).First(o => o.Gpu == request.Wish.Gpu && o.UsdPerGpuHour is not null
            && (request.Wish.OfferKey is null || o.Key == request.Wish.OfferKey));
        var id = await RunningAsync(request);
        var running = (await Provider.FindAsync(id, Token)).ShouldNotBeNull();
        running.GpuCount.ShouldBe(request.Wish.GpuCount);
        var price = running.UsdPerGpuHour.ShouldNotBeNull();
        // Fees come on top of a quote; an estimate is the middle of a market.
        var most = offer.PriceKind == PriceKind.Estimated ? 0.5m : 0.05m;
        price.ShouldBe(offer.UsdPerGpuHour!.Value, tolerance: offer.UsdPerGpuHour.Value * most);

        var before = (await Supplier.LivingAsync()).Single().ChargedUsd;
        await Supplier.AdvanceAsync(TimeSpan.FromHours(5));
        var after = (await Supplier.LivingAsync()).Single().ChargedUsd;
        var bill = Provider.Traits.Prepaid ? after / request.Wish.Hours : (after - before) / 5;
        (bill / request.Wish.GpuCount).ShouldBe(price, tolerance: price * 0.01m);
        if ((await Provider.FindAsync(id, Token))!.SpentUsd is { } spent) { spent.ShouldBe(after, tolerance: after * 0.01m); }
    }

    [Fact]
    public async Task What_a_machine_cost_in_all_is_told_after_its_end_and_not_before()
    {
        var id = await RunningAsync();
        await Supplier.AdvanceAsync(TimeSpan.FromHours(1));
        Task<decimal?> BillAsync() => Provider.ReadBillAsync(id, Supplier.Now.AddHours(-3), Token);
        (await BillAsync()).ShouldBeNull();
        var charged = (await Supplier.LivingAsync()).Single().ChargedUsd;
        await Provider.CloseAsync(id, Token);
        await Supplier.AdvanceAsync(TimeSpan.FromMinutes(5));
        var bill = await BillAsync();
        if (Provider.Traits.SendsBill) { bill.ShouldNotBeNull().ShouldBe(charged, tolerance: 0.0001m); } else { bill.ShouldBeNull(); }
    }

    [Fact]
    public async Task A_state_word_that_is_new_to_us_is_unrecognised()
    {
        var id = await CreatedAsync();
        await Supplier.SayNewWordAsync(id, "hibernating");
        var found = (await Provider.FindAsync(id, Token)).ShouldNotBeNull();
        (found.Status, found.RawState.Contains("hibernating", StringComparison.Ordinal)).ShouldBe((SupplierStatus.Unrecognised, true));
    }

    [Fact]
    public async Task What_the_supplier_does_not_know_is_not_found() => (await Provider.FindAsync(Supplier.UnknownId, Token)).ShouldBeNull();

    [Fact]
    public async Task The_log_of_a_running_machine_is_its_newest_lines_or_none_is_claimed()
    {
        var id = await RunningAsync();
        var lines = await Provider.ReadLogTailAsync(id, 50, Token);
        if (lines is null) { return; }
        lines.Count.ShouldBeInRange(1, 50);
        lines.ShouldAllBe(l => l.At <= Supplier.Now && l.At > Rig.Start);
        (await Provider.ReadLogTailAsync(id, 1, Token)).ShouldNotBeNull().ShouldHaveSingleItem().Text.ShouldBe(lines[^1].Text);
    }

    [Fact]
    public async Task A_followed_log_gives_every_line_once_over_connections_that_break_off_in_the_middle_of_one()
    {
        Provider.Traits.StreamsLogs.ShouldBeTrue();
        var id = await RunningAsync();
        using var left = new CancellationTokenSource();
        await using var log = new FollowedLog(Provider.FollowLogAsync(id, null, left.Token));
        await Supplier.WriteLogAsync(id, "job 1", "job done", "job done", "job 2");
        await log.UntilAsync("job 2");
        // The first breaks off in a line that is new, the second in what it repeats.
        await Supplier.BreakLogAsync(2);
        await Supplier.WriteLogAsync(id, "job done", "job done", "job done", "job 3");
        await log.UntilAsync("job 3");
        await Supplier.WriteLogAsync(id, "job 4");
        await log.UntilAsync("job 4");
        log.Written.ShouldBe(["job 1", "job done", "job done", "job 2", "job done", "job done", "job done", "job 3", "job 4"]);
        log.Lines.ShouldAllBe(l => l.Source != LogLine.Gap && l.At <= Supplier.Now && l.At > Rig.Start);
    }

    [Fact]
    public async Task Another_process_goes_on_with_a_followed_log_where_the_last_one_left_it_or_says_that_it_cannot()
    {
        var id = await RunningAsync();
        string? cursor;
        using var left = new CancellationTokenSource();
        await using (var first = new FollowedLog(Provider.FollowLogAsync(id, null, left.Token)))
        {
            await Supplier.WriteLogAsync(id, "job 1", "job 2");
            await first.UntilAsync("job 2");
            cursor = first.Cursor;
        }
        await Supplier.WriteLogAsync(id, "job 3");
        await using var second = new FollowedLog(Provider.FollowLogAsync(id, cursor, left.Token));
        await second.UntilAsync("job 3");
        second.Written.ShouldBe(cursor is null ? ["job 1", "job 2", "job 3"] : ["job 3"]);
    }

    [Fact]
    public async Task The_log_of_what_the_supplier_does_not_know_ends_at_once()
    {
        await foreach (var batch in Provider.FollowLogAsync(Supplier.UnknownId, null, Token)) { batch.Lines.ShouldBeEmpty(); }
    }

    [Fact]
    public async Task A_command_says_what_it_says_and_how_it_ended_where_there_is_a_shell()
    {
        if (!Provider.Traits.HasShell)
        {
            Should.Throw<NotSupportedException>(() => Provider.RunCommandAsync(Supplier.UnknownId, "true", Token));
            return;
        }
        var id = await RunningAsync();
        var parts = new List<ShellPart>();
        await foreach (var part in Provider.RunCommandAsync(id, "echo all is fine; echo low memory >&2; exit 7", Token)) { parts.Add(part); }
        string Said(bool isErrors) => string.Concat(parts.OfType<ShellPart.Said>().Where(p => p.IsErrors == isErrors).Select(p => p.Text));
        (Said(false), Said(true), parts[^1]).ShouldBe(("all is fine\n", "low memory\n", new ShellPart.Ended(7)));
    }

    [Fact]
    public async Task A_command_for_what_is_not_there_is_not_said_to_have_run()
    {
        if (!Provider.Traits.HasShell) { return; }
        await Should.ThrowAsync<SupplierUnavailableException>(async () =>
        {
            await foreach (var _ in Provider.RunCommandAsync(Supplier.UnknownId, "true", Token)) { }
        });
    }

    [Fact]
    public async Task Hours_are_bought_where_they_are_paid_ahead_and_refused_elsewhere()
    {
        var id = await RunningAsync();
        var before = (await Provider.FindAsync(id, Token)).ShouldNotBeNull();
        var effect = await Provider.ExtendAsync(id, 6, Token);
        if (!Provider.Traits.Prepaid)
        {
            effect.ShouldBeOfType<Effect.Refused>().Code.ShouldBe("unsupported");
            return;
        }
        effect.ShouldBeOfType<Effect.Done>().UsdPaid.ShouldNotBeNull().ShouldBe(before.UsdPerGpuHour!.Value * before.GpuCount!.Value * 6, tolerance: 0.01m);
        (await Provider.FindAsync(id, Token))!.PaidUntil.ShouldBe(before.PaidUntil!.Value.AddHours(6));
    }

    [Fact]
    public async Task Work_changes_in_place_where_the_supplier_says_so_and_the_machine_stays()
    {
        var request = Supplier.Request();
        var id = await RunningAsync(request);
        var price = (await Provider.FindAsync(id, Token))!.UsdPerGpuHour;
        const string Next = "ghcr.io/nirmaan/heurist-llm:1.0.1";
        var effect = await Provider.ChangeAsync(id, request with { Template = request.Template with { Image = Next } }, Token);
        if (!Provider.Traits.ChangesInPlace)
        {
            effect.ShouldBeOfType<Effect.Refused>().Code.ShouldBe("unsupported");
            return;
        }
        effect.ShouldBe(new Effect.Done(id));
        await Supplier.AdvanceAsync(TimeSpan.FromMinutes(20));
        var found = (await Provider.FindAsync(id, Token)).ShouldNotBeNull();
        (found.Status, found.Name, found.UsdPerGpuHour).ShouldBe((SupplierStatus.Running, Rig.Name, price));
        (await Supplier.LivingAsync()).Count.ShouldBe(1);
        (await Supplier.RunsAsync(id)).ShouldBe(Next);
    }

    [Fact]
    public async Task Where_there_are_no_auctions_there_are_no_bids()
    {
        if (Provider.Traits.HasBids) { return; }
        var request = Supplier.Request();
        (await Provider.ListBidsAsync(Supplier.UnknownId, request.Wish, Token)).ShouldBeEmpty();
        (await Provider.AcceptBidAsync(Supplier.UnknownId, "bid", null, Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("unsupported");
    }

    [Fact]
    public async Task A_running_machine_closes_and_nothing_of_it_stays()
    {
        var id = await RunningAsync();
        (await Provider.CloseAsync(id, Token)).ShouldBeOfType<Effect.Done>();
        await Supplier.AdvanceAsync(TimeSpan.FromMinutes(5));
        (await Supplier.LivingAsync()).ShouldBeEmpty();
        (await Provider.ListAsync(Token)).ShouldBeEmpty();
        (await Provider.FindAsync(id, Token))?.Status.ShouldBe(SupplierStatus.Closed);
    }

    [Fact]
    public async Task Closing_twice_is_done_twice()
    {
        var id = await CreatedAsync();
        (await Provider.CloseAsync(id, Token)).ShouldBeOfType<Effect.Done>();
        (await Provider.CloseAsync(id, Token)).ShouldBeOfType<Effect.Done>();
    }

    [Fact]
    public async Task Closing_what_is_gone_is_done() => (await Provider.CloseAsync(Supplier.UnknownId, Token)).ShouldBeOfType<Effect.Done>();

    [Fact]
    public async Task A_close_that_never_answers_is_uncertain_and_may_be_repeated()
    {
        var id = await CreatedAsync();
        await Supplier.SilenceCloseAsync(id);
        (await Provider.CloseAsync(id, Token)).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe("timeout");
        (await Provider.CloseAsync(id, Token)).ShouldBeOfType<Effect.Done>();
        await Supplier.AdvanceAsync(TimeSpan.FromMinutes(5));
        (await Supplier.LivingAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cancelled_create_throws_the_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => Provider.CreateAsync(Supplier.Request(), cancel.Token));
    }

    [Fact]
    public async Task A_request_whose_port_is_none_is_refused_before_anything_is_sent()
    {
        var refused = (await Provider.CreateAsync(Supplier.Request(env: ("AGENT_PORT", "http")), Token)).ShouldBeOfType<Effect.Refused>();
        refused.Why.ShouldContain("AGENT_PORT: 'http'; expected a port");
        Supplier.Creates.ShouldBe(0);
    }

    [Fact]
    public async Task A_balance_is_said_or_why_it_is_not()
    {
        var balance = await Provider.ReadBalanceAsync(Token);
        (balance.AvailableUsd is >= 0 || balance.WhyUnknown is { Length: > 20 }).ShouldBeTrue($"{balance}");
    }

    [Fact]
    public async Task Nothing_of_a_miners_secrets_is_logged()
    {
        await RunningAsync();
        var request = Supplier.Request();
        Supplier.Log.Lines.ShouldAllBe(line => !line.Contains(request.Env["MINER_SECRET"], StringComparison.Ordinal) && !line.Contains(request.Env["AGENT_TOKEN"], StringComparison.Ordinal));
    }
}
