using AngleSharp.Dom;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Layout;
using Nirmaan.Web.History;
using Nirmaan.Web.Sandbox;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Layout;

public sealed class LayoutTests : BunitContext
{
    private readonly ManualClock _clock = new();
    private readonly HistoryProgress _history = new();
    private readonly SandboxOptions _sandbox = new();
    private readonly FakeEnvironment _environment = new();
    private readonly BunitAuthorizationContext _visitor;

    public LayoutTests()
    {
        Services.AddSingleton<TimeProvider>(_clock).AddSingleton(_history).AddSingleton(Options.Create(_sandbox)).AddSingleton<IHostEnvironment>(_environment).AddScoped<Toasts>();
        Services.AddSingleton(SiteMap.Of([typeof(OpenPage), typeof(StaffPage), typeof(AdminPage)]));
        Services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Staff, policy => policy.RequireRole(Roles.Ops, Roles.Admin, Roles.Auditor))
            .AddPolicy(Policies.Approve, policy => policy.RequireRole(Roles.Admin));
        _visitor = AddAuthorization();
    }

    [Fact]
    public void A_visitor_sees_open_pages_only() => MenuOf(Layout()).ShouldBe(["Overview"]);

    [Fact]
    public void Ops_see_the_pages_of_staff()
    {
        _visitor.SetAuthorized("ops@nirmaan.example").SetRoles(Roles.Ops);
        MenuOf(Layout()).ShouldBe(["Overview", "Machines"]);
    }

    [Fact]
    public void An_admin_sees_all_in_the_order_of_the_stages()
    {
        _visitor.SetAuthorized("admin@nirmaan.example").SetRoles(Roles.Admin);
        var layout = Layout();
        MenuOf(layout).ShouldBe(["Overview", "Machines", "Plans"]);
        layout.FindAll("#nav h2").Select(h => h.TextContent).ShouldBe(["Fleet", "Allocation"]);
    }

    [Fact]
    public void Who_is_signed_in_is_shown_with_a_way_out()
    {
        _visitor.SetAuthorized("ops@nirmaan.example");
        var layout = Layout();
        layout.Find(".who-name").TextContent.ShouldBe("ops@nirmaan.example");
        layout.Find("form[action='/sign-out']").GetAttribute("method").ShouldBe("post");
    }

    [Fact]
    public void A_visitor_can_sign_in() => Layout().Find(".top-end a").GetAttribute("href").ShouldBe("/sign-in");

    [Fact]
    public void The_banner_shows_in_a_sandbox_only()
    {
        Layout().FindAll(".sandbox-banner").ShouldBeEmpty();
        _sandbox.Url = new Uri("http://127.0.0.1:5290");
        Layout().Find(".sandbox-banner").TextContent.ShouldContain("Sandbox.");
    }

    [Fact]
    public void The_replay_of_history_shows_until_it_is_done()
    {
        var layout = Layout();
        layout.FindAll(".history-bar").ShouldBeEmpty();
        _history.Report(0.25, new DateTimeOffset(2026, 11, 17, 6, 0, 0, TimeSpan.Zero));
        layout.WaitForAssertion(() => layout.Find(".history-bar").TextContent.ShouldContain("17 Nov"));
        layout.Find("progress").GetAttribute("value").ShouldBe("0.25");
        _history.Finish();
        layout.WaitForAssertion(() => layout.FindAll(".history-bar").ShouldBeEmpty());
    }

    [Fact]
    public void Many_reports_in_a_moment_are_drawn_once()
    {
        var layout = Layout();
        _clock.Advance(TimeSpan.FromSeconds(1));
        _history.Report(0.1, _clock.GetUtcNow());
        layout.WaitForAssertion(() => layout.Find("progress").GetAttribute("value").ShouldBe("0.1"));
        _history.Report(0.2, _clock.GetUtcNow());
        layout.Find("progress").GetAttribute("value").ShouldBe("0.1");
        _clock.Advance(TimeSpan.FromSeconds(1));
        _history.Report(0.3, _clock.GetUtcNow());
        layout.WaitForAssertion(() => layout.Find("progress").GetAttribute("value").ShouldBe("0.3"));
    }

    [Fact]
    public void The_page_is_marked_ready_once_it_is_rendered() => Layout().Find(".shell").HasAttribute("data-ready").ShouldBeTrue();

    [Fact]
    public void Ages_are_counted_from_the_servers_time() => Layout().Find(".shell").GetAttribute("data-now").ShouldBe("2026-11-22T12:00:00.000Z");

    [Fact]
    public void A_page_that_throws_is_fenced_in_and_comes_back_by_the_button()
    {
        var page = Layout(Throwing);
        page.Find(".throw").Click();
        page.Find("[role=alert]").TextContent.ShouldContain("This page failed");
        page.FindAll(".brand").Count.ShouldBe(1);
        page.Find(".fault button").Click();
        page.FindAll(".throw").Count.ShouldBe(1);
    }

    [Fact]
    public void A_page_that_throws_comes_back_on_navigation()
    {
        var page = Layout(Throwing);
        page.Find(".throw").Click();
        Services.GetRequiredService<NavigationManager>().NavigateTo("/elsewhere");
        page.WaitForAssertion(() => page.FindAll(".throw").Count.ShouldBe(1));
    }

    [Fact]
    public void The_text_of_a_fault_is_for_developers_only()
    {
        var page = Layout(Throwing);
        page.Find(".throw").Click();
        page.Markup.ShouldNotContain("secret of the page");
        _environment.EnvironmentName = Environments.Development;
        page.Find(".fault button").Click();
        page.Find(".throw").Click();
        page.Markup.ShouldContain("secret of the page");
    }

    [Fact]
    public void A_menu_entry_without_a_route_is_refused() =>
        Should.Throw<InvalidOperationException>(() => SiteMap.Of([typeof(Pathless)])).Message.ShouldBe("Pathless stands in the menu but has no @page.");

    private IRenderedComponent<MainLayout> Layout(RenderFragment? body = null) => Render<MainLayout>(p => p.Add(l => l.Body, body ?? (builder => builder.AddContent(0, "page"))));

    private static List<string> MenuOf(IRenderedComponent<MainLayout> layout) => [.. layout.FindAll("#nav a").Select(link => link.TextContent.Trim())];

    private static void Throwing(RenderTreeBuilder builder)
    {
        builder.OpenComponent<ThrowingPage>(0);
        builder.CloseComponent();
    }

    [Route("/")]
    [Menu(MenuGroup.Start, "Overview", "home")]
    private sealed class OpenPage : ComponentBase;

    [Route("/machines")]
    [Authorize(Policy = Policies.Staff)]
    [Menu(MenuGroup.Fleet, "Machines", "server")]
    private sealed class StaffPage : ComponentBase;

    [Route("/plans")]
    [Authorize(Policy = Policies.Approve)]
    [Menu(MenuGroup.Allocation, "Plans", "sliders")]
    private sealed class AdminPage : ComponentBase;

    [Menu(MenuGroup.System, "Nowhere", "info")]
    private sealed class Pathless : ComponentBase;

    private sealed class ThrowingPage : ComponentBase
    {
        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            builder.OpenElement(0, "button");
            builder.AddAttribute(1, "class", "throw");
            builder.AddAttribute(2, "onclick", EventCallback.Factory.Create(this, () => throw new InvalidOperationException("secret of the page")));
            builder.CloseElement();
        }
    }

    private sealed class FakeEnvironment : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Production;

        public string ApplicationName { get; set; } = "Nirmaan.Web";

        public string ContentRootPath { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
