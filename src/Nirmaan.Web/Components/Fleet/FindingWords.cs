using Nirmaan.Control.Fleet;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>Differences between our books and a supplier's list, in words.</summary>
public static class FindingWords
{
    /// <summary>The kind of a difference.</summary>
    public static string Kind(string kind) => kind switch
    {
        "ours-not-theirs" => "Ours, not on their list",
        "theirs-not-ours" => "On their list, not in our books",
        "differs" => "Both have it, but differ",
        _ => kind,
    };

    /// <summary>What was found as a problem, however often it was.</summary>
    public static Problems.ProblemItem Problem(FoundDifference found)
    {
        var often = found.Times == 1 ? "" : $" Found {Format.Count(found.Times)} times.";
        return found.Finding is { } f
            ? new Problems.ProblemItem(
                $"{Names.Of(found.Supplier)}: {Kind(f.Kind).ToLowerInvariant()}", found.LastAt, f.Kind == "theirs-not-ours" ? Tone.Bad : Tone.Warn, $"{f.What}; {f.Action}.{often}", Href: "/ops/reconciliation")
            : new Problems.ProblemItem($"{Names.Of(found.Supplier)}'s list could not be read", found.LastAt, Tone.Warn, $"{found.Error}{often}", Href: "/ops/reconciliation");
    }
}
