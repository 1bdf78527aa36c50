using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Market;
using Nirmaan.Domain.Market;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Market;

/// <summary>Scorecards of providers, blocks in force and those that are over.</summary>
public sealed partial class ProvidersPage
{
    private IReadOnlyList<ProviderRow> _providers = [], _blocked = [];
    private IReadOnlyList<ProviderBlock> _over = [];
    private ConfirmWithReason? _block, _lift;
    private string _asked = "", _hours = "24";
    private string? _hoursFault;

    [Inject] public required ProviderQueries Providers { get; init; }

    [Inject] public required BlockProvider Block { get; init; }

    [Inject] public required IOptions<FleetOptions> Options { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Fleet];

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        var list = await Providers.ListAsync(cancellationToken);
        (_providers, _over) = (list.Providers, list.Over);
        _blocked = [.. list.Providers.Where(p => p.Block is not null).OrderBy(p => p.Block!.Until)];
    }

    private async Task BlockAsync(ProviderRow row)
    {
        (_asked, _hoursFault) = ($"{row.Label} at {Names.Of(row.Score.Key.Supplier)}: no further machine of it is taken until then. Those that run go on.", null);
        if (await _block!.AskAsync() is not { } why) { return; }
        if (!double.TryParse(_hours, NumberStyles.Float, CultureInfo.InvariantCulture, out var hours) || hours <= 0 || hours > BlockProvider.Longest.TotalHours)
        {
            _hoursFault = $"More than 0 and at most {BlockProvider.Longest.TotalHours:0} hours.";
            await DoAsync(_ => Task.FromResult(($"Not blocked: “{_hours}” is no number of hours. {_hoursFault}", Tone.Bad)));
            return;
        }
        await DoAsync(async token =>
        {
            await Block.RunAsync(row.Score.Key, Now.AddHours(hours), why, By, token);
            return ($"{row.Label} is blocked.", Tone.Good);
        });
    }

    private async Task LiftAsync(ProviderRow row)
    {
        _asked = $"{row.Label} at {Names.Of(row.Score.Key.Supplier)}: {row.Block!.Why}.";
        if (await _lift!.AskAsync() is not { } why) { return; }
        await DoAsync(async token => await Block.LiftAsync(row.Block.Id, why, By, token) ? ($"{row.Label} may be taken again.", Tone.Good) : ("It was over by then.", Tone.Warn));
    }
}
