using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace Nirmaan.Web.Components.Layout;

/// <summary>The frame of every page.</summary>
public sealed partial class MainLayout : IDisposable
{
    private ErrorBoundary? _boundary;
    private bool _clicksWork;

    [Inject] public required NavigationManager Navigation { get; init; }

    [Inject] public required TimeProvider Clock { get; init; }

    // Browser tests click only once clicks are heard. A page without a circuit is ready as it stands.
    private string? IsReady => _clicksWork || AssignedRenderMode is null ? "" : null;

    // Ages on the page are counted from the server's time, which in a sandbox may be virtual.
    private string ServerNow => Clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private string Here => new Uri(Navigation.Uri).PathAndQuery.TrimStart('/');

    protected override void OnInitialized() => Navigation.LocationChanged += OnLocationChanged;

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _clicksWork = true;
            StateHasChanged();
        }
    }

    public void Dispose() => Navigation.LocationChanged -= OnLocationChanged;

    private void Recover() => _boundary?.Recover();

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e) => Recover();
}
