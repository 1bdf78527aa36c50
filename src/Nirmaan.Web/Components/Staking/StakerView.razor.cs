using System.Globalization;
using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Staking;

/// <summary>Returns of one account. Period, chosen epoch and chart stand in the page's address, so that a link shows the same to whoever gets it.</summary>
public sealed partial class StakerView
{
    private static readonly (string Name, string? Days)[] s_ranges = [("7 days", "7"), ("30 days", null), ("A year", "365"), ("All", "all")];

    [Parameter, EditorRequired] public WalletAddress Account { get; set; }

    [Inject] public required StakerQueries Stakers { get; init; }

    [Inject] public required StakerStateQueries States { get; init; }

    [Inject] public required ConversionQueries Conversions { get; init; }

    [Inject] public required ReturnSumQueries Returns { get; init; }

    [Inject] public required NavigationManager Navigation { get; init; }

    protected override IReadOnlyList<Topic> Topics => [Topic.Staking, Topic.Rewards];

    protected override object? Asked => (Account, Days);

    private string? Days => s_ranges.FirstOrDefault(r => r.Days == Navigation.Asked("days")).Days;

    private string PeriodName => s_ranges.First(r => r.Days == Days).Name;

    private string CsvHref => $"/api/v1/stakers/{Account.Checksummed()}/returns.csv{(From is { } from ? $"?from={from.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "")}";

    // Whole days, so that the CSV's link, opened a minute later, means the same epochs.
    private DateTimeOffset? From => Days == "all" ? null : new DateTimeOffset(Clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).AddDays(-int.Parse(Days ?? "30", CultureInfo.InvariantCulture));

    protected override async Task<View> FindAsync(CancellationToken cancellationToken) => new(
        await Returns.ReadNewestAsync(Account, From, cancellationToken), await Returns.ReadSumsAsync(Account, From, cancellationToken), await Stakers.ReadMovesAsync(Account, Paging.MaxLimit, cancellationToken),
        await Stakers.ReadReadingAsync(cancellationToken), await Stakers.ReadLostAsync(Account, cancellationToken), await Stakers.ReadRecordsAsync(Account, Paging.MaxLimit, cancellationToken),
        await States.ReadAsync(Account, cancellationToken), [.. (await Conversions.ListAsync(cancellationToken)).Where(c => c.TakenBackAt is null)]);

    private static decimal ShareOn(StakerReturns returns, DateOnly day) => returns.Epochs.FirstOrDefault(e => DateOnly.FromDateTime(e.From.UtcDateTime) == day)?.Share ?? 0;

    /// <summary>What is shown.</summary>
    /// <param name="Returns">Of the newest epochs of the period alone.</param>
    /// <param name="Conversions">Those that stand.</param>
    public sealed record View(StakerReturns Returns, ReturnSums Sums, IReadOnlyList<StakeMove> Moves, StakeReading Reading, IReadOnlyList<StakeLost> Lost, IReadOnlyList<StakerRecord> Records, StakerStates States,
        IReadOnlyList<Conversion> Conversions);
}
