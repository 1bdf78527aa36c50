using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>The limits in force, their editor and their versions.</summary>
public sealed partial class ConstraintsPage
{
    private IReadOnlyList<ConstraintVersion> _versions = [];
    private IReadOnlyDictionary<string, string> _labels = new Dictionary<string, string>();
    private ConstraintChoices? _choices;
    private IReadOnlyList<MeasuredMoves> _measured = [];
    private LimitForm? _form;
    private (string Field, string Expected)? _refused;
    private string? _whyError;

    [Inject] public required ConstraintQueries Limits { get; init; }

    [Inject] public required AllocationQueries Plans { get; init; }

    [Inject] public required SetConstraints Set { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Allocation];

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        _measured = await Plans.MeasuredAsync(cancellationToken);
        _choices = await Limits.ChoicesAsync(cancellationToken);
        _labels = _choices.Pools.ToDictionary(p => p.Pool.Value, p => p.Label);
        _versions = await Limits.VersionsAsync(cancellationToken);
        // What someone is typing is not taken from under their hands.
        if (_form is not { IsTouched: true }) { Begin(); }
    }

    private void Begin() => (_form, _refused, _whyError) = (new LimitForm(_versions[0].Limits, _choices!), null, null);

    private void Restore(ConstraintVersion version)
    {
        Begin();
        _form!.Fill(version.Limits);
    }

    private string? Error(string field) => _form!.Errors.GetValueOrDefault(field) ?? (_refused is { } refused && refused.Field == field ? refused.Expected : null);

    private async Task SaveAsync()
    {
        _refused = null;
        _whyError = _form!.Why.Trim().Length < 3 ? "Say why: whoever reads the history will ask." : null;
        if (_whyError is not null || _form.Wanted is not { } wanted) { return; }
        await DoAsync(async token =>
        {
            try
            {
                var set = await Set.RunAsync(wanted, By, _form.Why.Trim(), token);
                _form = null;
                return ($"Version {set.Version} is in force. Plans made from now on keep it.", Tone.Good);
            }
            catch (InvalidInputException e)
            {
                _refused = (e.Field, e.Message);
                throw;
            }
        });
    }

    private string Words(LimitChange change)
    {
        var (name, unit) = change.Field switch
        {
            "budgetUsdPerHour" => ("Budget", "/h"),
            "exposureUsdPerHour" => ($"Most rent on {_labels.GetValueOrDefault(change.Key!, change.Key!)}", "/h"),
            "providerUsdPerHour" => ($"Most rent at {Names.Of(new SupplierName(change.Key!))}", "/h"),
            "maxMoves" => ("Most GPUs moved or new", ""),
            "horizonHours" => ("Horizon", " h"),
            "riskWeight" => ("Weight of bad outcomes", ""),
            "moveCostUsd" => ("Cost of moving a GPU", "$"),
            "startCostUsd" => ("Cost of starting a GPU", "$"),
            _ => (change.Field, ""),
        };
        string Value(decimal? value) => value is not { } v ? "no limit" : unit switch { "/h" => $"{Format.Usd(v)}/h", "$" => Format.Usd(v), _ => $"{Format.Brief((double)v)}{unit}" };
        return $"{name}: {Value(change.Before)} → {Value(change.After)}";
    }

    private string PlanUnder(LimitForm form)
    {
        var (present, wanted) = (_versions[0].Limits, form.Wanted!);
        var ask = new PlanAsk(null, null);
        foreach (var pool in _choices!.Pools)
        {
            ask = ask with { Caps = ask.WithCap(pool.Pool.Value, wanted.ExposureUsdPerHour.TryGetValue(pool.Pool.Value, out var cap) ? cap : null, present) };
        }
        return Navigation.GetUriWithQueryParameters("/admin/plan", new Dictionary<string, object?> { ["budget"] = PlanAsk.Text(wanted.BudgetUsdPerHour), ["caps"] = ask.Caps });
    }
}
