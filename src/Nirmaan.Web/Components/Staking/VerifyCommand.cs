using System.Globalization;

namespace Nirmaan.Web.Components.Staking;

/// <summary>The one command with which a stranger recomputes an epoch: it fetches the public inputs and runs nirmaan over them.</summary>
internal static class VerifyCommand
{
    /// <summary>The same with the stakes read from a chain node of the stranger's choice, so that nothing of ours but the epoch's lines is believed.</summary>
    /// <param name="rpc">The node; a word in its place where ours is nobody else's business.</param>
    /// <param name="fromBlock">The block of the contract's deployment.</param>
    public static string OfChain(string site, int epoch, string asset, string rpc, string contract, long fromBlock)
    {
        var isFirst = epoch == 1;
        return string.Create(CultureInfo.InvariantCulture, $"curl -fsSO \"{site}epochs/{epoch}/{asset}/{(isFirst ? EpochFiles.Distribution : $"{{{EpochFiles.Distribution},{EpochFiles.Previous}}}")}\" && ")
            + string.Create(CultureInfo.InvariantCulture, $"nirmaan verify {EpochFiles.Distribution} --rpc {rpc} --contract {contract} --from-block {fromBlock}{(isFirst ? "" : $" --previous {EpochFiles.Previous}")}");
    }

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
