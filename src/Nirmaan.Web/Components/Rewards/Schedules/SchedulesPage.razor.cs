using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Web.Components.Rewards.Schedules;

/// <summary>Each network's schedule, today's pool and our part of it. Plain HTML: schedules change once a day, and none of it is pressed.</summary>
public sealed partial class SchedulesPage
{
    private MeasuredDay? _measured;
    private bool _isUnread;
    private DateTimeOffset _now;
    private NetworkNotice? _heurist;

    [Inject] public required RewardQueries Rewards { get; init; }

    [Inject] public required PointsQueries Points { get; init; }

    [Inject] public required AllocationQueries Estimates { get; init; }

    [Inject] public required TimeProvider Clock { get; init; }

    [Inject] public required ILogger<SchedulesPage> Log { get; init; }

    [CascadingParameter] public HttpContext? Http { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _now = Clock.GetUtcNow();
        _heurist = Rewards.Notices().GetValueOrDefault(NetworkName.Heurist);
        var gone = Http?.RequestAborted ?? CancellationToken.None;
        try
        {
            var (from, to) = (MeasuredDay.Before(_now), MeasuredDay.Before(_now).AddDays(1));
            _measured = MeasuredDay.Of(
                from, await Rewards.NetworksAsync(from, to, gone), await Rewards.ReadToAsync(gone), await Points.SumsAsync(from, to, gone), await Estimates.NewestEstimateAsync(gone));
        }
        catch (Exception e) when (!gone.IsCancellationRequested)
        {
            // The schedules stand without it.
            _isUnread = true;
            LogUnread(Log, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the house measured of its own part could not be read")]
    private static partial void LogUnread(ILogger log, Exception exception);
}
