using System.Globalization;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Market;
using Nirmaan.Domain.Market;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Market;

/// <summary>Scores and blocks in words.</summary>
public static class ProviderWords
{
    /// <summary>Reasons shown after the most frequent one.</summary>
    public const int MostEnds = 8;

    /// <summary>How offers and bids are ordered.</summary>
    public static string Ranking { get; } = string.Create(CultureInfo.InvariantCulture,
        $"An offer or bid counts as its price over the share of rented time that is expected to be useful: what was measured, beside {ProviderScore.Expected:0%} over {ProviderScore.ExpectedHours:0} GPU-hours, which is what is expected of anybody.");

    /// <summary>The rule that blocks by itself.</summary>
    public static string Rule(FleetOptions options) => string.Create(CultureInfo.InvariantCulture,
        $"Who loses {options.BlockAfter} machines of ours within {Format.Span(options.BlockWithin)}, and half of what it rented us, is blocked for {Format.Span(options.BlockFor)}; each time again for twice as long, up to {Format.Span(BlockProvider.LongestByRule)}. Not while machines fail everywhere alike, or run nowhere else.");

    /// <summary>Useful hours of the billed ones.</summary>
    public static string Hours(ProviderScore score) => string.Create(CultureInfo.InvariantCulture, $"{score.UsefulHours:#,0} of {score.BilledHours:#,0} h");

    /// <summary>Why machines ended, and how many.</summary>
    public static string End(EndReason end) => end.Count == 1 ? end.Why : $"{end.Why} ({Format.Count(end.Count)})";
}
