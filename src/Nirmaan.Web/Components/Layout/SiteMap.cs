using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;

namespace Nirmaan.Web.Components.Layout;

/// <summary>The menu, read from the pages themselves, so that a new page cannot be forgotten in a list.</summary>
public sealed class SiteMap
{
    private SiteMap(IReadOnlyList<MenuEntry> entries) => Entries = entries;

    /// <summary>In menu order.</summary>
    public IReadOnlyList<MenuEntry> Entries { get; }

    /// <summary>Every page of the assembly that carries a <see cref="MenuAttribute"/>.</summary>
    public static SiteMap Of(Assembly assembly) => Of(assembly.GetTypes());

    /// <summary>Every given page that carries a <see cref="MenuAttribute"/>.</summary>
    public static SiteMap Of(IEnumerable<Type> pages) => new(
    [
        .. from page in pages
           let menu = page.GetCustomAttribute<MenuAttribute>()
           where menu is not null
           let route = page.GetCustomAttributes<RouteAttribute>().FirstOrDefault()?.Template
               ?? throw new InvalidOperationException($"{page.Name} stands in the menu but has no @page.")
           orderby menu.Group, menu.Order, menu.Title
           select new MenuEntry(menu.Group, menu.Title, menu.Icon, route, [.. page.GetCustomAttributes<AuthorizeAttribute>()]),
    ]);
}

/// <summary>One line of the menu.</summary>
/// <param name="Group">Its heading.</param>
/// <param name="Title">Its text.</param>
/// <param name="Icon">A name of icons.svg.</param>
/// <param name="Href">The page's path.</param>
/// <param name="Rules">Who may see it; empty = anyone.</param>
public sealed record MenuEntry(MenuGroup Group, string Title, string Icon, string Href, IReadOnlyList<IAuthorizeData> Rules);
