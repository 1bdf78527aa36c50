using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Jobs;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Notifications;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Data;

/// <summary>The one database. A context lives for one operation; nothing is loaded lazily.</summary>
public sealed class NirmaanDbContext(DbContextOptions<NirmaanDbContext> options) : DbContext(options)
{
    /// <summary>Market: offers.</summary>
    public DbSet<Offer> Offers => Set<Offer>();
    /// <summary>Providers of whom no further machine is taken, and those of whom none was.</summary>
    public DbSet<ProviderBlock> ProviderBlocks => Set<ProviderBlock>();
    /// <summary>Fleet: maintenance windows and freezes.</summary>
    public DbSet<Standstill> Standstills => Set<Standstill>();
    /// <summary>Fleet: machines that we rent.</summary>
    public DbSet<Instance> Instances => Set<Instance>();
    /// <summary>Fleet: workloads on them.</summary>
    public DbSet<Miner> Miners => Set<Miner>();
    /// <summary>Fleet: intended effects.</summary>
    public DbSet<Operation> Operations => Set<Operation>();
    /// <summary>Fleet: launches by idempotency key.</summary>
    public DbSet<Launch> Launches => Set<Launch>();
    /// <summary>Fleet: bids seen.</summary>
    public DbSet<SeenBid> Bids => Set<SeenBid>();
    /// <summary>Fleet: comparisons with suppliers.</summary>
    public DbSet<SupplierReport> SupplierReports => Set<SupplierReport>();
    /// <summary>Fleet: logs kept.</summary>
    public DbSet<InstanceLog> InstanceLogs => Set<InstanceLog>();
    public DbSet<LogReading> LogReadings => Set<LogReading>();
    public DbSet<LogStream> LogStreams => Set<LogStream>();
    public DbSet<ShellCommand> ShellCommands => Set<ShellCommand>();
    /// <summary>Every thing's history.</summary>
    public DbSet<TimelineEvent> Timeline => Set<TimelineEvent>();
    /// <summary>Uptime: reports of agents.</summary>
    public DbSet<Heartbeat> Heartbeats => Set<Heartbeat>();
    /// <summary>Uptime: scored hours.</summary>
    public DbSet<UptimeWindow> UptimeWindows => Set<UptimeWindow>();
    /// <summary>Rewards: readings of counters.</summary>
    public DbSet<PointsSample> PointsSamples => Set<PointsSample>();
    /// <summary>Rewards: miners' parts of them.</summary>
    public DbSet<PointsAward> PointsAwards => Set<PointsAward>();
    /// <summary>Rewards: tokens received.</summary>
    public DbSet<Reward> Rewards => Set<Reward>();
    /// <summary>Rewards: how far each network was read.</summary>
    public DbSet<RewardCursor> RewardCursors => Set<RewardCursor>();
    /// <summary>Rewards: the books.</summary>
    public DbSet<LedgerEntry> Ledger => Set<LedgerEntry>();
    /// <summary>Rewards: closed epochs.</summary>
    public DbSet<Distribution> Distributions => Set<Distribution>();
    /// <summary>Rewards: consents to epochs that wait to be closed.</summary>
    public DbSet<EpochSignoff> EpochSignoffs => Set<EpochSignoff>();
    /// <summary>Rewards: what is taken from when on.</summary>
    public DbSet<FeePolicy> FeePolicies => Set<FeePolicy>();
    /// <summary>Fleet: what ops must see to.</summary>
    public DbSet<Alert> Alerts => Set<Alert>();
    /// <summary>Fleet: newest releases of what templates pack.</summary>
    public DbSet<UpstreamRelease> UpstreamReleases => Set<UpstreamRelease>();
    /// <summary>Fleet: credit bought at suppliers.</summary>
    public DbSet<TopUp> TopUps => Set<TopUp>();
    /// <summary>Rewards: tokens sold.</summary>
    public DbSet<Sale> Sales => Set<Sale>();
    /// <summary>Rewards: points that became tokens.</summary>
    public DbSet<Conversion> PointsConversions => Set<Conversion>();
    /// <summary>Rewards: what was sent to publish epochs.</summary>
    public DbSet<PublicationCall> PublicationCalls => Set<PublicationCall>();
    /// <summary>Rewards: what the owner of our Morpheus provider sent.</summary>
    public DbSet<ProviderCall> ProviderCalls => Set<ProviderCall>();
    /// <summary>Rewards: prices.</summary>
    public DbSet<PriceQuote> Prices => Set<PriceQuote>();
    /// <summary>Staking: changes of stake.</summary>
    public DbSet<StakeEvent> StakeEvents => Set<StakeEvent>();
    /// <summary>Staking: what else the contracts told.</summary>
    public DbSet<ChainRecord> ChainRecords => Set<ChainRecord>();
    /// <summary>Staking: what the chain took back.</summary>
    public DbSet<StakeTakenBack> StakesTakenBack => Set<StakeTakenBack>();
    /// <summary>Staking: how far the chain was read.</summary>
    public DbSet<ChainCursor> Cursors => Set<ChainCursor>();
    /// <summary>Staking: what browsers may sign in with.</summary>
    public DbSet<SignInNonce> SignInNonces => Set<SignInNonce>();
    /// <summary>Notifications: where accounts want to be told what.</summary>
    public DbSet<Subscription> Subscriptions => Set<Subscription>();
    /// <summary>Notifications: messages.</summary>
    public DbSet<Notice> Notices => Set<Notice>();
    /// <summary>Allocation: what pools paid, as read.</summary>
    public DbSet<PoolOutlook> Outlooks => Set<PoolOutlook>();
    /// <summary>Allocation: estimates.</summary>
    public DbSet<YieldEstimate> Estimates => Set<YieldEstimate>();
    /// <summary>Allocation: limits, by version.</summary>
    public DbSet<Constraints> Constraints => Set<Constraints>();
    /// <summary>Allocation: pins and vetoes.</summary>
    public DbSet<Directive> Directives => Set<Directive>();
    /// <summary>Allocation: plans.</summary>
    public DbSet<Plan> Plans => Set<Plan>();
    /// <summary>Allocation: their moves.</summary>
    public DbSet<Move> Moves => Set<Move>();
    /// <summary>Allocation: what became of plans.</summary>
    public DbSet<PlanGrade> Grades => Set<PlanGrade>();
    /// <summary>Plans solved again.</summary>
    public DbSet<PlanReplay> Replays => Set<PlanReplay>();
    /// <summary>The schedule.</summary>
    public DbSet<JobRow> Jobs => Set<JobRow>();
    /// <summary>Runs.</summary>
    public DbSet<JobRun> JobRuns => Set<JobRun>();
    /// <summary>Switches.</summary>
    public DbSet<Setting> Settings => Set<Setting>();

    /// <inheritdoc />
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => Conversions.Register(configurationBuilder);

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(NirmaanDbContext).Assembly);
        Conversions.NameInSnakeCase(modelBuilder);
    }
}
