using System.Globalization;
using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Fleet;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>Templates, and the machines that run an older one.</summary>
public sealed partial class TemplatesPage
{
    private sealed record Drift(Template Template, DriftedMachine Machine);

    private IReadOnlyList<TemplateState>? _templates;
    private IReadOnlyList<Drift>? _drifted;
    private ConfirmWithReason? _roll, _stop;
    private TemplateState? _asked;
    private string _atOnce = "1";

    [Inject] public required TemplateQueries Templates { get; init; }

    [Inject] public required RollTemplate Roll { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Fleet];

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        _templates = await Templates.ListAsync(cancellationToken);
        _drifted = [.. _templates.SelectMany(t => t.Drifted.Select(d => new Drift(t.Template, d)))];
    }

    private bool TryAtOnce(out int count) => int.TryParse(_atOnce, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= RollTemplate.MostAtOnce;

    private async Task RollAsync(TemplateState state)
    {
        (_asked, _atOnce) = (state, "1");
        if (await _roll!.AskAsync() is not { } why || !TryAtOnce(out var atOnce)) { return; }
        await DoAsync(async token =>
        {
            await Roll.AskAsync(state.Template.WorkloadName, atOnce, why, By, token);
            return ($"{state.Template.Name} is rolled out, {atOnce} at a time.", Tone.Good);
        });
    }

    private async Task StopAsync(TemplateState state)
    {
        if (await _stop!.AskAsync() is not { } why) { return; }
        await DoAsync(async token => await Roll.StopAsync(state.Template.WorkloadName, why, By, token) ? ("No further machine is begun.", Tone.Good) : ("It was over by then.", Tone.Neutral));
    }
}
