using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Rewards;
using Nirmaan.Web.Api;
using Nirmaan.Web.Sandbox;

namespace Nirmaan.Web.SignIn;

/// <summary>Cookies for pages, keys for calls under /api, roles as policies, and a limit on sign-in attempts.</summary>
public static class SignInServices
{
    internal const string AttemptLimit = "sign-in";
    internal const string ComputeLimit = "compute", DownloadLimit = "download";
    private const int ComputationsPerMinute = 20, DownloadsPerMinute = 300;
    internal const string SignOutPath = "/sign-out";

    private const string EitherScheme = "CookieOrKey";

    /// <summary>Binds section "Staff" and registers schemes and policies.</summary>
    public static IServiceCollection AddSignIn(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(StaffOptions.Section);
        services.AddOptions<StaffOptions>().Bind(section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StaffOptions>, StaffOptionsCheck>());
        services.TryAddSingleton<StaffAccounts>();
        services.Replace(ServiceDescriptor.Singleton<IConsenters, StaffConsenters>());
        services.TryAddSingleton<IApiKeys, ConfiguredApiKeys>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<CookieAuthenticationOptions>, StaffCookie>());
        services.AddHttpClient(WalletSignIn.ClientName, client => client.Timeout = TimeSpan.FromSeconds(10)).RemoveAllLoggers();
        services.TryAddSingleton<WalletSignIn>();
        services.TryAddScoped<AuthenticationStateProvider, StaffSession>();
        services.AddCascadingAuthenticationState();
        services.AddProblemDetails();

        var protection = services.AddDataProtection().SetApplicationName("Nirmaan");
        if (section[nameof(StaffOptions.KeysFolder)] is { Length: > 0 } folder)
        {
            protection.PersistKeysToFileSystem(new DirectoryInfo(folder));
        }

        // A cookie never opens /api, so a foreign site cannot make a browser call it.
        services.AddAuthentication(EitherScheme)
            .AddPolicyScheme(EitherScheme, EitherScheme, options => options.ForwardDefaultSelector =
                context => context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) ? ApiKeyHandler.SchemeName : StaffCookie.Scheme)
            .AddCookie(StaffCookie.Scheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, configureOptions: null);
        services.AddSingleton<IAuthorizationHandler, SandboxOnlyHandler>();
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Staff, policy => policy.RequireRole(Roles.Ops, Roles.Admin, Roles.Auditor))
            .AddPolicy(Policies.Operate, policy => policy.RequireRole(Roles.Ops, Roles.Admin))
            .AddPolicy(Policies.Approve, policy => policy.RequireRole(Roles.Admin))
            .AddPolicy(Policies.SandboxOnly, policy => policy.AddRequirements(new SandboxOnly()));
        services.AddRateLimiter(LimitAttempts);
        return services;
    }

    /// <summary>Authentication, authorisation, antiforgery and the attempt limit, in the order they need.</summary>
    public static IApplicationBuilder UseSignIn(this IApplicationBuilder app) =>
        app.UseAuthentication().UseRateLimiter().UseAuthorization().UseAntiforgery();

    /// <summary>POST /sign-out: ends the session and goes to the start page.</summary>
    public static IEndpointConventionBuilder MapSignOut(this IEndpointRouteBuilder routes) =>
        routes.MapPost(SignOutPath, async Task<IResult> (HttpContext context, IAntiforgery antiforgery) =>
        {
            if (!await antiforgery.IsRequestValidAsync(context))
            {
                return Results.BadRequest();
            }
            await context.SignOutAsync(StaffCookie.Scheme);
            return Results.LocalRedirect("/");
        }).ExcludeFromDescription();

    private static void LimitAttempts(RateLimiterOptions options)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = (context, _) =>
        {
            if (context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait))
            {
                context.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            }
            return context.HttpContext.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
                ? new ValueTask(Problems.Of(429, "too_many_calls", "Too many calls within a minute from this address; Retry-After says for how long to wait.").ExecuteAsync(context.HttpContext))
                : ValueTask.CompletedTask;
        };
        options.AddPolicy(AttemptLimit, context => HttpMethods.IsPost(context.Request.Method)
            ? RateLimitPartition.GetFixedWindowLimiter(Caller(context), _ => new FixedWindowRateLimiterOptions
            {
                PermitLimit = context.RequestServices.GetRequiredService<IOptions<StaffOptions>>().Value.AttemptsPerMinute,
                Window = TimeSpan.FromMinutes(1),
            })
            : RateLimitPartition.GetNoLimiter("read"));
        // Open to anyone and costly: gains are computed of what a stranger sends, and an epoch's inputs hold every stake there ever was; verifying a month takes some ninety files.
        foreach (var (name, most) in new[] { (ComputeLimit, ComputationsPerMinute), (DownloadLimit, DownloadsPerMinute) })
        {
            options.AddPolicy(name, context => RateLimitPartition.GetFixedWindowLimiter(Caller(context), _ => new FixedWindowRateLimiterOptions { PermitLimit = most, Window = TimeSpan.FromMinutes(1) }));
        }
    }

    // Whoever has one IPv6 address has the 2^64 beside it: they are one caller.
    internal static string Caller(IPAddress? address)
    {
        if (address is null) { return "unknown"; }
        if (address.IsIPv4MappedToIPv6) { address = address.MapToIPv4(); }
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }

    private static string Caller(HttpContext context) => Caller(context.Connection.RemoteIpAddress);

    private sealed class SandboxOnly : IAuthorizationRequirement;

    private sealed class SandboxOnlyHandler(IOptions<SandboxOptions> sandbox, IHostEnvironment environment) : AuthorizationHandler<SandboxOnly>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, SandboxOnly requirement)
        {
            if (sandbox.Value.IsOn || environment.IsDevelopment())
            {
                context.Succeed(requirement);
            }
            return Task.CompletedTask;
        }
    }
}
