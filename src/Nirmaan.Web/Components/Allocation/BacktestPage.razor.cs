using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Live;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>Last results of backtests, and the run under way.</summary>
public sealed partial class BacktestPage
{
    private BacktestResult? _recorded, _markets;

    [Inject] public required Backtests Runs { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Allocation];

    protected override async Task ReadAsync(CancellationToken cancellationToken) =>
        (_recorded, _markets) = (await Runs.FindAsync(false, cancellationToken), await Runs.FindAsync(true, cancellationToken));

    private Task Start(int markets) => DoAsync(_ => Task.FromResult(Runs.Start(new BacktestAsk(markets), By) ? ("It is under way.", Tone.Busy) : ("Another run is under way.", Tone.Warn)));
}
