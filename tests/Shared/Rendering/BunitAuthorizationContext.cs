using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;

namespace Nirmaan.Testing.Rendering;

/// <summary>Who looks at the page. Not signed in at first.</summary>
public sealed class BunitAuthorizationContext : AuthenticationStateProvider
{
    private string? _name;
    private string[] _roles = [];

    /// <summary>Signs the visitor in.</summary>
    public BunitAuthorizationContext SetAuthorized(string userName)
    {
        _name = userName;
        return Tell();
    }

    /// <summary>Gives the visitor these roles and no others.</summary>
    public BunitAuthorizationContext SetRoles(params string[] roles)
    {
        _roles = roles;
        return Tell();
    }

    /// <summary>Signs the visitor out.</summary>
    public BunitAuthorizationContext SetNotAuthorized()
    {
        (_name, _roles) = (null, []);
        return Tell();
    }

    /// <inheritdoc />
    public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(new ClaimsPrincipal(_name is null
        ? new ClaimsIdentity()
        : new ClaimsIdentity([new(ClaimTypes.Name, _name), .. _roles.Select(role => new Claim(ClaimTypes.Role, role))], "test"))));

    private BunitAuthorizationContext Tell()
    {
        NotifyAuthenticationStateChanged(GetAuthenticationStateAsync());
        return this;
    }
}
