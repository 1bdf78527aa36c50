using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>A network with two workloads that enrols miners and otherwise says nothing: enough for the fleet.</summary>
internal sealed class PlainNetwork : IMiningNetwork
{
    /// <summary>The value of every template's one secret.</summary>
    public const string Secret = "licence-0451-secret";

    public HashSet<string> Enrolled { get; } = [];
    public List<PoolOutlook> Outlooks { get; } = [];
    /// <summary>What it tells of each miner; null = nothing, as a network without sessions.</summary>
    public Func<string, MinerCredit>? Credits { get; set; }

    /// <summary>Whom it says that it pays for a miner; null = it tells nothing.</summary>
    public Func<string, PayoutReading>? Pays { get; set; }
    /// <summary>True = it cannot be asked whom it pays.</summary>
    public bool IsPayUnreadable { get; set; }

    public NetworkName Network => NetworkName.Heurist;

    public IReadOnlyList<Template> Templates { get; set; } = [Make("heurist-llm", 40), Make("heurist-sd", 12)];

    private static Template Make(string workload, int vram) => new(
        workload, 1, "heurist", workload, "ghcr.io/example/miner:1", ["run"], new Dictionary<string, string> { ["MODEL"] = "m" }, ["LICENCE_KEY"], new TemplateNeeds(vram, 1, 4, 16, 50, "12.1", [], false, false),
        new TemplatePayout("evm-address", "MINER_ID_0"), new TemplateLogs([], []), 20, 30, "by test", null);

    public NetworkNotice? NoticeAt(DateTimeOffset now) => null;
    public MinerIdentity IdentityOf(MinerId miner, Template template, string payoutAddress) => new($"{payoutAddress}-{miner.Value:N}", payoutAddress, new Dictionary<string, string> { ["MINER_ID_0"] = payoutAddress, ["LICENCE_KEY"] = Secret });
    public Task<Effect> EnrolAsync(MinerId miner, string networkKey, Template template, CancellationToken cancellationToken) { lock (Enrolled) { Enrolled.Add(networkKey); } return Task.FromResult<Effect>(new Effect.Done()); }
    public Task<string?> FindEnrolmentAsync(string networkKey, CancellationToken cancellationToken) => Task.FromResult(Enrolled.Contains(networkKey) ? networkKey : null);
    public Task<Effect> WithdrawAsync(string networkKey, CancellationToken cancellationToken) { lock (Enrolled) { Enrolled.Remove(networkKey); } return Task.FromResult<Effect>(new Effect.Done()); }
    public Task<IReadOnlyDictionary<string, IReadOnlyList<PayoutReading>>> ReadPayoutsAsync(IReadOnlyCollection<string> networkKeys, CancellationToken cancellationToken) => IsPayUnreadable
        ? throw new SupplierUnavailableException("heurist", "it is down")
        : Task.FromResult<IReadOnlyDictionary<string, IReadOnlyList<PayoutReading>>>(Pays is { } of ? networkKeys.ToDictionary(k => k, IReadOnlyList<PayoutReading> (k) => [of(k)]) : []);
    public Task<IReadOnlyList<PointsReading>> ReadPointsAsync(IReadOnlyCollection<string> payoutAddresses, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<PointsReading>>([]);
    public WorkloadName? WorkloadOf(string pointsKind) => null;
    public Task<IReadOnlyList<MinerCredit>> ReadCreditsAsync(IReadOnlyCollection<string> networkKeys, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<MinerCredit>>(Credits is { } of ? [.. networkKeys.Select(of)] : []);
    public Task<RewardPage> ReadRewardsAsync(string? cursor, IReadOnlyCollection<string> payoutAddresses, CancellationToken cancellationToken) => Task.FromResult(new RewardPage([], cursor));
    public Task<IReadOnlyList<PoolOutlook>> ReadOutlookAsync(DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<PoolOutlook>>([.. Outlooks.Select(o => o with { At = now })]);
}
