using System.Globalization;
using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Market;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>The form, its plan and its one key.</summary>
public sealed partial class LaunchPage
{
    // Made with the form and kept until something is launched with it, so that a double click or a lost answer launches once.
    private readonly string _key = $"page-{Guid.CreateVersion7():N}";
    private readonly LaunchForm _form = new();
    private Confirm? _confirm;
    private MarketChoices? _choices;
    private SpendState? _spend;
    private IReadOnlyDictionary<GpuModel, CloudReference> _references = new Dictionary<GpuModel, CloudReference>();
    private IReadOnlyList<Launch> _earlier = [];
    private IReadOnlyDictionary<string, string> _faults = new Dictionary<string, string>();
    private LaunchPlan? _plan;
    private string? _planFault;
    private bool _isFilled, _isLaunching;

    [Inject] public required LaunchInstance Launch { get; init; }

    [Inject] public required LaunchQueries Launches { get; init; }

    [Inject] public required MarketQueries Market { get; init; }

    [Inject] public required SpendQueries Spend { get; init; }

    [SupplyParameterFromQuery(Name = "workload")] public string? Workload { get; set; }

    [SupplyParameterFromQuery(Name = "count")] public string? Count { get; set; }

    [SupplyParameterFromQuery(Name = "max")] public string? Max { get; set; }

    [SupplyParameterFromQuery(Name = "gpu")] public string? Gpu { get; set; }

    [SupplyParameterFromQuery(Name = "supplier")] public string? Supplier { get; set; }

    [SupplyParameterFromQuery(Name = "region")] public string? Region { get; set; }

    [SupplyParameterFromQuery(Name = "offer")] public Guid? Offer { get; set; }

    // Prices move and caps fill up while the form is open: the plan follows.
    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Market, Topic.Fleet];

    private bool CanLaunch => _plan is { Blocked: null, Found: > 0 } && !_isLaunching;

    private string? NeedsText => _choices?.Workloads.FirstOrDefault(w => w.Workload.Value == _form.Workload) is { } chosen
        ? $"{chosen.Needs.Gpus} GPU with {chosen.Needs.MinVramGb} GB; {Names.Of(chosen.Network)}{(chosen.Notice is { } notice ? $", {notice.Label}" : "")}"
        : null;

    private string? NeedOf(Func<TemplateNeeds, decimal> need) => _choices?.Workloads.FirstOrDefault(w => w.Workload.Value == _form.Workload) is { } chosen ? need(chosen.Needs).ToString("0.#", CultureInfo.InvariantCulture) : null;

    private string? NamedOffer => _plan is null ? null : _plan.Chosen.Concat(_plan.Rejected).FirstOrDefault(o => o.OfferId.Value == _form.OfferId) is { } offer
        ? $"{Names.Of(offer.Gpu)} at {Names.Of(offer.Supplier)}, {Names.Brief(offer.ProviderLabel, 28)}"
        : null;

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        (_choices, _spend, _references) = (await Market.ChoicesAsync(cancellationToken), await Spend.ReadAsync(cancellationToken), Market.References());
        _earlier = await Launches.RecentAsync(8, cancellationToken);
        if (!_isFilled)
        {
            (_form.Workload, _form.Count, _form.Max) = (Workload ?? (_choices.Workloads is [var first, ..] ? first.Workload.Value : null), Count ?? "1", Max);
            (_form.Gpu, _form.Supplier, _form.Region, _form.OfferId) = (Gpu, Supplier, Region, Offer);
            _isFilled = true;
        }
        await PlanAsync(cancellationToken);
    }

    private async Task ChangeAsync(Action<LaunchForm> change)
    {
        change(_form);
        await PlanAsync(Gone);
    }

    private Task RelaxAsync(OfferFilter relaxed) => ChangeAsync(f => f.Take(relaxed));

    private async Task PlanAsync(CancellationToken cancellationToken)
    {
        _faults = _form.Faults();
        _planFault = null;
        if (_faults.Count > 0)
        {
            _plan = null;
            return;
        }
        try { _plan = await Launch.PlanAsync(_form.ToRequest(), cancellationToken); }
        catch (InvalidInputException e)
        {
            _plan = null;
            _faults = new Dictionary<string, string> { [e.Field] = e.Message };
            _planFault = e.Message;
        }
    }

    private async Task LaunchAsync()
    {
        if (!CanLaunch) { return; }
        if (_form.Reason.Trim().Length < 3)
        {
            _faults = new Dictionary<string, string> { ["reason"] = "Say why, in a few words." };
            return;
        }
        if (!await _confirm!.AskAsync() || _isLaunching) { return; }
        _isLaunching = true;
        string? launched = null;
        await DoAsync(async token =>
        {
            switch (await Launch.RunAsync(_form.ToRequest(), _key, By, token))
            {
                case LaunchOutcome.Accepted accepted:
                    launched = _key;
                    return ($"{accepted.Operations.Count} × {_form.Workload} requested.", Tone.Good);
                case LaunchOutcome.Refused refused:
                    return ($"Nothing was launched: {refused.Why}", Tone.Bad);
                default:
                    return ("This form's key was used for another launch. Load the page again to launch once more.", Tone.Bad);
            }
        });
        _isLaunching = false;
        if (launched is not null) { Navigation.NavigateTo($"/ops/launches/{launched}"); }
    }

    // An untouched ceiling is no mistake yet.
    private string? FaultOf(string field) => field == "maxUsdPerGpuHour" && _form.Max is null ? null : _faults.GetValueOrDefault(field);

    private static string? Text(ChangeEventArgs e) => e.Value as string is { Length: > 0 } text ? text.Trim() : null;
}
