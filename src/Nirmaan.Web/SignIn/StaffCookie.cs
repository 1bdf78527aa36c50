using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;

namespace Nirmaan.Web.SignIn;

/// <summary>The cookie of a signed-in member of staff.</summary>
internal sealed class StaffCookie(IOptions<StaffOptions> staff, StaffAccounts accounts) : IConfigureNamedOptions<CookieAuthenticationOptions>
{
    public const string Scheme = "Staff";

    public void Configure(CookieAuthenticationOptions options) => Configure(Scheme, options);

    public void Configure(string? name, CookieAuthenticationOptions options)
    {
        // A session lasts so many real hours, whatever the clock of the world shows.
        options.TimeProvider = TimeProvider.System;
        options.Cookie.Name = "nirmaan-staff";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.ExpireTimeSpan = staff.Value.Session;
        options.SlidingExpiration = true;
        options.LoginPath = "/sign-in";
        options.ReturnUrlParameter = "returnUrl";
        // No page of its own: the status page says what a 403 means.
        options.Events.OnRedirectToAccessDenied = context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        };
        options.Events.OnValidatePrincipal = async context =>
        {
            if (context.Principal is null || !accounts.IsCurrent(context.Principal))
            {
                context.RejectPrincipal();
                await context.HttpContext.SignOutAsync(Scheme);
            }
        };
    }
}
