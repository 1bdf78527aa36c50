using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Rewards;

/// <summary>Conversions of points in words.</summary>
internal static class ConversionWords
{
    /// <summary>Which days' points.</summary>
    public static string Days(Conversion c) => c.FirstDay == c.LastDay ? FormattableString.Invariant($"of {c.FirstDay:d MMM yyyy}") : FormattableString.Invariant($"{c.FirstDay:d MMM yyyy} to {c.LastDay:d MMM yyyy}");

    /// <summary>How its lock ends.</summary>
    public static string Lock(Conversion c) => c.VestsUntil is { } until ? $"free evenly until {Format.Date(until)}" : "free with the next UTC day";

    /// <summary>One conversion in a sentence for stakers.</summary>
    public static string Sentence(Conversion c) =>
        $"The pool's {Format.Brief((double)c.Points)} {Names.OfKind(c.Kind)} points, {Days(c)}, became {Format.Tokens(c.Units, c.Amount.Asset.Decimals, 4, out _)} {c.AssetId} on {Format.Date(c.At)}{(c.Locked.IsZero ? "" : $"; {Format.Tokens(c.Locked, c.Amount.Asset.Decimals, 4, out _)} of them are locked ({Lock(c)})")}. Transaction {c.Transaction}.";
}
