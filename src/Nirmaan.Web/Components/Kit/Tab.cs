using Microsoft.AspNetCore.Components;

namespace Nirmaan.Web.Components.Kit;

/// <summary>One view inside <see cref="Tabs"/>, which renders it.</summary>
public sealed class Tab : ComponentBase, IDisposable
{
    private readonly string _id = UniqueId.Next("tab");

    [Parameter, EditorRequired] public required string Title { get; set; }

    /// <summary>How many things are in it, shown beside the title.</summary>
    [Parameter] public long? Count { get; set; }

    /// <summary>Name in the page's address; without it the title.</summary>
    [Parameter] public string? Name { get; set; }

    [Parameter, EditorRequired] public required RenderFragment ChildContent { get; set; }

    [CascadingParameter] public required Tabs Owner { get; set; }

    internal string Key => Name ?? Title;

    internal string TabId => $"{_id}-tab";

    internal string PanelId => $"{_id}-panel";

    internal ElementReference Button { get; set; }

    protected override void OnInitialized() => Owner.Add(this);

    public void Dispose() => Owner.Remove(this);
}
