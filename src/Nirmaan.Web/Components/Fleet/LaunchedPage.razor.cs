using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>One launch by its key, live until all of it has come to an end.</summary>
public sealed partial class LaunchedPage
{
    private LaunchDetail? _detail;
    private LaunchTally? _tally;
    private LaunchPrice? _price;
    private IReadOnlyDictionary<InstanceId, decimal?> _estimates = new Dictionary<InstanceId, decimal?>();

    [Parameter] public string Key { get; set; } = "";

    [Inject] public required LaunchQueries Launches { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Fleet];

    protected override object? Asked => Key;

    private string Title => _detail is null ? "Launch" : $"{_detail.Launch.Operations.Length} × {_detail.Launch.Plan.Request.Workload}";

    private decimal? Rent
    {
        get
        {
            var billing = _detail!.Instances.Where(i => i.BilledFrom is not null && i.ClosedAt is null).ToList();
            return billing.Exists(i => i.UsdPerHour is null) ? null : billing.Sum(i => i.UsdPerHour);
        }
    }

    private double Done => _detail!.Instances.Count == 0
        ? 0
        : (double)_detail.Instances.Count(i => i.Miner?.State == MinerState.Earning || i.State is InstanceState.Failed or InstanceState.Closed) / _detail.Instances.Count;

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        var detail = await Launches.FindAsync(Key, cancellationToken);
        if (detail is not null) { (_tally, _price, _estimates) = (LaunchTally.Of(detail), LaunchPrice.Of(detail), LaunchPrice.Estimates(detail)); }
        _detail = detail;
    }

    private static string Machines(int count) => count == 1 ? "machine" : "machines";

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}
