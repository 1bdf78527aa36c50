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

    /// <summary>A report as problems: one per finding, or one for a list that could not be read.</summary>
    public static IEnumerable<Problems.ProblemItem> Of(SupplierReport report) => report.Error is { } error
        ? [new Problems.ProblemItem($"{Names.Of(report.Supplier)}'s list could not be read", report.At, Tone.Warn, error, Href: "/ops/reconciliation")]
        : report.Findings.Select(f => new Problems.ProblemItem(
            $"{Names.Of(report.Supplier)}: {Kind(f.Kind).ToLowerInvariant()}", report.At, f.Kind == "theirs-not-ours" ? Tone.Bad : Tone.Warn, $"{f.What}; {f.Action}", Href: "/ops/reconciliation"));
}
