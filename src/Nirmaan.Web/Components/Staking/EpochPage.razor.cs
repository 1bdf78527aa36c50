using System.Numerics;
using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Rewards;

namespace Nirmaan.Web.Components.Staking;

/// <summary>A closed epoch; of several assets the one that the address names.</summary>
public sealed partial class EpochPage
{
    private const int NewsShown = 30;

    private View? _drawn;
    private IReadOnlyList<Line> _lines = [];

    [Parameter] public int Epoch { get; set; }

    [Inject] public required DistributionQueries Distributions { get; init; }

    [Inject] public required RewardQueries Rewards { get; init; }

    [Inject] public required SaleQueries Sales { get; init; }

    [Inject] public required UptimeQueries Uptimes { get; init; }

    [Inject] public required NewsQueries News { get; init; }

    [Inject] public required NavigationManager Navigation { get; init; }

    // A closed epoch does not change: only that it closes is worth waiting for.
    protected override IReadOnlyList<Topic> Topics => [Topic.Rewards];

    protected override object? Asked => (Epoch, AssetId);

    private string? AssetId => Navigation.Asked("asset");

    private string Lead => Shown is { Rows: [var row, ..] } ? $"{Format.Utc(row.From)} to {Format.Utc(row.To)}." : "A UTC day, shared out once it is over.";

    protected override async Task<View> FindAsync(CancellationToken cancellationToken)
    {
        var rows = await Distributions.FindAsync(Epoch, cancellationToken);
        if (rows.Count == 0) { return new View(rows, [], [], new UptimeSum(0, 0, 0, 0, 0, 0), [], []); }
        var row = Chosen(rows);
        return new View(
            rows, await Distributions.FindLinesAsync(Epoch, row.Asset.Id, cancellationToken) ?? [],
            [.. (await Rewards.OfEpochAsync(Epoch, cancellationToken)).Where(r => r.Asset == row.Asset)],
            await Uptimes.SumAsync(row.From, row.To, cancellationToken), await News.ReadAsync(row.From, row.To, NewsShown, cancellationToken),
            await Sales.OfEpochAsync(Epoch, row.Asset.Id, cancellationToken));
    }

    private DistributionRow Chosen(View view) => Chosen(view.Rows);

    private DistributionRow Chosen(IReadOnlyList<DistributionRow> rows) => rows.FirstOrDefault(r => r.Asset.Id == AssetId) ?? rows[0];

    private static IReadOnlyList<Waterfall.Step> StepsOf(DistributionRow row) =>
    [
        new("Received", row.Gross, row.CarriedIn.IsZero ? "paid by the networks" : "paid by the networks, and carried in from before"),
        new(row.Cost.IsZero ? "Rent" : row.Terms is null ? "Cost" : "Sold", -row.Cost, SaleWords.Rent(row.RentUsd, !row.Cost.IsZero, row.Terms)),
        new("Fee", -row.Fee, "Nirmaan's part"),
        .. row.CarriedOut.IsZero ? Array.Empty<Waterfall.Step>() : [new("Carried", -row.CarriedOut, "nobody held stake: it waits for the next epoch")],
        new("Paid", row.Pool, $"to {Format.Count(row.Paid, "staker")}", IsResult: true),
    ];

    private static IEnumerable<string> FilesOf(DistributionRow row) =>
        row.Epoch == 1 ? [EpochFiles.Distribution, EpochFiles.Stakes] : [EpochFiles.Distribution, EpochFiles.Stakes, EpochFiles.Previous];

    private IReadOnlyList<Line> LinesOf(View view, DistributionRow row)
    {
        if (!ReferenceEquals(_drawn, view))
        {
            var seconds = (long)(row.To - row.From).TotalSeconds;
            var all = view.Lines.Aggregate(BigInteger.Zero, (sum, l) => sum + l.BalanceSeconds);
            (_drawn, _lines) = (view, [.. view.Lines.Select(l => new Line(
                l.Account.Checksummed(), l.BalanceSeconds / seconds, all.IsZero ? 0 : (double)(l.BalanceSeconds * 1_000_000_000 / all) / 1e9, l.Amount, l.Cumulative))]);
        }
        return _lines;
    }

    private sealed record Line(string Account, BigInteger MeanStake, double Share, BigInteger Amount, BigInteger Cumulative);

    /// <summary>What is shown.</summary>
    /// <param name="Rows">One per asset; empty = not closed.</param>
    /// <param name="Lines">Of the chosen asset.</param>
    public sealed record View(
        IReadOnlyList<DistributionRow> Rows, IReadOnlyList<DistributionLeaf> Lines, IReadOnlyList<RewardRow> Payments, UptimeSum Uptime, IReadOnlyList<NewsItem> News, IReadOnlyList<Sale> Sales);
}
