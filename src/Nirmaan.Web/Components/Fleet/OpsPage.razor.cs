using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Market;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>The overview of ops.</summary>
public sealed partial class OpsPage
{
    private const int MostShown = 6, MostCompared = 60;

    // Balances are calls to suppliers: they are not asked at every change of a machine.
    private static readonly TimeSpan s_runwayEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private ConfirmWithReason? _confirm;
    private FleetSummary? _summary;
    private SpendState? _spend;
    private StandstillsNow? _still;
    private IReadOnlyList<FleetShare> _shares = [];
    private IReadOnlyList<Runway>? _runway;
    private IReadOnlyDictionary<InstanceId, string> _firstEarns = new Dictionary<InstanceId, string>();
    private IReadOnlyList<KeyReading>? _keys;
    private IReadOnlyList<Alert> _alerts = [];
    private IReadOnlyList<AlertTarget> _targets = [];
    private IReadOnlyList<Problems.ProblemItem> _questions = [];
    private IReadOnlyList<Problems.ProblemItem> _findings = [];
    private IReadOnlyList<Problems.ProblemItem> _elsewhere = [];
    private IReadOnlyList<Problems.ProblemItem> _frozen = [];
    private IReadOnlyList<Timeline.TimelineEntry> _events = [];
    private IReadOnlyDictionary<NetworkName, NetworkNotice> _notices = new Dictionary<NetworkName, NetworkNotice>();
    private TimeSpan? _runwayAt;
    private bool _isAskingRunway;

    [Inject] public required FleetQueries Fleet { get; init; }

    [Inject] public required OperationQueries Operations { get; init; }

    [Inject] public required RunwayQueries Runways { get; init; }

    [Inject] public required KeyQueries Keys { get; init; }

    [Inject] public required AlertQueries Alerts { get; init; }

    [Inject] public required IOptions<FleetOptions> Fleets { get; init; }

    [Inject] public required SpendQueries Spend { get; init; }

    [Inject] public required PayoutQueries Payouts { get; init; }

    [Inject] public required PriceQueries Prices { get; init; }

    [Inject] public required PayoutPolicy Payout { get; init; }

    [Inject] public required Standstills Standstills { get; init; }

    [Inject] public required SpendingSwitch Spending { get; init; }

    [Inject] public required TimelineQueries Happened { get; init; }

    [Inject] public required MarketQueries Market { get; init; }

    [Inject] public required RewardQueries Rewards { get; init; }

    [Inject] public required PointsQueries Points { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Fleet];

    private decimal? Burn => _shares.Any(s => s.UsdPerHour is null) ? null : _shares.Sum(s => s.UsdPerHour);

    private string AtRisk => _summary!.UnknownOperations == 0 ? "nothing at risk" : _summary.UsdAtRisk is { } usd ? $"{Format.Usd(usd)} at risk" : "unknown dollars at risk";

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        _summary = await Fleet.SummariseAsync(cancellationToken);
        _shares = await Fleet.SharesAsync(cancellationToken);
        _still = await Standstills.ReadAsync(cancellationToken);
        _spend = await Spend.ReadAsync(cancellationToken);
        (_alerts, _targets) = (await Alerts.ListAsync(openOnly: true, cancellationToken), await Alerts.TargetsAsync(cancellationToken));
        _questions = [.. (await Operations.OpenQuestionsAsync(cancellationToken)).Take(MostShown).Select(Question)];
        _findings = [.. FoundDifference.Of(await Operations.ReportsWithFindingsAsync(MostCompared, cancellationToken)).Take(MostShown).Select(FindingWords.Problem)];
        _elsewhere = [.. (await Payouts.StoppedTodayAsync(cancellationToken)).Take(MostShown).Select(s => new Problems.ProblemItem($"A miner of {s.Workload} was stopped", s.At, Tone.Bad, $"{s.Why}.", Href: $"/ops/instances/{s.InstanceId}"))];
        _frozen = [.. (await Prices.ListAsync(cancellationToken)).Where(p => p.Agreement.Freezes).Select(p => new Problems.ProblemItem(
            $"Nothing more is bought for {p.Asset.Id}", p.Since ?? p.Accepted?.At ?? Now, Tone.Bad, $"Because {p.Agreement.Why}.", Href: "/admin/treasury"))];
        _events = [.. (await Happened.FleetAsync(12, cancellationToken)).Select(EventWords.Entry)];
        _notices = Market.Notices();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (IsRead && !_isAskingRunway && (_runwayAt is not { } at || Elapsed - at >= s_runwayEvery)) { _ = InvokeAsync(AskRunwayAsync); }
    }

    // Apart from the rest, so that a slow supplier holds nothing else back.
    private async Task AskRunwayAsync()
    {
        (_isAskingRunway, _runwayAt) = (true, Elapsed);
        try
        {
            var runway = await Runways.ReadAsync(Gone);
            _keys = await Keys.ReadAsync(Gone);
            _firstEarns = await FirstEarnsAsync(runway);
            _runway = runway;
        }
        catch (OperationCanceledException) when (Gone.IsCancellationRequested) { return; }
        catch (Exception e) { Toasts.Show($"Balances could not be read: {Words(e)}", Tone.Warn); }
        finally { _isAskingRunway = false; }
        StateHasChanged();
    }

    private async Task<Dictionary<InstanceId, string>> FirstEarnsAsync(IReadOnlyList<Runway> runway)
    {
        Dictionary<InstanceId, string> earns = [];
        if (!runway.Any(r => r.FirstToDie is not null)) { return earns; }
        var rewards = (await Rewards.MinersAsync(Now - s_day, Now, Gone)).ToDictionary(r => r.MinerId);
        var points = (await Points.MinersAsync(Now - s_day, Now, null, Gone)).ToLookup(p => p.MinerId);
        foreach (var id in runway.Select(r => r.FirstToDie).OfType<InstanceId>())
        {
            var miner = (await Fleet.FindAsync(id, Gone))?.Instance.Miner;
            earns[id] = miner is null ? "no miner" : EarningWords.Day(rewards.GetValueOrDefault(miner.Id)?.Received ?? [], points[miner.Id]);
        }
        return earns;
    }

    private async Task SwitchSpendingAsync()
    {
        var isStop = _spend!.Stop is null;
        if (await _confirm!.AskAsync() is not { } why) { return; }
        await DoAsync(async token =>
        {
            await Spending.RunAsync(isStop ? why : null, By, token);
            Events.Changed(Topic.Fleet);
            return isStop ? ("All spending is stopped.", Tone.Warn) : ("Spending is allowed again.", Tone.Good);
        });
    }

    private static Problems.ProblemItem Question(OperationRow o) => new(
        $"{OperationTable.Words(o)}: {Tones.Words(o.State.ToString()).ToLowerInvariant()}", o.UnknownSince ?? o.SentAt ?? o.CreatedAt,
        o.State == OperationState.Abandoned ? Tone.Bad : Tone.Unknown, o.Reason, o.UsdAtRisk, "/ops/operations");
}
