using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Nirmaan.Web.Sandbox;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Components.SignIn;

/// <summary>Checks the form, sets the cookie, goes where the visitor wanted to go.</summary>
public sealed partial class SignInPage
{
    private bool _refused;

    [Inject] public required StaffAccounts Accounts { get; init; }

    [Inject] public required NavigationManager Navigation { get; init; }

    [Inject] public required IOptions<SandboxOptions> Sandbox { get; init; }

    [Inject] public required ILogger<SignInPage> Log { get; init; }

    [CascadingParameter] public required HttpContext Http { get; set; }

    [SupplyParameterFromForm(FormName = "staff")] public SignInForm? Form { get; set; }

    [SupplyParameterFromForm(FormName = "demo")] public string? DemoRole { get; set; }

    [SupplyParameterFromQuery(Name = "returnUrl")] public string? Wanted { get; set; }

    private Task SignInAsync() => EnterAsync(Form?.Email ?? "", Form?.Password ?? "");

    private Task SignInDemoAsync() => EnterAsync(DemoStaff.EmailOf(DemoRole ?? ""), DemoStaff.PasswordOf(DemoRole ?? ""));

    private async Task EnterAsync(string email, string password)
    {
        if (Accounts.Check(email.Trim(), password) is not { } account)
        {
            _refused = true;
            LogRefused(Log, Http.Connection.RemoteIpAddress?.ToString());
            return;
        }
        await Http.SignInAsync(StaffCookie.Scheme, StaffAccounts.Principal(account));
        LogEntered(Log, account.Email);
        Navigation.NavigateTo(ReturnUrl.OrStart(Wanted));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Email} signed in")]
    private static partial void LogEntered(ILogger log, string email);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in refused for an attempt from {Address}")]
    private static partial void LogRefused(ILogger log, string? address);
}

/// <summary>What the sign-in form sends.</summary>
public sealed class SignInForm
{
    /// <summary>Sign-in name.</summary>
    public string? Email { get; set; }

    /// <summary>In clear; lives for the request only.</summary>
    public string? Password { get; set; }
}
