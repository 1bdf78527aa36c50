using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Staking;

/// <summary>What a stake may bring in the days to come, if they go on as those shown. Dollars are at the prices of those days.</summary>
/// <param name="Usd">Null = too few days, or a price among them is unknown.</param>
/// <param name="Tokens">Per asset, in whole tokens.</param>
public sealed record StakerProjection(ProjectedSum? Usd, IReadOnlyList<(Asset Asset, ProjectedSum? Sum)> Tokens);

/// <summary>Figures that follow from returns that were read.</summary>
public static class StakerOutlook
{
    /// <summary>What the stake held now may bring in a number of days: each epoch shown, per NRM staked in it, times the stake now.</summary>
    public static StakerProjection Project(this StakerReturns returns, int days)
    {
        var staked = new TokenAmount(returns.Staked, Asset.Nrm).ToDecimal();
        var epochs = returns.Epochs.Where(e => e.AverageStake.Sign > 0).ToList();
        if (staked <= 0) { return new StakerProjection(null, []); }
        var assets = epochs.SelectMany(e => e.Lines.Select(l => l.Asset)).Distinct().OrderBy(a => a.Id, StringComparer.Ordinal);
        return new StakerProjection(
            Projection.Of([.. epochs.Select(e => PerNrm(e, e.NetUsd) * staked)], days),
            [.. assets.Select(asset => (asset, Projection.Of(
                [.. epochs.Select(e => PerNrm(e, e.Lines.Where(l => l.Asset == asset).Sum(l => new TokenAmount(l.Net, asset).ToDecimal())) * staked)], days)))]);
    }

    /// <summary>The stake against holding NRM and against buying an asset, from the first epoch's end to the last one's; null = fewer than two epochs.</summary>
    public static BenchmarkGrowth? Compare(this StakerReturns returns, Asset asset)
    {
        if (returns.Epochs is not [var first, .., var last]) { return null; }
        decimal? PriceIn(ReturnEpoch epoch) => epoch.Lines.FirstOrDefault(l => l.Asset == asset)?.Price?.Usd;
        return Benchmarks.Of(returns.Roi, first.NrmUsd, last.NrmUsd, PriceIn(first), PriceIn(last));
    }

    private static decimal? PerNrm(ReturnEpoch epoch, decimal? value) =>
        value / (new TokenAmount(epoch.AverageStake, Asset.Nrm).ToDecimal() * (decimal)(epoch.To - epoch.From).TotalDays);
}
