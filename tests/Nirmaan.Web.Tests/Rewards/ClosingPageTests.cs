using System.Numerics;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;
using Nirmaan.Testing;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Rewards;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Rewards;

/// <summary>The pages on which an epoch is consented to and its sales are recorded, over a real database in which one day is over.</summary>
public sealed class ClosingPageTests(ControlPostgres postgres) : IAsyncLifetime
{
    private static readonly DateTimeOffset s_day = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);
    private static readonly BigInteger s_unit = BigInteger.Pow(10, 18);
    private readonly ManualClock _clock = new();
    private readonly ControlEvents _events = new();
    private readonly HashSet<string> _gone = [];
    private TestDatabase _database = null!;
    private Factory _contexts = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _contexts = new Factory(DatabaseMigrator.Options(_database.ConnectionString));
        await using var db = _contexts.CreateDbContext();
        var account = WalletAddress.Parse($"0x{new string('a', 40)}");
        db.StakeEvents.Add(new StakeEvent(31337, $"0x{1:x64}", 0, 1, $"0x{1:x64}", s_day, account, 100 * s_unit, 100 * s_unit));
        db.Rewards.Add(new Reward(new RewardReading(NetworkName.Morpheus, "0xpay:0", Asset.Mor, 10 * s_unit, s_day.AddHours(9), account.Value, null, "0xpay"), null, Beneficiary.NrmPool.Name, s_day.AddHours(10)));
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        await db.Database.ExecuteSqlAsync($"INSERT INTO cursors (id, block_number, block_hash, block_at) VALUES ('stakes:31337', 9, '0x9', {s_day.AddDays(2)})", TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Two_admins_close_an_epoch_and_each_sees_what_it_will_say()
    {
        await using (var first = Open("ann", Roles.Admin))
        {
            var page = first.Shown();
            page.FindAll(".waterfall .num")[^1].TextContent.ShouldBe("9\u00a0MOR");
            page.Button("Consent to epoch 1").Click();
            page.WaitForAssertion(() => page.Find("button[disabled]").TextContent.ShouldBe("You consented"));
        }
        await using var second = Open("bob", Roles.Admin);
        second.Shown().Button("Consent to epoch 1").Click();
        second.Shown().WaitForAssertion(() => second.Said.ShouldContain("Epoch 1 of MOR is closed."));
    }

    [Fact]
    public async Task An_auditor_reads_and_has_no_button()
    {
        await using var auditor = Open("aud", Roles.Auditor);
        auditor.Shown().FindAll(".waterfall").Count.ShouldBe(1);
        auditor.Shown().FindAll("button.primary").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_dearer_policy_without_notice_is_refused_beside_its_field()
    {
        await using var admin = Open("ann", Roles.Admin);
        var page = admin.Shown();
        var inputs = page.FindAll(".fields input");
        inputs[0].Input("12.5");
        page.FindAll(".fields input")[1].Change("2026-11-24");
        page.Find(".fields textarea").Input("more work");
        page.FindAll("button.primary")[^1].Click();
        page.WaitForAssertion(() => page.Find(".field-error").TextContent.ShouldContain("2026-11-30 00:00:00Z or later"));
    }

    [Fact]
    public async Task An_announced_policy_is_told_to_everybody()
    {
        await using var admin = Open("ann", Roles.Admin);
        await admin.Services.GetRequiredService<AnnounceFeePolicy>().RunAsync(s_day.AddDays(20), 1250, true, [], "ann@test", "more networks to watch", TestContext.Current.CancellationToken);
        var notice = admin.Render<FeeAhead>();
        notice.WaitForAssertion(() => notice.Find(".notice-line span").TextContent.Trim()
            .ShouldBe("From 10 Dec 00:00 UTC on: fee 12.5 %, rent paid by the treasury, instead of fee 10.0 %, rent paid by the treasury. more networks to watch All policies"));
    }

    [Fact]
    public async Task No_more_can_be_recorded_as_sold_than_came_in()
    {
        await using var admin = new Visit<SalesPage>(this, "ann", Roles.Admin, panels: 3);
        Record(admin, "10.5");
        admin.Shown().WaitForAssertion(() => admin.Shown().Find(".field-error").TextContent.ShouldBe("Only 10 MOR can have been sold of it."));
    }

    [Fact]
    public async Task A_consent_of_who_is_no_admin_any_more_is_shown_as_one_that_does_not_count()
    {
        await using (var first = Open("ann", Roles.Admin)) { first.Shown().Button("Consent to epoch 1").Click(); }
        _gone.Add("ann@test");
        await using var second = Open("bob", Roles.Admin);
        second.Shown().Markup.ShouldContain("and is no admin any more; that does not count.");
        second.Shown().Button("Consent to epoch 1").Click();
        second.Shown().WaitForAssertion(() => second.Shown().Find("button[disabled]").TextContent.ShouldBe("You consented"));
        second.Said.ShouldNotContain("Epoch 1 of MOR is closed.");
    }

    [Fact]
    public async Task A_sale_is_recorded_and_stands_in_what_the_next_epoch_will_say()
    {
        await using (var admin = new Visit<SalesPage>(this, "ann", Roles.Admin, panels: 3))
        {
            Record(admin, "2");
            admin.Shown().WaitForAssertion(() => admin.Said.ShouldContain("Recorded: $4.00 net."));
        }
        await using var closing = Open("ann", Roles.Admin);
        closing.Shown().Find(".words").TextContent.ShouldContain("2 MOR were sold at $2.00 on a market");
        closing.Shown().FindAll(".waterfall .num")[^1].TextContent.ShouldBe("7.2\u00a0MOR");
    }

    private static void Record(Visit<SalesPage> admin, string amount)
    {
        string[] typed = ["1", amount, "2", "0"];
        foreach (var (i, text) in typed.Index()) { admin.Shown().FindAll(".fields input")[i].Input(text); }
        admin.Shown().FindAll(".fields input")[4].Change("2026-11-20T15:00:00");
        admin.Shown().FindAll(".fields input")[5].Input("a market");
        admin.Shown().FindAll(".fields input")[6].Input("order-1");
        admin.Shown().Button("Record the sale").Click();
    }

    private Visit<ClosingPage> Open(string name, string role) => new(this, name, role, panels: 2);

    private sealed class Visit<TPage> : BunitContext where TPage : IComponent
    {
        private readonly IRenderedComponent<TPage> _page;

        public Visit(ClosingPageTests world, string name, string role, int panels)
        {
            this.AddPublicPages(world._clock, world._contexts);
            Services.AddSingleton(world._events).AddScoped<Toasts>().AddSupplyValueFromQueryProvider();
            Services.AddSingleton(new SupplierShelf([])).AddSingleton(s => new MeterRent(
                world._contexts, new SupplierShelf([]), world._events, world._clock, s.GetRequiredService<IOptions<RewardsOptions>>(), NullLogger<MeterRent>.Instance)).AddSingleton<IConsenters>(new Consenters(world._gone)).AddSingleton<CloseEpoch>();
            Services.AddAuthorizationBuilder().AddPolicy(Policies.Staff, p => p.RequireRole([.. Roles.All])).AddPolicy(Policies.Operate, p => p.RequireRole(Roles.Ops, Roles.Admin)).AddPolicy(Policies.Approve, p => p.RequireRole(Roles.Admin));
            AddAuthorization().SetAuthorized($"{name}@test").SetRoles(role);
            JSInterop.Mode = JSRuntimeMode.Loose;
            _page = Render<TPage>();
            _page.WaitForAssertion(() => _page.FindAll(".panel").Count.ShouldBe(panels));
        }

        public IReadOnlyList<string> Said => [.. Services.GetRequiredService<Toasts>().Shown.Select(t => t.Text)];

        public IRenderedComponent<TPage> Shown() => _page;
    }

    private sealed class Consenters(HashSet<string> gone) : IConsenters
    {
        public bool May(string who) => !gone.Contains(who);
    }

    private sealed class Factory(DbContextOptions<NirmaanDbContext> options) : IDbContextFactory<NirmaanDbContext>
    {
        public NirmaanDbContext CreateDbContext() => new(options);
    }
}
