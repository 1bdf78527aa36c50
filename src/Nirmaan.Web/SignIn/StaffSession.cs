using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace Nirmaan.Web.SignIn;

/// <summary>Ends an open page's rights within a minute after its account was removed or changed; requests are checked at once.</summary>
internal sealed class StaffSession(ILoggerFactory loggers, StaffAccounts accounts) : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromMinutes(1);

    protected override Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken) =>
        Task.FromResult(accounts.IsCurrent(authenticationState.User));
}
