using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Market;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>Rows, filters, groups, and what is done to many at once.</summary>
public sealed partial class FleetPage
{
    private readonly HashSet<InstanceId> _chosen = [];
    private ConfirmWithReason? _retire, _switch;
    private FleetAsk? _ask;
    private IReadOnlyList<InstanceRow>? _rows;
    private IReadOnlyList<InstanceRow> _shown = [];
    private IReadOnlyList<FleetGroup>? _groups;
    private FleetGroup? _sum;
    private IReadOnlyDictionary<NetworkName, NetworkNotice> _notices = new Dictionary<NetworkName, NetworkNotice>();
    private MarketChoices? _choices;
    private string? _switchTo;
    private IReadOnlyList<SwitchPreview>? _preview;

    [Inject] public required FleetQueries Fleet { get; init; }

    [Inject] public required MarketQueries Market { get; init; }

    [Inject] public required RetireInstance Retire { get; init; }

    [Inject] public required SwitchWorkload Switch { get; init; }

    [SupplyParameterFromQuery(Name = "q")] public string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "network")] public string? Network { get; set; }

    [SupplyParameterFromQuery(Name = "workload")] public string? Workload { get; set; }

    [SupplyParameterFromQuery(Name = "supplier")] public string? Supplier { get; set; }

    [SupplyParameterFromQuery(Name = "gpu")] public string? Gpu { get; set; }

    [SupplyParameterFromQuery(Name = "state")] public string? State { get; set; }

    [SupplyParameterFromQuery(Name = "miner")] public string? Miner { get; set; }

    [SupplyParameterFromQuery(Name = "group")] public string? Group { get; set; }

    [SupplyParameterFromQuery(Name = "ended")] public string? Ended { get; set; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Fleet, Topic.Uptime];

    protected override object? Asked => (new FleetAsk(Text, Network, Workload, Supplier, Gpu, State, Miner), Group, Ended);

    private IEnumerable<(string Name, string Label, string? Value)> Filters =>
        [("network", "Network", Network), ("workload", "Workload", Workload), ("supplier", "Supplier", Supplier), ("gpu", "GPU", Gpu), ("state", "Machine is", State), ("miner", "Miner is", Miner)];

    private string GroupTitle => FleetAsk.Groups.First(g => g.Value == Group).Text;

    private IReadOnlyList<InstanceRow> Chosen => _chosen.Count == 0 ? [] : [.. (_rows ?? []).Where(r => _chosen.Contains(r.Id))];

    private int Switchable => _preview?.Count(p => p.WhyNot is null) ?? 0;

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        var rows = await Fleet.TableAsync(Ended is null ? null : Now.AddDays(-1), cancellationToken);
        (_rows, _ask, _notices) = (rows, new FleetAsk(Text, Network, Workload, Supplier, Gpu, State, Miner), Market.Notices());
        _shown = _ask.IsNarrowed ? [.. rows.Where(_ask.Fits)] : rows;
        _sum = FleetGroup.Sum("", "", _shown);
        _groups = FleetAsk.Groups.Any(g => g.Value == Group) ? FleetGroup.Of(Group!, _shown) : null;
        // What has ended is not chosen any more; what a filter hides still is.
        _chosen.IntersectWith(rows.Select(r => r.Id));
    }

    private IEnumerable<string> OptionsOf(string name) => _rows!.Select(r => FleetAsk.ValueOf(name, r)).Append(Filters.First(f => f.Name == name).Value).OfType<string>().Distinct().Order(StringComparer.OrdinalIgnoreCase);

    // A machine whose chain breaks early stands before one whose chain is whole.
    private static int SignalRank(InstanceRow row)
    {
        var signals = FleetSignals.Of(row);
        int Rank(Signal signal) => signal switch { Signal.Yes => 2, Signal.Unknown => 1, _ => 0 };
        return (Rank(signals.Up) * 9) + (Rank(signals.Serving) * 3) + Rank(signals.Earning);
    }

    private void ClearFilters() => Ask([.. Filters.Select(f => (f.Name, (string?)null)), ("q", null)]);

    private void Choose(InstanceId id, bool isChosen)
    {
        if (isChosen) { _chosen.Add(id); }
        else { _chosen.Remove(id); }
    }

    private void ChooseShown() => _chosen.UnionWith(_shown.Select(r => r.Id));

    private async Task RetireAsync()
    {
        if (await _retire!.AskAsync() is not { } why) { return; }
        await DoAsync(async token =>
        {
            List<RetireOutcome> outcomes = [];
            foreach (var id in _chosen.ToList()) { outcomes.Add(await Retire.RunAsync(id, By, why, token)); }
            _chosen.Clear();
            var retiring = outcomes.Count(o => o == RetireOutcome.Retiring);
            return ($"{Format.Count(retiring)} machines drain and close{(retiring < outcomes.Count ? $"; {Format.Count(outcomes.Count - retiring)} were on their way out already" : "")}.", Tone.Good);
        });
    }

    private async Task SwitchAsync()
    {
        _choices = await Market.ChoicesAsync(Gone);
        (_switchTo, _preview) = (null, null);
        if (await _switch!.AskAsync() is not { } why || _switchTo is not { } to) { return; }
        await DoAsync(async token =>
        {
            List<SwitchOutcome> outcomes = [];
            // The plan that was shown is carried out, not what the filter shows by now.
            foreach (var preview in _preview!.Where(p => p.WhyNot is null)) { outcomes.Add(await Switch.RunAsync(preview.Id, new WorkloadName(to), By, why, token)); }
            _chosen.Clear();
            var switching = outcomes.Count(o => o == SwitchOutcome.Switching);
            return ($"{Format.Count(switching)} machines change to {to}{(switching < outcomes.Count ? $"; {Format.Count(outcomes.Count - switching)} could not any more" : "")}.", switching > 0 ? Tone.Good : Tone.Warn);
        });
    }

    private async Task PreviewAsync(string? workload)
    {
        _switchTo = workload;
        _preview = workload is null ? null : await Switch.PlanAsync([.. _chosen], new WorkloadName(workload), Gone);
    }
}
