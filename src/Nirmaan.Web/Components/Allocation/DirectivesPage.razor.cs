using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>Pins and vetoes: those in force with their cost, a form for another, and those that ended.</summary>
public sealed partial class DirectivesPage
{
    private IReadOnlyList<DirectiveRow> _inForce = [], _ended = [];
    private IReadOnlyDictionary<DirectiveId, decimal?>? _costs;
    private HashSet<DirectiveId> _priced = [];
    private DirectiveChoices? _choices;
    private DirectiveForm _form = new();
    private ConfirmWithReason? _end;
    private (string Field, string Message)? _refused;
    private string? _whyNoCost;
    private string _ending = "";

    [Inject] public required DirectiveQueries Directives { get; init; }

    [Inject] public required GiveDirective Give { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Allocation];

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        var rows = await Directives.ListAsync(cancellationToken);
        _choices = await Directives.ChoicesAsync(cancellationToken);
        (_inForce, _ended) = ([.. rows.Where(r => r.IsInForce)], [.. rows.Where(r => !r.IsInForce)]);
        var present = _inForce.Select(r => r.Directive.Id).ToHashSet();
        if (present.SetEquals(_priced)) { return; }
        (_priced, _costs) = (present, null);
        _ = PriceAsync(present, cancellationToken);
    }

    // Some solves: the page is there before they are done.
    private async Task PriceAsync(HashSet<DirectiveId> asked, CancellationToken cancellationToken)
    {
        try
        {
            var costs = await Task.Run(() => Directives.PriceAsync(cancellationToken), cancellationToken);
            if (ReferenceEquals(asked, _priced)) { (_costs, _whyNoCost) = (costs, null); }
        }
        catch (CannotPlanException e) { _whyNoCost = e.Message; }
        catch (OperationCanceledException) { return; }
        await InvokeAsync(StateHasChanged);
    }

    private decimal? Cost(DirectiveRow row) => _costs?.GetValueOrDefault(row.Directive.Id);

    private RenderFragment CostCell(DirectiveRow row) => Cost(row) is { } cost ? Cells.Usd(cost * 24)
        : _costs is null && _whyNoCost is null ? builder => builder.AddContent(0, "solving…") : Cells.Unknown(_whyNoCost ?? "No plan keeps every limit with it, or without it.");

    private string? Error(string field) => _refused is { } refused && refused.Field == field ? refused.Message : null;

    private async Task GiveAsync()
    {
        _refused = null;
        await DoAsync(async token =>
        {
            try
            {
                await Give.RunAsync(_form.Request(Now), By, token);
                var said = _form.Kind == DirectiveKind.Pin ? "Pinned. Plans made from now on keep it." : "Vetoed. Plans made from now on keep it.";
                _form = new DirectiveForm();
                return (said, Tone.Good);
            }
            catch (InvalidInputException e)
            {
                _refused = (e.Field, e.Message);
                throw;
            }
        });
    }

    private async Task EndAsync(Directive directive)
    {
        _ending = $"{DirectiveWords.Of(directive)}.";
        if (await _end!.AskAsync() is not { } why) { return; }
        await DoAsync(async token => await Give.EndAsync(directive.Id, By, why, token) ? ("Ended. Plans made from now on are free of it.", Tone.Good) : ("It had ended by then.", Tone.Warn));
    }
}
