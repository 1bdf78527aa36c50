using System.Globalization;
using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Kit.Charts;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>Books, rent, fees, caps and payout policy.</summary>
public sealed partial class TreasuryPage
{
    private const int DefaultRange = 14;
    private static readonly int[] s_ranges = [7, 14, 60];

    private SpendState? _spend;
    private PayoutReport? _payout;
    private IReadOnlyList<BookBalance> _books = [];
    private IReadOnlyList<TokenPriceState> _prices = [];
    private IReadOnlyList<RentDay> _rent = [];
    private IReadOnlyList<string> _days = [];
    private IReadOnlyList<BarSeries> _rentSeries = [];
    private IReadOnlyList<BarSeries> _feeSeries = [];
    private IReadOnlyList<Problems.ProblemItem> _strays = [];

    [Inject] public required TreasuryQueries Treasury { get; init; }

    [Inject] public required PriceQueries Prices { get; init; }

    [Inject] public required SpendQueries Spend { get; init; }

    [Inject] public required PayoutQueries Payout { get; init; }

    [SupplyParameterFromQuery(Name = "days")] public string? Days { get; set; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Rewards, Topic.Fleet];

    protected override object? Asked => Range;

    private int Range => int.TryParse(Days, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && s_ranges.Contains(days) ? days : DefaultRange;

    private decimal Prepaid => _books.Where(b => b.Account.StartsWith("prepaid:", StringComparison.Ordinal)).Sum(b => b.ValueUsd ?? 0);

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        _prices = await Prices.ListAsync(cancellationToken);
        var today = DateOnly.FromDateTime(Now.UtcDateTime);
        var from = new DateTimeOffset(today.AddDays(1 - Range), TimeOnly.MinValue, TimeSpan.Zero);
        var (books, spend, payout) = (await Treasury.BooksAsync(cancellationToken), await Spend.ReadAsync(cancellationToken), await Payout.ReadAsync(cancellationToken));
        _rent = await Treasury.RentDaysAsync(from, from.AddDays(Range), cancellationToken);
        var fees = await Treasury.FeeDaysAsync(from, from.AddDays(Range), cancellationToken);
        var days = Enumerable.Range(0, Range).Select(i => today.AddDays(1 - Range + i)).ToList();
        _days = _rent.Count == 0 && fees.Count == 0 ? [] : [.. days.Select(d => d.ToString("d MMM", CultureInfo.InvariantCulture))];
        // A day without an entry is a day without rent: the ledger knows all of it.
        _rentSeries = [.. _rent.GroupBy(r => r.Supplier).OrderBy(g => g.Key.Value, StringComparer.Ordinal).Select(g => new BarSeries(
            Names.Of(g.Key), [.. days.Select(d => (double?)g.Where(r => r.Day == d).Sum(r => r.Usd + r.AdjustmentUsd))]))];
        _feeSeries = [.. fees.GroupBy(f => f.Asset).Select(g => new BarSeries(g.Key.Id, [.. days.Select(d => (double?)g.Where(f => f.Day == d).Sum(f => new TokenAmount(f.Units, f.Asset).ToDecimal()))]))];
        _strays = [.. payout.Strays.Select(s => new Problems.ProblemItem(
            $"{s.Workload} pays to {Names.Brief(s.Differing is [var other, ..] ? other.Address : s.Address)}", s.StateSince, s.State == MinerState.Stopped ? Tone.Neutral : Tone.Bad,
            s.State == MinerState.Stopped ? $"Stopped{(s.Reason is null ? "" : $": {s.Reason}")}."
                : s.Differing.Count > 0 ? $"{PayoutRules.Words(s.Address, s.Differing)}. It is being stopped."
                : "Not in the policy, and it runs: retire the machine, or set the policy right.", null, $"/ops/instances/{s.InstanceId}"))];
        (_books, _spend, _payout) = (books, spend, payout);
    }
}
