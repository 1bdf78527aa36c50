using System.Globalization;
using Nirmaan.Control.Rewards;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>What a miner earned, in words: tokens and points side by side, never summed.</summary>
public static class EarningWords
{
    /// <summary>Of the last 24 hours.</summary>
    public static string Day(IReadOnlyList<Received> tokens, IEnumerable<MinerPoints> points)
    {
        var parts = tokens.Select(t => $"{Format.Tokens(t.Units, t.Asset.Decimals, 4, out _)} {t.Asset.Id}{(t.ValueUsd is { } usd ? $" ({Format.Usd(usd)})" : "")}")
            .Concat(points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Points:#,0.##} {p.Kind} points"))).ToList();
        return parts.Count == 0 ? "nothing credited in 24 h" : string.Join(", ", parts) + " in 24 h";
    }
}
