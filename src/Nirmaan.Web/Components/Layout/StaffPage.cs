using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Components.Layout;

/// <summary>A live page of staff: it knows who looks at it and what that person may do.</summary>
public abstract class StaffPage : LivePage
{
    [Inject] public required IAuthorizationService Authorization { get; init; }

    [Inject] public required Toasts Toasts { get; init; }

    [Inject] public required NavigationManager Navigation { get; init; }

    [CascadingParameter] public required Task<AuthenticationState> Visitor { get; set; }

    /// <summary>The visitor's e-mail: the actor of what is done here.</summary>
    protected string By { get; private set; } = "";

    /// <summary>False for auditors: they read, and no button is there for them.</summary>
    protected bool MayOperate { get; private set; }

    /// <summary>True for admins: they approve plans and set limits.</summary>
    protected bool MayApprove { get; private set; }

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        var user = (await Visitor).User;
        By = user.Identity?.Name ?? "";
        MayOperate = (await Authorization.AuthorizeAsync(user, Policies.Operate)).Succeeded;
        MayApprove = (await Authorization.AuthorizeAsync(user, Policies.Approve)).Succeeded;
    }

    /// <summary>Changes what the address asks for, in place; null takes an entry out.</summary>
    protected void Ask(params (string Name, string? Value)[] entries) => Navigation.NavigateTo(
        Navigation.GetUriWithQueryParameters(entries.ToDictionary(e => e.Name, e => (object?)e.Value)), new NavigationOptions { ReplaceHistoryEntry = true });

    /// <summary>Does something, says what came of it in words, and reads the page anew. A fault is said; the page stays.</summary>
    /// <param name="act">Answers what happened and how it is to be taken.</param>
    protected async Task DoAsync(Func<CancellationToken, Task<(string Said, Tone Tone)>> act)
    {
        try
        {
            var (said, tone) = await act(Gone);
            Toasts.Show(said, tone);
        }
        catch (OperationCanceledException) when (Gone.IsCancellationRequested) { return; }
        catch (Exception e) when (e is Nirmaan.Control.InvalidInputException or Nirmaan.Domain.Fleet.SupplierUnavailableException or Nirmaan.Domain.Fleet.WrongStateException)
        {
            Toasts.Show(e.Message, Tone.Bad);
        }
        await ReloadAsync();
    }
}
