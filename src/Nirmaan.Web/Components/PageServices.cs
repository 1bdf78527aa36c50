using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Nirmaan.Web.Components.Allocation;
using Nirmaan.Web.Components.Layout;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Staking;
using Nirmaan.Web.History;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Components;

/// <summary>Registers and maps the pages and what every page stands on.</summary>
public static class PageServices
{
    /// <summary>Components, circuits, menu, toasts and the clock.</summary>
    public static IServiceCollection AddPages(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<HistoryProgress>();
        services.TryAddSingleton(SiteMap.Of(typeof(PageServices).Assembly));
        services.TryAddScoped<Toasts>();
        services.TryAddSingleton<HandoverShelf>();
        services.TryAddScoped<Handover>();
        services.AddHttpContextAccessor();
        services.Configure<CircuitOptions>(configuration.GetSection("Circuits"));
        services.AddRazorComponents().AddInteractiveServerComponents();
        return services;
    }

    /// <summary>A page for every failed request outside /api: what happened, what to do.</summary>
    public static WebApplication UsePageFaults(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandlingPath = "/status/500", CreateScopeForErrors = true });
        app.UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true);
        app.Use((context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) && context.Features.Get<IStatusCodePagesFeature>() is { } pages)
            {
                pages.Enabled = false;
            }
            return next(context);
        });
        return app;
    }

    /// <summary>Static files and pages.</summary>
    public static WebApplication MapPages(this WebApplication app)
    {
        app.MapStaticAssets();
        app.MapEpochFiles().RequireRateLimiting(SignInServices.DownloadLimit);
        app.MapPlanFiles();
        app.MapBacktestFiles();
        // The host sends its own, stricter content policy.
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }
}
