using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Market;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Uptime;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>One machine and what can be done with it.</summary>
public sealed partial class InstancePage
{
    private static readonly TimeSpan s_week = TimeSpan.FromDays(7);

    // A week of rewards is read for it, which no change of a state is worth.
    private static readonly TimeSpan s_earningsEvery = TimeSpan.FromSeconds(30);

    private ConfirmWithReason? _retire, _switch, _replace, _cordon, _uncordon;
    private Confirm? _accept;
    private InstanceDetail? _detail;
    private IReadOnlyList<HeartbeatRow> _heartbeats = [];
    private IReadOnlyList<UptimeWindow> _windows = [];
    private IReadOnlyList<Timeline.TimelineEntry> _history = [];
    private IReadOnlyDictionary<NetworkName, NetworkNotice> _notices = new Dictionary<NetworkName, NetworkNotice>();
    private Earnings? _earnings;
    private Guid _earningsOf;
    private TimeSpan _earningsAt;
    private MarketChoices? _choices;
    private IReadOnlyList<SwitchPreview>? _preview;
    private string? _switchTo;
    private SeenBid? _bid;

    [Parameter] public Guid Id { get; set; }

    [Inject] public required FleetQueries Fleet { get; init; }

    [Inject] public required UptimeQueries Uptime { get; init; }

    [Inject] public required RewardQueries Rewards { get; init; }

    [Inject] public required PointsQueries Points { get; init; }

    [Inject] public required MarketQueries Market { get; init; }

    [Inject] public required PayoutPolicy Payouts { get; init; }

    [Inject] public required RetireInstance Retire { get; init; }

    [Inject] public required ReplaceInstance Replace { get; init; }

    [Inject] public required CordonInstance Cordons { get; init; }

    [Inject] public required SwitchWorkload Switch { get; init; }

    [Inject] public required AcceptBid AcceptBid { get; init; }

    [Inject] public required RunShell Shell { get; init; }

    [SupplyParameterFromQuery(Name = "tab")] public string? Tab { get; set; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Fleet, Topic.Uptime];

    protected override object? Asked => Id;

    private InstanceRow Row => _detail!.Instance;

    private string Title => _detail is null ? "Machine" : $"{Names.Brief(Id)} · {Names.Of(Row.Gpu, Row.GpuCount)} · {Row.Workload}";

    private bool CanRetire => Row.State is not (InstanceState.Draining or InstanceState.Closing or InstanceState.Closed or InstanceState.Failed);

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        var detail = await Fleet.FindAsync(new InstanceId(Id), cancellationToken);
        if (detail?.Instance.Miner is { } miner)
        {
            _heartbeats = await Uptime.HeartbeatsAsync(miner.Id, Nirmaan.Control.Paging.MaxLimit, cancellationToken);
            _windows = await Uptime.WindowsAsync(miner.Id, Now - s_week, Now, cancellationToken);
            if (_earningsOf != Id || Elapsed - _earningsAt >= s_earningsEvery)
            {
                (_earnings, _earningsOf, _earningsAt) = (await EarningsAsync(detail.Miners, cancellationToken), Id, Elapsed);
            }
        }
        (_detail, _notices) = (detail, Market.Notices());
        _history = detail is null ? [] : [.. detail.Timeline.Reverse().Select(EventWords.Entry)];
    }

    private async Task<Earnings> EarningsAsync(IReadOnlyList<MinerRow> miners, CancellationToken cancellationToken)
    {
        var ids = miners.Select(m => m.Id).ToHashSet();
        var rewards = (await Rewards.MinersAsync(Now - s_week, Now, cancellationToken)).Where(r => ids.Contains(r.MinerId)).ToList();
        var points = (await Points.MinersAsync(Now - s_week, Now, null, cancellationToken)).Where(p => ids.Contains(p.MinerId)).ToList();
        return new Earnings(rewards, points, rewards.Sum(r => r.RentUsd));
    }

    private async Task RetireAsync()
    {
        if (await _retire!.AskAsync() is not { } why) { return; }
        await DoAsync(async token => await Retire.RunAsync(new InstanceId(Id), By, why, token) switch
        {
            RetireOutcome.Retiring => ("It finishes its work and is given back.", Tone.Good),
            RetireOutcome.Already => ("It was on its way out already.", Tone.Neutral),
            _ => ("There is no such machine.", Tone.Bad),
        });
    }

    private async Task ReplaceAsync()
    {
        if (await _replace!.AskAsync() is not { } why) { return; }
        await DoAsync(async token => await Replace.RunAsync(new InstanceId(Id), By, why, token) switch
        {
            ReplaceOutcome.Leaving => ("Another is asked for; this one goes on until that one earns.", Tone.Good),
            ReplaceOutcome.Already => ("It was to be replaced already.", Tone.Neutral),
            ReplaceOutcome.NotRunning => ("It is not running any more.", Tone.Bad),
            _ => ("There is no such machine.", Tone.Bad),
        });
    }

    private Task CordonAsync() => CordonAsync(_cordon!, Cordons.RunAsync, "It is cordoned.");

    private Task EndCordonAsync() => CordonAsync(_uncordon!, Cordons.EndAsync, "It is not cordoned any more.");

    private async Task CordonAsync(ConfirmWithReason ask, Func<InstanceId, string, string, CancellationToken, Task<CordonOutcome>> write, string done)
    {
        if (await ask.AskAsync() is not { } why) { return; }
        await DoAsync(async token => await write(new InstanceId(Id), By, why, token) switch
        {
            CordonOutcome.Done => (done, Tone.Good),
            CordonOutcome.Already => ("It was so already.", Tone.Neutral),
            CordonOutcome.Over => ("The machine is given back or lost.", Tone.Bad),
            _ => ("There is no such machine.", Tone.Bad),
        });
    }

    private async Task SwitchAsync()
    {
        (_choices, _switchTo, _preview) = (await Market.ChoicesAsync(Gone), null, null);
        if (await _switch!.AskAsync() is not { } why || _switchTo is not { } to) { return; }
        await DoAsync(async token => await Switch.RunAsync(new InstanceId(Id), new WorkloadName(to), By, why, token) switch
        {
            SwitchOutcome.Switching => ($"It changes to {to}.", Tone.Good),
            SwitchOutcome.Cordoned => ("It is cordoned: end that first.", Tone.Bad),
            SwitchOutcome.NotInPlace => ("Its supplier changes nothing in place: give it back and rent another.", Tone.Bad),
            _ => ("It is not running any more.", Tone.Bad),
        });
    }

    private async Task PreviewAsync(string? workload)
    {
        _switchTo = workload;
        _preview = workload is null ? null : await Switch.PlanAsync([new InstanceId(Id)], new WorkloadName(workload), Gone);
    }

    private async Task AcceptAsync(SeenBid bid)
    {
        _bid = bid;
        StateHasChanged();
        if (!await _accept!.AskAsync()) { return; }
        await DoAsync(async token => await AcceptBid.RunAsync(new InstanceId(Id), bid.Ref, By, token) switch
        {
            AcceptBidOutcome.Accepting => ("The bid is being accepted.", Tone.Good),
            AcceptBidOutcome.Refused refused => ($"It was not accepted: {refused.Why}", Tone.Bad),
            _ => ("", Tone.Neutral),
        });
    }
}

/// <summary>What a machine's miners earned, and what the machine cost in the same time.</summary>
public sealed record Earnings(IReadOnlyList<MinerRewards> Rewards, IReadOnlyList<MinerPoints> Points, decimal RentUsd);
