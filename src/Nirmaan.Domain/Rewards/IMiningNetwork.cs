using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Domain.Rewards;

/// <summary>What a miner is to the network: known before it is launched, since it goes into its environment.</summary>
/// <param name="Key">Heurist: the miner id <c>0xADDRESS-tag</c>; Morpheus: the on-chain model id.</param>
/// <param name="Env">Environment entries that the template leaves to the network (payout address among them).</param>
public sealed record MinerIdentity(string Key, string PayoutAddress, IReadOnlyDictionary<string, string> Env);

/// <summary>Work of a miner that the network itself acknowledges.</summary>
/// <param name="NetworkKey">What the network knows the miner by.</param>
/// <param name="Active">Work is running now.</param>
/// <param name="LastCreditAt">Newest acknowledged work.</param>
/// <param name="WorkUnits">Acknowledged units in the last hour, in the workload's unit.</param>
public sealed record MinerCredit(string NetworkKey, bool Active, DateTimeOffset? LastCreditAt, decimal? WorkUnits);

/// <summary>Rewards read, and where to go on next time.</summary>
/// <param name="Cursor">Opaque; stored with the rewards in one transaction.</param>
public sealed record RewardPage(IReadOnlyList<RewardReading> Rewards, string? Cursor);

/// <summary>Something about a network that must stand beside its figures: a closed season, a replay, a simulated source.</summary>
public sealed record NetworkNotice(string Label, string Text);

/// <summary>
/// A network that pays for work. Reads throw <see cref="SupplierUnavailableException"/> when it cannot be read; what a network does not
/// have (points, rewards, enrolment) answers empty or Done.
/// </summary>
public interface IMiningNetwork
{
    /// <summary>Which network this is.</summary>
    NetworkName Network { get; }
    /// <summary>Recipes of its miners, newest version of each.</summary>
    IReadOnlyList<Template> Templates { get; }
    /// <summary>What its figures must carry; null = nothing.</summary>
    NetworkNotice? NoticeAt(DateTimeOffset now);
    /// <summary>The identity of a miner under the payout policy.</summary>
    MinerIdentity IdentityOf(MinerId miner, Template template, string payoutAddress);
    /// <summary>Makes a serving miner known so that work reaches it. May cost a fee. Not idempotent unless the network is.</summary>
    /// <param name="miner">Whose: some networks make the key from it (Morpheus registers the model under what the key is a hash of).</param>
    Task<Effect> EnrolAsync(MinerId miner, string networkKey, Template template, CancellationToken cancellationToken);
    /// <summary>Looks an enrolment up: null = the network knows nothing of it.</summary>
    Task<string?> FindEnrolmentAsync(string networkKey, CancellationToken cancellationToken);
    /// <summary>Ends the stream of work to a miner. Safe to repeat.</summary>
    Task<Effect> WithdrawAsync(string networkKey, CancellationToken cancellationToken);
    /// <summary>Where the network itself says that miners are paid, by their keys; a key without a reading is unknown. Empty where it tells nothing.</summary>
    Task<IReadOnlyDictionary<string, IReadOnlyList<PayoutReading>>> ReadPayoutsAsync(IReadOnlyCollection<string> networkKeys, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, IReadOnlyList<PayoutReading>>>(new Dictionary<string, IReadOnlyList<PayoutReading>>());
    /// <summary>Cumulative points of the accounts.</summary>
    Task<IReadOnlyList<PointsReading>> ReadPointsAsync(IReadOnlyCollection<string> payoutAddresses, DateTimeOffset now, CancellationToken cancellationToken);
    /// <summary>The workload that earns points of a kind (Heurist: <c>llama</c> by text, <c>waifu</c> by images); null = the network has no such kind.</summary>
    WorkloadName? WorkloadOf(string pointsKind);
    /// <summary>Every workload that earns a kind, with what one of its jobs weighs against the others' when points are shared out; 0 = its jobs earn none.</summary>
    IReadOnlyDictionary<WorkloadName, decimal> WorkloadsOf(string pointsKind, DateTimeOffset at) =>
        WorkloadOf(pointsKind) is { } only ? new Dictionary<WorkloadName, decimal> { [only] = 1 } : [];
    /// <summary>Acknowledged work per miner; empty when the network tells nothing per miner.</summary>
    Task<IReadOnlyList<MinerCredit>> ReadCreditsAsync(IReadOnlyCollection<string> networkKeys, DateTimeOffset now, CancellationToken cancellationToken);
    /// <summary>Tokens received since a cursor (null = from the start), final ones only.</summary>
    Task<RewardPage> ReadRewardsAsync(string? cursor, IReadOnlyCollection<string> payoutAddresses, CancellationToken cancellationToken);
    /// <summary>What its pools pay and against how much other work.</summary>
    Task<IReadOnlyList<PoolOutlook>> ReadOutlookAsync(DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>A token's price in USD at a moment, from a named source.</summary>
/// <param name="LiquidityUsd">What stands behind it where the source is a pool: the dollars in it; null = the source does not say.</param>
public sealed record PriceQuote(string AssetId, decimal Usd, DateTimeOffset At, string Source, decimal? LiquidityUsd = null);

/// <summary>Prices of tokens. A token without a price is left out: unknown, never 0.</summary>
public interface IPriceFeed
{
    /// <summary>The newest prices it has.</summary>
    Task<IReadOnlyList<PriceQuote>> ReadAsync(IReadOnlyCollection<Asset> assets, CancellationToken cancellationToken);
}
