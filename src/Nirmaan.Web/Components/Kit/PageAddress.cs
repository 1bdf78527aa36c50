using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;

namespace Nirmaan.Web.Components.Kit;

/// <summary>What a page's address asks for.</summary>
public static class PageAddress
{
    /// <summary>An entry of the query; null = it is not there or empty.</summary>
    public static string? Asked(this NavigationManager navigation, string name) =>
        QueryHelpers.ParseQuery(new Uri(navigation.Uri).Query).TryGetValue(name, out var values) && values.ToString() is { Length: > 0 } value ? value : null;

    /// <summary>Changes entries of the query in place; null takes one out.</summary>
    public static void Ask(this NavigationManager navigation, params (string Name, string? Value)[] entries) => navigation.NavigateTo(
        navigation.GetUriWithQueryParameters(entries.ToDictionary(e => e.Name, e => (object?)e.Value)), new NavigationOptions { ReplaceHistoryEntry = true });

    /// <summary>The same address with other entries; null takes one out.</summary>
    public static string With(this NavigationManager navigation, params (string Name, string? Value)[] entries) =>
        new Uri(navigation.GetUriWithQueryParameters(entries.ToDictionary(e => e.Name, e => (object?)e.Value))).PathAndQuery;
}
