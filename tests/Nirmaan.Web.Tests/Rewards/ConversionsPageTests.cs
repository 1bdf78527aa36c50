using System.Numerics;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Testing;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Rewards;
using Nirmaan.Web.Components.Staking;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Rewards;

/// <summary>What the page of conversions says and asks, over a real database.</summary>
public sealed class ConversionsPageTests(ControlPostgres postgres) : ControlTest(postgres)
{
    private static readonly string s_account = $"0x{new string('a', 40)}";

    private async Task CountAsync()
    {
        var miner = await MineAsync(Heurist);
        await WriteAsync(db =>
        {
            db.PointsAwards.Add(new PointsAward(miner.Id, "waifu", Noon.AddDays(-3), 4000));
            db.PointsSamples.Add(new PointsSample(Heurist, "waifu", s_account, Noon.AddDays(-3), 4000, 4000, null, "feed"));
        });
    }

    [Fact]
    public async Task Without_points_there_is_nothing_to_record()
    {
        await using var admin = new Visit(this, Roles.Admin);
        admin.Shown.Markup.ShouldContain("No points were counted yet.");
        admin.Shown.FindAll(".panel button.primary").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_conversion_with_a_lock_is_recorded_and_listed_with_what_is_locked()
    {
        await CountAsync();
        await using var admin = new Visit(this, Roles.Admin);
        Record(admin, amount: "200", until: "2026-03-11T12:00:00");
        admin.Shown.WaitForAssertion(() => admin.Said.ShouldContain("Recorded: 4,000 points became 200 HEU."));
        admin.Shown.WaitForAssertion(() => admin.Shown.Markup.ShouldContain("free evenly until 11 Mar 2026"));
        (await new ConversionQueries(Contexts, Clock).ListAsync(Token)).ShouldHaveSingleItem().Units.ShouldBe(200 * BigInteger.Pow(10, 18));
    }

    [Fact]
    public async Task What_is_wrong_stands_beside_its_field()
    {
        await CountAsync();
        await using var admin = new Visit(this, Roles.Admin);
        Record(admin, amount: "two hundred", until: "");
        admin.Shown.WaitForAssertion(() => admin.Shown.Find(".field-error").TextContent.ShouldBe("A number, such as 12.5."));
        Record(admin, amount: "200", until: "2026-02-01T00:00:00");
        admin.Shown.WaitForAssertion(() => admin.Shown.Find(".field-error").TextContent.ShouldContain("a time after the payment"));
    }

    [Fact]
    public async Task An_auditor_sees_the_records_and_has_no_button()
    {
        await CountAsync();
        await using (var admin = new Visit(this, Roles.Admin))
        {
            Record(admin, amount: "200", until: "");
            admin.Shown.WaitForAssertion(() => admin.Said.Count.ShouldBe(1));
        }
        await using var auditor = new Visit(this, Roles.Auditor);
        auditor.Shown.Markup.ShouldContain("free with the next UTC day");
        auditor.Shown.FindAll(".panel button.primary").ShouldBeEmpty();
        auditor.Shown.Markup.ShouldNotContain("Take back…");
    }

    [Fact]
    public void A_staker_reads_what_the_pools_points_became()
    {
        using var page = new BunitContext();
        page.AddPublicPages(new ManualClock(), Contexts);
        var conversion = new Conversion(Guid.NewGuid(), Heurist, "waifu", new(2026, 3, 1), new(2026, 3, 10), 4000, "HEU", 200 * BigInteger.Pow(10, 18), Noon, "0xpay", s_account, Noon.AddDays(10), "admin", Noon);
        var part = page.Render<PointsPart>(p => p.Add(x => x.Points, [new(Heurist, "waifu", 30, 4000, 30, null)]).Add(x => x.Conversions, [conversion]));
        part.Find("dd").TextContent.ShouldContain("All of them became tokens.");
        part.Find("li").TextContent.ShouldBe("The pool's 4,000 Waifu points, 1 Mar 2026 to 10 Mar 2026, became 200 HEU on 1 Mar 2026; 200 of them are locked (free evenly until 11 Mar 2026). Transaction 0xpay.");
    }

    private static void Record(Visit admin, string amount, string until)
    {
        admin.Shown.WaitForAssertion(() => admin.Shown.FindAll(".fields input").Count.ShouldBe(7));
        string[] typed = ["2026-02-26", "2026-02-26", amount, "2026-03-01T12:00:00", until, s_account, "payout-1"];
        foreach (var (i, text) in typed.Index())
        {
            var field = admin.Shown.FindAll(".fields input")[i];
            if (i is 2 or 5 or 6) { field.Input(text); }
            else { field.Change(text); }
        }
        admin.Shown.Button("Record the conversion").Click();
    }

    private sealed class Visit : BunitContext
    {
        public Visit(ConversionsPageTests world, string role)
        {
            var network = new FakeMiningNetwork(NetworkName.Heurist);
            network.Kinds["waifu"] = new WorkloadName("heurist-sd");
            this.AddPublicPages(world.Clock, world.Contexts);
            Services.AddSingleton(new NetworkShelf([network])).AddSingleton<ConvertPoints>().AddSingleton<PointsQueries>().AddScoped<Toasts>().AddSupplyValueFromQueryProvider();
            Services.AddAuthorizationBuilder().AddPolicy(Policies.Staff, p => p.RequireRole([.. Roles.All])).AddPolicy(Policies.Operate, p => p.RequireRole(Roles.Ops, Roles.Admin)).AddPolicy(Policies.Approve, p => p.RequireRole(Roles.Admin));
            AddAuthorization().SetAuthorized("ann@test").SetRoles(role);
            JSInterop.Mode = JSRuntimeMode.Loose;
            Shown = Render<ConversionsPage>();
            Shown.WaitForAssertion(() => Shown.FindAll(".panel").ShouldNotBeEmpty());
        }

        public IRenderedComponent<ConversionsPage> Shown { get; }

        public IReadOnlyList<string> Said => [.. Services.GetRequiredService<Toasts>().Shown.Select(t => t.Text)];
    }
}
