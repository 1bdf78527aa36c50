using Microsoft.Extensions.Options;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Evm;
using Nirmaan.Networks.Chain;
using Nirmaan.Networks.Templates;

namespace Nirmaan.Networks.Morpheus;

/// <summary>
/// Morpheus: one provider of ours, one proxy-router, and one model with one bid per miner, so that a session's model tells which miner
/// served it. Users pay by the session-second; MOR arrives on the chain when a session closes.
/// </summary>
internal sealed class MorpheusMiningNetwork : IMiningNetwork, IDisposable
{
    private static readonly TimeSpan s_creditWindow = TimeSpan.FromHours(1);

    private readonly MorpheusOptions _options;
    private readonly MorpheusNode _node;
    private readonly MorpheusMarket _market;
    private readonly MorpheusEnrolment _enrolment;
    private readonly MorRewards _rewards;
    private readonly Template _template = TemplateFile.Shipped("morpheus-llm");

    public MorpheusMiningNetwork(IMorpheusApi api, EvmChain chain, IOptions<MorpheusOptions> options, Microsoft.Extensions.Logging.ILogger<MorRewards> logger)
    {
        (_options, _node) = (options.Value, new MorpheusNode(api));
        _market = new MorpheusMarket(_node, options);
        _enrolment = new MorpheusEnrolment(api, _node, _market, options.Value, chain.Options);
        _rewards = new MorRewards(chain, _node, logger);
    }

    /// <inheritdoc />
    public NetworkName Network => NetworkName.Morpheus;

    /// <inheritdoc />
    public IReadOnlyList<Template> Templates => [_template];

    /// <inheritdoc />
    public NetworkNotice? NoticeAt(DateTimeOffset now) => null;

    /// <summary>The key is the model's on-chain id. Its name and port are the template's.</summary>
    public MinerIdentity IdentityOf(MinerId miner, Template template, string payoutAddress)
    {
        // With its checksum where it has one: a slip here pays a stranger.
        var provider = EvmAddress.Parse(payoutAddress);
        var key = MorpheusIds.ModelId(provider, MorpheusIds.BaseId(miner)).ToString();
        return new MinerIdentity(key, payoutAddress, new Dictionary<string, string> { ["MODEL_ID"] = key, [template.Payout.Env] = provider.ToString() });
    }

    /// <inheritdoc />
    public Task<Effect> EnrolAsync(MinerId miner, string networkKey, Template template, CancellationToken cancellationToken) =>
        _enrolment.EnrolAsync(miner, networkKey, template, cancellationToken);

    /// <inheritdoc />
    public async Task<string?> FindEnrolmentAsync(string networkKey, CancellationToken cancellationToken) =>
        (await _enrolment.FindBidAsync(networkKey, await _node.ReadProviderAsync(cancellationToken), cancellationToken))?.Id;

    /// <inheritdoc />
    public Task<Effect> WithdrawAsync(string networkKey, CancellationToken cancellationToken) => _enrolment.WithdrawAsync(networkKey, cancellationToken);

    /// <summary>The wallet that the node works with is paid for every model of it; beside it stands who owns each model on the chain.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<PayoutReading>>> ReadPayoutsAsync(IReadOnlyCollection<string> networkKeys, CancellationToken cancellationToken)
    {
        var wallet = new PayoutReading("node's wallet", (await _node.ReadProviderAsync(cancellationToken)).ToString());
        var owners = (await _node.ListModelsAsync(cancellationToken)).Where(m => !m.IsDeleted).ToLookup(m => m.Id, m => new PayoutReading("owner on the chain", m.Owner.ToString()));
        return networkKeys.ToDictionary(k => k, IReadOnlyList<PayoutReading> (k) => [wallet, .. owners[k]]);
    }

    /// <summary>Empty: Morpheus pays tokens.</summary>
    public Task<IReadOnlyList<PointsReading>> ReadPointsAsync(IReadOnlyCollection<string> payoutAddresses, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<PointsReading>>([]);

    /// <summary>Null: Morpheus has no points.</summary>
    public WorkloadName? WorkloadOf(string pointsKind) => null;

    /// <summary>Sessions on each miner's model; the unit is the session-second.</summary>
    public async Task<IReadOnlyList<MinerCredit>> ReadCreditsAsync(IReadOnlyCollection<string> networkKeys, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (networkKeys.Count == 0) { return []; }
        var own = await _node.ReadProviderAsync(cancellationToken);
        var from = now - s_creditWindow;
        var sessions = (await _node.ListSessionsAsync(own, from - _options.LongestSession, cancellationToken)).Where(s => s.OpenedAt <= now).ToLookup(s => s.ModelId);
        return [.. networkKeys.Select(key => new MinerCredit(key, sessions[key].Any(s => s.IsActive(now)),
            sessions[key].Select(s => (DateTimeOffset?)(s.End < now ? s.End : now)).Max(), sessions[key].Sum(s => s.SecondsWithin(from, now))))];
    }

    /// <inheritdoc />
    public Task<RewardPage> ReadRewardsAsync(string? cursor, IReadOnlyCollection<string> payoutAddresses, CancellationToken cancellationToken) =>
        _rewards.ReadAsync(cursor, payoutAddresses, cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<PoolOutlook>> ReadOutlookAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        [await _market.ReadOutlookAsync(_template, now, cancellationToken)];

    /// <inheritdoc />
    public void Dispose() => _enrolment.Dispose();
}
