using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Nirmaan.Web.Components.Kit;

/// <summary>A row of tabs. Only the active one's content is rendered.</summary>
public sealed partial class Tabs
{
    private readonly List<Tab> _tabs = [];
    private Tab? _active;
    private string? _shownKey;

    [Parameter, EditorRequired] public required string Label { get; set; }

    /// <summary>The <see cref="Tab"/>s.</summary>
    [Parameter, EditorRequired] public required RenderFragment ChildContent { get; set; }

    /// <summary>Key of the tab to show, for pages that keep it in their address; without it the first.</summary>
    [Parameter] public string? Active { get; set; }

    [Parameter] public EventCallback<string> ActiveChanged { get; set; }

    protected override void OnParametersSet()
    {
        if (Active is not null && Active != _shownKey && _tabs.Find(tab => tab.Key == Active) is { } wanted)
        {
            Activate(wanted);
        }
    }

    internal void Add(Tab tab)
    {
        _tabs.Add(tab);
        if (_active is null || tab.Key == Active)
        {
            Activate(tab);
        }
    }

    internal void Remove(Tab tab)
    {
        _tabs.Remove(tab);
        if (_active == tab)
        {
            _active = _tabs.FirstOrDefault();
            _shownKey = _active?.Key;
        }
    }

    private void Activate(Tab tab) => (_active, _shownKey) = (tab, tab.Key);

    private async Task ShowAsync(Tab tab)
    {
        if (tab != _active)
        {
            Activate(tab);
            await ActiveChanged.InvokeAsync(tab.Key);
        }
    }

    private async Task OnKeyAsync(KeyboardEventArgs e)
    {
        var here = _active is null ? -1 : _tabs.IndexOf(_active);
        var next = e.Key switch
        {
            "ArrowRight" => (here + 1) % _tabs.Count,
            "ArrowLeft" => (here + _tabs.Count - 1) % _tabs.Count,
            "Home" => 0,
            "End" => _tabs.Count - 1,
            _ => here,
        };
        if (next != here)
        {
            await ShowAsync(_tabs[next]);
            await _tabs[next].Button.FocusAsync();
        }
    }
}
