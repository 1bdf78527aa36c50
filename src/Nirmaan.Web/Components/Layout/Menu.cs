namespace Nirmaan.Web.Components.Layout;

/// <summary>Where a page stands in the menu. The six stages in the order of the data's way.</summary>
public enum MenuGroup
{
    /// <summary>Before the stages, without a heading.</summary>
    Start,

    /// <summary>Offers of every supplier.</summary>
    Market,

    /// <summary>Machines and miners.</summary>
    Fleet,

    /// <summary>Heartbeats and windows.</summary>
    Uptime,

    /// <summary>Points, rewards, ledger.</summary>
    Rewards,

    /// <summary>Stakes and distributions.</summary>
    Staking,

    /// <summary>Plans and moves.</summary>
    Allocation,

    /// <summary>Jobs and tools.</summary>
    System,
}

/// <summary>Puts a page into the menu. Who may see the entry follows from the page's own [Authorize] attributes.</summary>
/// <param name="group">Where it stands.</param>
/// <param name="title">One or two words.</param>
/// <param name="icon">A name of icons.svg.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MenuAttribute(MenuGroup group, string title, string icon) : Attribute
{
    /// <summary>Where it stands.</summary>
    public MenuGroup Group => group;

    /// <summary>One or two words.</summary>
    public string Title => title;

    /// <summary>A name of icons.svg.</summary>
    public string Icon => icon;

    /// <summary>Order inside the group.</summary>
    public int Order { get; init; }
}
