using System.Globalization;

namespace Nirmaan.Web.Components.Staking;

/// <summary>The one command with which a stranger recomputes an epoch: it fetches the public inputs and runs nirmaan over them.</summary>
internal static class VerifyCommand
{
    /// <summary>The first epoch has no file before it.</summary>
    /// <param name="site">This site's address with its closing slash.</param>
    /// <param name="proven">An address whose part is to be proven; null = none.</param>
    public static string Of(string site, int epoch, string asset, string? proven = null)
    {
        var isFirst = epoch == 1;
        // curl itself takes the braces apart, so this is the same line in every shell.
        var files = $"{{{EpochFiles.Distribution},{EpochFiles.Stakes}{(isFirst ? "" : $",{EpochFiles.Previous}")}}}";
        return string.Create(CultureInfo.InvariantCulture, $"curl -fsSO \"{site}epochs/{epoch}/{asset}/{files}\" && ")
            + $"nirmaan verify {EpochFiles.Distribution} --stakes {EpochFiles.Stakes}{(isFirst ? "" : $" --previous {EpochFiles.Previous}")}{(proven is null ? "" : $" --proof {proven}")}";
    }
}
