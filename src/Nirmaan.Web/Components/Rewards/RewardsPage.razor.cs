using System.Globalization;
using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Rewards;

/// <summary>Rewards in five views; only the one that is shown is read.</summary>
public sealed partial class RewardsPage
{
    private const string Received = "received", Paid = "payments", Miners = "miners", Points = "points", Books = "books";
    private const int SamplesShown = 50;
    private static readonly int[] s_ranges = [7, 30, 90];

    [Inject] public required RewardQueries Rewards { get; init; }

    [Inject] public required PointsQueries Promises { get; init; }

    [Inject] public required ConversionQueries Conversions { get; init; }

    [Inject] public required LedgerQueries Ledger { get; init; }

    [Inject] public required InvariantQueries Invariants { get; init; }

    [Inject] public required NavigationManager Navigation { get; init; }

    protected override IReadOnlyList<Topic> Topics => [Topic.Rewards];

    protected override object? Asked => (Part, Days, After);

    private string Part => Navigation.Asked("view") is Paid or Miners or Points or Books ? Navigation.Asked("view")! : Received;

    private int Days => int.TryParse(Navigation.Asked("days"), NumberStyles.None, CultureInfo.InvariantCulture, out var days) && s_ranges.Contains(days) ? days : s_ranges[0];

    private string? After => Navigation.Asked("after");

    protected override async Task<View> FindAsync(CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        // Whole UTC days, today's beginning included.
        var from = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(1 - Days);
        return Part switch
        {
            Paid => new View(Payments: await Rewards.ListAsync(null, null, Paging.MaxLimit, After, cancellationToken)),
            Miners => new View(Miners: await Rewards.MinersAsync(from, now, cancellationToken)),
            Points => new View(Points: new PointsFigures(
                from, await Promises.SumsAsync(from, now, cancellationToken), await Promises.DaysAsync(from, now, cancellationToken), await Promises.MinersAsync(from, now, null, cancellationToken),
                await Promises.NewestSamplesAsync(onlyIrregular: false, SamplesShown, cancellationToken), await Promises.NewestSamplesAsync(onlyIrregular: true, SamplesShown, cancellationToken),
                [.. (await Conversions.ListAsync(cancellationToken)).Where(c => c.TakenBackAt is null)])),
            Books => new View(Books: new BookFigures(await Ledger.BalancesAsync(cancellationToken), await Invariants.FindAsync(cancellationToken))),
            _ => new View(Received: new ReceivedFigures(
                from, now, await Rewards.NetworksAsync(from, now, cancellationToken), await Rewards.DaysAsync(from, now, cancellationToken), await Rewards.ReadToAsync(cancellationToken))),
        };
    }

    /// <summary>What is shown: one of them.</summary>
    public sealed record View(
        ReceivedFigures? Received = null, Page<RewardRow>? Payments = null, IReadOnlyList<MinerRewards>? Miners = null, PointsFigures? Points = null, BookFigures? Books = null);

    /// <summary>Receipts by network and day.</summary>
    public sealed record ReceivedFigures(
        DateTimeOffset From, DateTimeOffset To, IReadOnlyList<NetworkRewards> Networks, IReadOnlyList<RewardDay> Days, IReadOnlyDictionary<NetworkName, DateTimeOffset> ReadTo);

    /// <summary>Points by kind, day and miner, with the readings behind them.</summary>
    public sealed record PointsFigures(
        DateTimeOffset From, IReadOnlyList<PointsSum> Sums, IReadOnlyList<PointsDay> Days, IReadOnlyList<MinerPoints> Miners, IReadOnlyList<PointsSample> Newest, IReadOnlyList<PointsSample> Irregular,
        IReadOnlyList<Conversion> Conversions);

    /// <summary>The books and whether they hold together; a report of null = never checked.</summary>
    public sealed record BookFigures(IReadOnlyList<LedgerBalance> Balances, InvariantReport? Report);
}
