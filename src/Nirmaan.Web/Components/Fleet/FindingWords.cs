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

    /// <summary>What was found as a problem, however often it was. One that is over needs nobody: it is grey and has its end.</summary>
    public static Problems.ProblemItem Problem(FoundDifference found)
    {
        var often = found.Times == 1 ? "" : $" Found {Format.Count(found.Times)} times.";
        var end = found.EndedAt is { } ended ? $" Over since {Format.DayTime(ended)} UTC." : "";
        var (title, tone, detail) = found.Finding is { } f
            ? ($"{Names.Of(found.Supplier)}: {Kind(f.Kind).ToLowerInvariant()}", f.Kind == "theirs-not-ours" ? Tone.Bad : Tone.Warn, $"{f.What}; {f.Action}.")
            : ($"{Names.Of(found.Supplier)}'s list could not be read", Tone.Warn, found.Error);
        return new Problems.ProblemItem(title, found.LastAt, found.EndedAt is null ? tone : Tone.Neutral, $"{detail}{often}{end}", Href: "/ops/reconciliation");
    }

    /// <summary>How soon differences were seen, as a sentence with a space before it: a few each for itself, many by their middle. Empty = none has a known beginning.</summary>
    public static string Detected(IEnumerable<FoundDifference> found)
    {
        var seconds = found.Select(f => f.Finding?.SecondsToDetect).OfType<int>().Order().ToList();
        string Span(int s) => Format.Span(TimeSpan.FromSeconds(s));
        return seconds switch
        {
            [] => "",
            [var one] => $" Seen after {Span(one)}.",
            [var one, var two] => $" Seen after {Span(one)} and {Span(two)}.",
            _ => $" Half were seen within {Span(seconds[seconds.Count / 2])}, all within {Span(seconds[^1])}.",
        };
    }
}
