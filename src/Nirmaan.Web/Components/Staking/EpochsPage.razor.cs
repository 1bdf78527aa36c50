using System.Numerics;
using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Kit.Charts;

namespace Nirmaan.Web.Components.Staking;

/// <summary>Closed epochs, newest first, cut where the address says.</summary>
public sealed partial class EpochsPage
{
    [Inject] public required DistributionQueries Distributions { get; init; }

    [Inject] public required NavigationManager Navigation { get; init; }

    protected override IReadOnlyList<Topic> Topics => [Topic.Rewards];

    protected override object? Asked => After;

    private string? After => Navigation.Asked("after");

    protected override Task<Page<DistributionRow>> FindAsync(CancellationToken cancellationToken) => Distributions.ListAsync(null, Paging.MaxLimit, After, cancellationToken);

    private static double? Tokens(DistributionRow row, BigInteger units) => (double)new TokenAmount(units, row.Asset).ToDecimal();

    private static IReadOnlyList<BarSeries> SeriesOf(List<DistributionRow> days)
    {
        BarSeries Of(string name, Func<DistributionRow, BigInteger> units) => new(name, [.. days.Select(d => Tokens(d, units(d)))]);
        // Where the treasury pays the rent there is no cost to draw.
        return [Of("Stakers", d => d.Pool), Of("Fee", d => d.Fee), .. days.Exists(d => d.Cost.Sign > 0) ? [Of("Cost", d => d.Cost)] : Array.Empty<BarSeries>()];
    }

    private static RenderFragment Amount(DistributionRow row, BigInteger units) => Cells.Tokens(units, row.Asset.Decimals, row.Asset.Id, 4);
}
