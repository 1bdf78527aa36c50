using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Testing;

/// <summary>A network that says what a test told it to say. What is not set is empty; <see cref="Down"/> makes every read fail.</summary>
public sealed class FakeMiningNetwork(NetworkName network) : IMiningNetwork
{
    /// <summary>Points counters by kind and account.</summary>
    public Dictionary<(string Kind, string Account), decimal> Counters { get; } = [];
    /// <summary>What <see cref="ReadCreditsAsync"/> answers.</summary>
    public List<MinerCredit> Credits { get; } = [];
    /// <summary>Rewards in the order in which they become final; the cursor is the count read so far.</summary>
    public List<RewardReading> Rewards { get; } = [];
    /// <summary>Rewards per page.</summary>
    public int PageSize { get; set; } = 100;
    /// <summary>Workloads by kind of points.</summary>
    public Dictionary<string, WorkloadName> Kinds { get; } = [];
    /// <summary>More workloads of a kind, with what a job of theirs weighs; those of <see cref="Kinds"/> weigh 1.</summary>
    public Dictionary<string, Dictionary<WorkloadName, decimal>> Weights { get; } = [];
    /// <summary>What must stand beside its figures.</summary>
    public NetworkNotice? Notice { get; set; }
    /// <summary>Runs inside every read of rewards, before it answers.</summary>
    public Func<Task>? OnRewardRead { get; set; }
    /// <summary>True: nothing can be read.</summary>
    public bool Down { get; set; }

    /// <summary>A recipe with nothing in it but its names.</summary>
    public static Template TemplateOf(string workload, NetworkName network) => new(
        workload, 1, network.Value, workload, "image", ["run"], new Dictionary<string, string>(), [], new TemplateNeeds(12, 1, 4, 16, 50, null, [8080], false, false),
        new TemplatePayout("evm-address", "MINER_ID_0"), new TemplateLogs([], []), 30, 30, "test", null);

    /// <inheritdoc />
    public NetworkName Network => network;
    /// <inheritdoc />
    public List<Template> Templates { get; } = [];
    IReadOnlyList<Template> IMiningNetwork.Templates => Templates;
    /// <inheritdoc />
    public NetworkNotice? NoticeAt(DateTimeOffset now) => Notice;
    /// <inheritdoc />
    public WorkloadName? WorkloadOf(string pointsKind) => Kinds.TryGetValue(pointsKind, out var workload) ? workload : null;
    /// <inheritdoc />
    public IReadOnlyDictionary<WorkloadName, decimal> WorkloadsOf(string pointsKind, DateTimeOffset at)
    {
        var all = new Dictionary<WorkloadName, decimal>(Weights.GetValueOrDefault(pointsKind) ?? []);
        if (WorkloadOf(pointsKind) is { } first) { all.TryAdd(first, 1); }
        return all;
    }

    /// <inheritdoc />
    public MinerIdentity IdentityOf(MinerId miner, Template template, string payoutAddress) => new($"{payoutAddress}-{miner.Value:N}", payoutAddress, new Dictionary<string, string>());
    /// <inheritdoc />
    public Task<Effect> EnrolAsync(MinerId miner, string networkKey, Template template, CancellationToken cancellationToken) => Task.FromResult<Effect>(new Effect.Done());
    /// <inheritdoc />
    public Task<string?> FindEnrolmentAsync(string networkKey, CancellationToken cancellationToken) => Task.FromResult<string?>(null);
    /// <inheritdoc />
    public Task<Effect> WithdrawAsync(string networkKey, CancellationToken cancellationToken) => Task.FromResult<Effect>(new Effect.Done());

    /// <inheritdoc />
    public Task<IReadOnlyList<PointsReading>> ReadPointsAsync(IReadOnlyCollection<string> payoutAddresses, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ThrowIfDown();
        return Task.FromResult<IReadOnlyList<PointsReading>>([.. Counters.Where(c => payoutAddresses.Contains(c.Key.Account))
            .Select(c => new PointsReading(network, c.Key.Kind, c.Key.Account, c.Value, now, "fake"))]);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<MinerCredit>> ReadCreditsAsync(IReadOnlyCollection<string> networkKeys, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ThrowIfDown();
        return Task.FromResult<IReadOnlyList<MinerCredit>>([.. Credits.Where(c => networkKeys.Contains(c.NetworkKey))]);
    }

    /// <inheritdoc />
    public async Task<RewardPage> ReadRewardsAsync(string? cursor, IReadOnlyCollection<string> payoutAddresses, CancellationToken cancellationToken)
    {
        ThrowIfDown();
        if (OnRewardRead is { } hook) { await hook(); }
        var from = cursor is null ? 0 : int.Parse(cursor, System.Globalization.CultureInfo.InvariantCulture);
        var page = Rewards.Skip(from).Take(PageSize).ToList();
        return new RewardPage(page, (from + page.Count).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<PoolOutlook>> ReadOutlookAsync(DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<PoolOutlook>>([]);

    private void ThrowIfDown()
    {
        if (Down) { throw new SupplierUnavailableException(network.Value, "it is down"); }
    }
}
