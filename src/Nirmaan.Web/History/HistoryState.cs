namespace Nirmaan.Web.History;

/// <summary>How far the replay has come, kept in the settings so that a restart goes on from there.</summary>
/// <param name="From">Virtual time at which it began.</param>
/// <param name="Now">Virtual time reached.</param>
/// <param name="Done">True once the present was reached.</param>
/// <param name="Told">Ids of the story's events that have happened.</param>
public sealed record HistoryState(DateTimeOffset From, DateTimeOffset Now, bool Done, IReadOnlyList<string> Told)
{
    /// <summary>Key of the setting.</summary>
    public const string Key = "history";
}
