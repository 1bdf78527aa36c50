using AngleSharp.Dom;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Market;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests;

/// <summary>Someone of staff before a page over the verbs and queries of a world.</summary>
internal sealed class Desk : BunitContext
{
    public Desk(FleetWorld world, string role)
    {
        Services.AddSingleton<TimeProvider>(world.Clock).AddScoped<Toasts>().AddSupplyValueFromQueryProvider();
        Services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Staff, policy => policy.RequireRole([.. Roles.All]))
            .AddPolicy(Policies.Operate, policy => policy.RequireRole(Roles.Ops, Roles.Admin))
            .AddPolicy(Policies.Approve, policy => policy.RequireRole(Roles.Admin));
        Use(world.Get<ControlEvents>()).Use(world.Get<LaunchInstance>()).Use(world.Get<LaunchQueries>()).Use(world.Get<MarketQueries>()).Use(world.Get<SpendQueries>());
        Use(world.Get<Standstills>()).Use(world.Get<TemplateQueries>()).Use(world.Get<RollTemplate>()).Use(world.Get<ProviderQueries>()).Use(world.Get<BlockProvider>());
        Use(world.Get<OperationQueries>()).Use(world.Get<IResolveOperation>()).Use(world.Get<ReconcileSupplier>());
        Use(world.Get<IPlanAllocation>()).Use(world.Get<WhatIf>()).Use(world.Get<ExplainPlan>()).Use(world.Get<Backtests>()).Use(world.Get<BoardQueries>()).Use(world.Get<AllocationQueries>()).Use(world.Get<CalibrationQueries>()).Use(world.Get<ApprovePlan>()).Use(world.Get<StopPlan>()).Use(world.Get<DisruptionQueries>());
        Use(world.Get<DirectiveQueries>()).Use(world.Get<GiveDirective>()).Use(world.Get<SetConstraints>()).Use(world.Get<ConstraintQueries>());
        Use(world.Get<SearchLogs>()).Use(world.Get<RunShell>()).Use(world.Get<IOptions<FleetOptions>>());
        Use(world.Get<AutopilotQueries>()).Use(world.Get<SetAutopilot>());
        AddAuthorization().SetAuthorized($"{role}@test").SetRoles(role);
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    public IReadOnlyList<string> Said => [.. Services.GetRequiredService<Toasts>().Shown.Select(t => t.Text)];

    public string Address => Services.GetRequiredService<NavigationManager>().Uri["http://localhost".Length..];

    public Desk Use<T>(T service)
        where T : class
    {
        Services.AddSingleton(service);
        return this;
    }

    /// <summary>Opens a page at an address and waits for its first reading.</summary>
    public IRenderedComponent<T> Open<T>(string address, Action<ComponentParameterCollectionBuilder<T>>? parameters = null)
        where T : IComponent
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        var page = Render(parameters);
        page.WaitForAssertion(() => page.FindAll(".panel").ShouldNotBeEmpty());
        return page;
    }
}

internal static class PageElements
{
    /// <summary>The button outside of dialogs whose text begins so.</summary>
    public static IElement Button<T>(this IRenderedComponent<T> page, string text)
        where T : IComponent => page.Buttons(text) is [var first, ..] ? first : throw new ElementNotFoundException($"button '{text}'", page.Markup);

    public static IReadOnlyList<IElement> Buttons<T>(this IRenderedComponent<T> page, string text)
        where T : IComponent => [.. page.FindAll("button").Where(b => b.Closest("dialog") is null && b.TextContent.Trim().StartsWith(text, StringComparison.Ordinal))];

    /// <summary>Presses a button that asks first, and answers with the dialog's own button.</summary>
    public static async Task ConfirmAsync<T>(this IRenderedComponent<T> page, string button, string yes)
        where T : IComponent
    {
        var asked = page.Button(button).ClickAsync();
        page.WaitForAssertion(() => page.FindAll("dialog button").ShouldContain(b => b.TextContent == yes));
        await WhileDrawnAnewAsync(() => page.FindAll("dialog button").Last(b => b.TextContent == yes).ClickAsync());
        await asked;
    }

    /// <summary>
    /// Does something to an element of a page that is drawn anew by what happens meanwhile: what was found a moment ago may listen no more. Then nothing was
    /// done, and it is looked for again.
    /// </summary>
    public static async Task WhileDrawnAnewAsync(Func<Task> act)
    {
        for (var attempt = 1; ; attempt++)
        {
            try { await act(); return; }
            catch (ArgumentException e) when (e.ParamName == "eventHandlerId" && attempt < 20) { }
        }
    }

    /// <summary>The field under a label that begins so.</summary>
    public static IElement Labelled<T>(this IRenderedComponent<T> page, string label)
        where T : IComponent
    {
        var found = page.FindAll("label").First(l => l.TextContent.Trim().StartsWith(label, StringComparison.Ordinal));
        return found.GetAttribute("for") is { } id ? page.Find($"#{id}") : found.QuerySelector("input, select, textarea")!;
    }

    public static string Figure<T>(this IRenderedComponent<T> page, string label)
        where T : IComponent => page.FindAll(".stat").First(s => s.TextContent.Contains(label, StringComparison.Ordinal)).QuerySelector(".stat-value")!.TextContent.Trim();
}
