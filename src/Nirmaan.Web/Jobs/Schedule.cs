using Nirmaan.Control.Allocation;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Jobs;
using Nirmaan.Control.Market;
using Nirmaan.Control.Notifications;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Control.Uptime;

namespace Nirmaan.Web.Jobs;

/// <summary>
/// What runs when, all of it. Cron: seconds, minutes, hours, day, month, weekday; UTC. Lines that are due together run in this order in the
/// replay of history, each on what those above it have just written.
/// </summary>
internal static class Schedule
{
    private const string EveryMinute = "0 * * * * ?", Every2Minutes = "0 0/2 * * * ?", Every5Minutes = "0 0/5 * * * ?", Every10Minutes = "0 0/10 * * * ?", Every30Minutes = "0 0/30 * * * ?", Hourly = "0 10 * * * ?";

    /// <summary>The lines.</summary>
    public static IReadOnlyList<ScheduleLine> Lines { get; } =
    [
        Line<ReadPrices>("rewards:prices", Every10Minutes, v => v.RunAsync),
        Line<SyncOffers>("market:sync-offers", Every10Minutes, v => v.RunAsync),
        Line<ReconcileSupplier>("fleet:reconcile", Every2Minutes, v => v.RunAsync),
        Line<ReplaceLost>("fleet:replace-lost", EveryMinute, v => v.RunAsync),
        Line<RollTemplate>("fleet:roll", EveryMinute, v => v.RunAsync),
        Line<WatchRunway>("fleet:watch-runway", Every10Minutes, v => v.RunAsync),
        Line<WatchReleases>("fleet:watch-releases", Hourly, v => v.RunAsync),
        Line<StopIdle>("fleet:stop-idle", Every10Minutes, v => v.RunAsync),
        Line<KeepLogs>("fleet:keep-logs", Every2Minutes, v => v.RunAsync),
        Line<EnrolMiner>("fleet:enrol", EveryMinute, v => v.RunAsync),
        Line<SamplePoints>("rewards:sample-points", Every10Minutes, v => v.RunAsync),
        Line<IngestRewards>("rewards:ingest", Every5Minutes, v => v.RunAsync),
        Line<ConvertPoints>("rewards:release-conversions", Every10Minutes, v => v.ReleaseAsync),
        Line<CheckPayouts>("fleet:check-payouts", Every5Minutes, v => v.RunAsync),
        Line<JudgeMiners>("uptime:judge", EveryMinute, v => v.RunAsync),
        Line<CloseUptimeWindow>("uptime:close-window", Every10Minutes, v => v.RunAsync),
        Line<SyncStakes>("staking:sync", Every2Minutes, v => v.RunAsync),
        Line<ReadBills>("fleet:read-bills", Every10Minutes, v => v.RunAsync),
        Line<MeterRent>("rewards:meter-rent", Every10Minutes, v => v.RunAsync),
        Line<EstimateYields>("allocation:estimate", Every30Minutes, v => v.RunAsync),
        Line<RunAutopilot>("allocation:autopilot", Every30Minutes, v => v.RunAsync),
        Line<ExecutePlan>("allocation:execute", EveryMinute, v => v.RunAsync),
        Line<IPlanAllocation>("allocation:expire", Every10Minutes, v => v.ExpireAsync),
        Line<GiveDirective>("allocation:expire-directives", Every10Minutes, v => v.ExpireAsync),
        Line<GradePlans>("allocation:grade", Hourly, v => v.RunAsync),
        Line<CloseEpoch>("rewards:close-epoch", Every10Minutes, v => v.RunAsync),
        Line<PublishRoot>("rewards:watch-publications", EveryMinute, v => v.WatchAsync),
        Line<ClaimSessions>("rewards:watch-claims", EveryMinute, v => v.WatchAsync),
        Line<CheckInvariants>("rewards:invariants", Hourly, v => v.RunAsync),
        Line<CollectNotices>("notifications:collect", Every5Minutes, v => v.RunAsync),
        Line<SendNotices>("notifications:send", EveryMinute, v => v.RunAsync),
        Line<PruneHistory>("jobs:prune", Hourly, v => v.RunAsync),
    ];

    private static ScheduleLine Line<TVerb>(string id, string cron, Func<TVerb, Func<CancellationToken, Task<string>>> run) where TVerb : notnull =>
        new(id, cron, VerbOf(typeof(TVerb)), services => run(services.GetRequiredService<TVerb>()));

    // An interface's name is the verb's behind its I; a class may begin with an I of its own.
    private static string VerbOf(Type verb) => verb.IsInterface ? verb.Name[1..] : verb.Name;
}

/// <summary>One line.</summary>
/// <param name="Id"><c>stage:verb</c>.</param>
/// <param name="Verb">Class of the verb.</param>
/// <param name="Bind">The verb out of the container.</param>
internal sealed record ScheduleLine(string Id, string Cron, string Verb, Func<IServiceProvider, Func<CancellationToken, Task<string>>> Bind);
