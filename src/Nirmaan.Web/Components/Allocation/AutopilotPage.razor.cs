using System.Globalization;
using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Live;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>The autopilot: its rails, its switch and its decisions.</summary>
public sealed partial class AutopilotPage
{
    private AutopilotView? _view;
    private Confirm? _sign;
    private ConfirmWithReason? _off;
    private (string Field, string Message)? _refused;
    private string _gpus = "10", _gain = "5", _age = "60", _hours = "24";

    [Inject] public required AutopilotQueries Autopilot { get; init; }

    [Inject] public required SetAutopilot Set { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Allocation];

    protected override async Task ReadAsync(CancellationToken cancellationToken) => _view = await Autopilot.ReadAsync(cancellationToken);

    private string? Error(string field) => _refused is { } refused && refused.Field == field ? refused.Message : null;

    private async Task SignAsync()
    {
        _refused = null;
        if (!await _sign!.AskAsync()) { return; }
        await DoAsync(async token =>
        {
            try
            {
                await Set.SignAsync(Whole(_gpus), decimal.TryParse(_gain.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var gain) ? gain : 0, Whole(_age), Now.AddHours(Whole(_hours)), By, token);
                return (Set.NeedsTwo ? "Signed. Another admin must countersign." : "Signed. It looks every half hour.", Tone.Good);
            }
            catch (InvalidInputException e)
            {
                _refused = (e.Field, e.Message);
                throw;
            }
        });
    }

    private Task CountersignAsync() => DoAsync(async token => await Set.CountersignAsync(_view!.Rails!, By, token)
        ? ("Countersigned. It looks every half hour.", Tone.Good) : ("Not countersigned: it was changed while you looked, or is your own.", Tone.Warn));

    private async Task SwitchOffAsync()
    {
        if (await _off!.AskAsync() is not { } why) { return; }
        await DoAsync(async token => await Set.SwitchOffAsync(By, why, token) ? ("Switched off.", Tone.Good) : ("It was off already.", Tone.Warn));
    }

    private static int Whole(string text) => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, 1_000_000) : 0;
}
