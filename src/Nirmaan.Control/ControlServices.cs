using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Fleet.Effects;
using Nirmaan.Control.Jobs;
using Nirmaan.Control.Live;
using Nirmaan.Control.Market;
using Nirmaan.Control.Notifications;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Uptime;

namespace Nirmaan.Control;

/// <summary>Everything of the control plane; the host adds suppliers, networks, the price feed and the stake chain.</summary>
public static class ControlServices
{
    /// <summary>Adds verbs, queries and the database.</summary>
    public static IServiceCollection AddNirmaanControl(this IServiceCollection services, IConfiguration configuration, string connectionString)
    {
        // Contexts live for one operation and there are thousands a minute: they are used again, and so are the server's plans of their statements.
        services.AddPooledDbContextFactory<NirmaanDbContext>(options => options.UseNpgsql(Prepared(connectionString), npgsql => npgsql.MigrationsAssembly("Nirmaan.Migrations")));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ControlEvents>();
        services.TryAddSingleton<NewsQueries>();
        services.TryAddSingleton<FreshnessQueries>();
        services.AddMarketAndFleet(configuration);
        services.AddAllocation(configuration);
        services.AddUptimeRewardsAndStaking(configuration);
        services.AddNotices(configuration);
        services.AddJobs(configuration);
        return services;
    }

    /// <summary>
    /// Statements used more than once are prepared, unless the connection string says how many (0 for a pooler between that forbids it). A connection is
    /// not reset between two contexts: nothing here sets anything on a session that outlives its transaction, and the reset would be several statements for each of ours.
    /// </summary>
    private static string Prepared(string connectionString)
    {
        var settings = new DbConnectionStringBuilder { ConnectionString = connectionString };
        foreach (var (key, value) in new (string, object)[] { ("Max Auto Prepare", 400), ("Auto Prepare Min Usages", 2), ("No Reset On Close", true) })
        {
            if (!settings.ContainsKey(key)) { settings[key] = value; }
        }
        return settings.ConnectionString;
    }

