using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Staking;
using Nirmaan.Control.Uptime;

namespace Nirmaan.Control.Rewards;

internal static class RewardServices
{
    /// <summary>Adds the verbs and reads of uptime, rewards and staking. The host adds the networks, the price feeds and the stake chain.</summary>
    public static IServiceCollection AddUptimeRewardsAndStaking(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<UptimeOptions>().Bind(configuration.GetSection(UptimeOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<UptimeOptions>, UptimeOptionsCheck>();
        services.AddOptions<RewardsOptions>().Bind(configuration.GetSection(RewardsOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RewardsOptions>, RewardsOptionsCheck>();
        services.TryAddSingleton<RecordHeartbeats>();
        services.TryAddSingleton<JudgeMiners>();
        services.TryAddSingleton<CloseUptimeWindow>();
        services.TryAddSingleton<SamplePoints>();
        services.TryAddSingleton<IngestRewards>();
        services.TryAddSingleton<ReadPrices>();
        services.TryAddSingleton<MeterRent>();
        services.TryAddSingleton<SyncStakes>();
        services.TryAddSingleton<AnnounceFeePolicy>();
        services.TryAddSingleton<IConsenters, AnyConsenter>();
        services.TryAddSingleton<CloseEpoch>();
        services.TryAddSingleton<RecordSale>();
        services.TryAddSingleton<SaleQueries>();
        services.TryAddSingleton<ConvertPoints>();
        services.TryAddSingleton<ConversionQueries>();
        services.TryAddSingleton<PublicationQueries>();
        services.TryAddSingleton<PublishRoot>();
        services.TryAddSingleton<ClaimSessions>();
        services.TryAddSingleton<MorpheusQueries>();
        services.TryAddSingleton<MorpheusBidQueries>();
        services.TryAddSingleton<CheckInvariants>();
        services.TryAddSingleton<UptimeQueries>();
        services.TryAddSingleton<PointsQueries>();
        services.TryAddSingleton<RewardQueries>();
        services.TryAddSingleton<PriceBook>();
        services.TryAddSingleton<PriceQueries>();
        services.TryAddSingleton<LedgerQueries>();
        services.TryAddSingleton<TreasuryQueries>();
        services.TryAddSingleton<DistributionQueries>();
        services.TryAddSingleton<InvariantQueries>();
        services.TryAddSingleton<StakerQueries>();
        services.TryAddSingleton<StakerStateQueries>();
        services.TryAddSingleton<ReturnSumQueries>();
        services.TryAddSingleton<StakeWorkQueries>();
        services.TryAddSingleton<WalletNonces>();
        services.TryAddSingleton<LoopQueries>();
        return services;
    }
}
