using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;

namespace Nirmaan.Web.Components.Layout;

/// <summary>The menu as this visitor may see it.</summary>
public sealed partial class NavMenu
{
    private IReadOnlyList<MenuEntry> _visible = [];

    [Inject] public required SiteMap Map { get; init; }

    [Inject] public required IAuthorizationService Authorization { get; init; }

    [Inject] public required IAuthorizationPolicyProvider Policies { get; init; }

    [CascadingParameter] public required Task<AuthenticationState> Visitor { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var user = (await Visitor).User;
        var visible = new List<MenuEntry>();
        foreach (var entry in Map.Entries)
        {
            var policy = await AuthorizationPolicy.CombineAsync(Policies, entry.Rules);
            if (policy is null || (await Authorization.AuthorizeAsync(user, policy)).Succeeded)
            {
                visible.Add(entry);
            }
        }
        _visible = visible;
    }

    // A page above others (/ops above /ops/fleet) is where the visitor is only when it is the page itself.
    private NavLinkMatch MatchOf(MenuEntry entry) =>
        _visible.Any(other => other.Href != entry.Href && other.Href.StartsWith(entry.Href.TrimEnd('/') + "/", StringComparison.Ordinal)) ? NavLinkMatch.All : NavLinkMatch.Prefix;
}