    private static void AddMarketAndFleet(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<FleetOptions>().Bind(configuration.GetSection("Fleet")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<FleetOptions>, FleetOptionsCheck>();
        services.AddOptions<PayoutOptions>().Bind(configuration.GetSection("Payout"));
        services.AddOptions<PayoutListOptions>().Bind(configuration.GetSection("PayoutList"));
        services.AddOptions<MinerTokenOptions>().Bind(configuration.GetSection("Control"))
            .Validate(o => o.MinerTokenKey.Length >= 32, "Control:MinerTokenKey must be at least 32 characters; it is the secret from which miners' tokens are made.").ValidateOnStart();
        services.AddOptions<MarketOptions>().Bind(configuration.GetSection(MarketOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MarketOptions>, MarketOptionsCheck>();
        // Verbs hold no state of their own: one of each serves all callers.
        services.TryAddSingleton<SupplierShelf>();
        services.TryAddSingleton<NetworkShelf>();
        services.TryAddSingleton<PayoutPolicy>();
        services.TryAddSingleton<CheckPayouts>();
        services.TryAddSingleton<MinerTokens>();
        services.TryAddSingleton<SpendingSwitch>();
        services.TryAddSingleton<SpendGuard>();
        services.TryAddSingleton<ProviderBook>();
        services.TryAddSingleton<ProviderQueries>();
        services.TryAddSingleton<BlockProvider>();
        services.TryAddSingleton<Placement>();
        services.TryAddSingleton<RentRequests>();
        services.TryAddSingleton<LaunchInstance>();
        services.TryAddSingleton<RetireInstance>();
        services.TryAddSingleton<Standstills>();
        services.TryAddSingleton<ReplaceInstance>();
        services.TryAddSingleton<CordonInstance>();
        services.TryAddSingleton<RollTemplate>();
        services.TryAddSingleton<StopIdle>();
        services.TryAddSingleton<TemplateQueries>();
        services.TryAddSingleton<DrainWatch>();
        services.TryAddSingleton<ReplaceLost>();
        services.TryAddSingleton<ReconcileSupplier>();
        services.TryAddSingleton<EnrolMiner>();
        services.TryAddSingleton<ReadBills>();
        services.TryAddSingleton<SwitchWorkload>();
        services.TryAddSingleton<AcceptBid>();
        services.TryAddSingleton<SyncOffers>();
        services.TryAddSingleton<CreateHandler>();
        services.TryAddSingleton<PlaceHandler>();
        services.AddSingleton<IOperationHandler>(s => s.GetRequiredService<CreateHandler>());
        services.AddSingleton<IOperationHandler>(s => s.GetRequiredService<PlaceHandler>());
        services.AddSingleton<IOperationHandler, CloseHandler>();
        services.AddSingleton<IOperationHandler, ChangeHandler>();
        services.AddSingleton<IOperationHandler, EnrolHandler>();
        services.AddSingleton<IFleetRound, RunOperations>();
        services.AddSingleton<IFleetRound, AttendInstances>();
        services.TryAddSingleton<IResolveOperation, ResolveOperation>();
        services.TryAddSingleton<FleetWork>();
        services.TryAddSingleton<KeepLogs>();
        services.TryAddSingleton<FollowLogs>();
        services.TryAddSingleton<RunShell>();
        services.TryAddSingleton<OfferQueries>();
        services.TryAddSingleton<MarketQueries>();
        services.TryAddSingleton<FleetQueries>();
        services.TryAddSingleton<OperationQueries>();
        services.TryAddSingleton<RunwayQueries>();
        services.TryAddSingleton<KeyQueries>();
        services.TryAddSingleton<AlertBook>();
        services.TryAddSingleton<WatchRunway>();
        services.TryAddSingleton<WatchReleases>();
        services.TryAddSingleton<AlertQueries>();
        services.TryAddSingleton<RecordTopUp>();
        services.TryAddSingleton<PayoutQueries>();
        services.TryAddSingleton<LaunchQueries>();
        services.TryAddSingleton<LogQueries>();
        services.TryAddSingleton<SearchLogs>();
        services.TryAddSingleton<SpendQueries>();
        services.TryAddSingleton<TimelineQueries>();
    }

    private static void AddAllocation(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AllocationOptions>().Bind(configuration.GetSection("Allocation")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AllocationOptions>, AllocationOptionsCheck>();
        services.TryAddSingleton<SetConstraints>();
        services.TryAddSingleton<EstimateYields>();
        services.TryAddSingleton<PlanBasis>();
        services.TryAddSingleton<IPlanAllocation, PlanAllocation>();
        services.TryAddSingleton<ExplainPlan>();
        services.TryAddSingleton<Backtests>();
        services.TryAddSingleton(s => new WhatIf(s.GetRequiredService<PlanBasis>(), s.GetRequiredService<SetConstraints>()));
        services.TryAddSingleton<ApprovePlan>();
        services.TryAddSingleton<StopPlan>();
        services.TryAddSingleton<GiveDirective>();
        services.TryAddSingleton<SetAutopilot>();
        services.TryAddSingleton<RunAutopilot>();
        services.TryAddSingleton<AutopilotQueries>();
        services.TryAddSingleton(s => new DirectiveQueries(
            s.GetRequiredService<IDbContextFactory<NirmaanDbContext>>(), s.GetRequiredService<PlanBasis>(), s.GetRequiredService<SetConstraints>(), s.GetRequiredService<NetworkShelf>(),
            s.GetRequiredService<SupplierShelf>(), s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<DisruptionQueries>();
        services.TryAddSingleton<LimitWatch>();
        services.TryAddSingleton<MoveSteps>();
        services.TryAddSingleton<ExecutePlan>();
        services.TryAddSingleton<GradePlans>();
        services.AddSingleton<IFleetRound, WakePlan>();
        services.TryAddSingleton<AllocationQueries>();
        services.TryAddSingleton<CalibrationQueries>();
        services.TryAddSingleton<BoardQueries>();
        services.TryAddSingleton<YieldQueries>();
        services.TryAddSingleton<ConstraintQueries>();
    }

    private static void AddJobs(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<JobOptions>().Bind(configuration.GetSection(JobOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<JobOptions>, JobOptionsCheck>();
        // The host brings the table of what runs when; without one there is nothing to run.
        services.TryAddSingleton(_ => new JobTable([]));
        services.TryAddSingleton<JobRunner>();
        services.TryAddSingleton<SyncSchedule>();
        services.TryAddSingleton<ControlJobs>();
        services.TryAddSingleton<PruneHistory>();
        services.TryAddSingleton<JobQueries>();
        services.TryAddSingleton<SettingBook>();
        services.TryAddSingleton<SchemaQueries>();
    }
}
