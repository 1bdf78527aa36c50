using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;
using Nirmaan.Evm;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Networks.Chain;

namespace Nirmaan.Networks.Morpheus;

/// <summary>Our provider's account: sessions from the node, which lists them with their prices; stake, year and what was paid of open ones from the contract.</summary>
internal sealed class MorpheusAccount(IMorpheusApi api, EvmChain chain) : IMorpheusAccount
{
    /// <summary>Newest sessions that are looked at: 79 pages of the node.</summary>
    private const int MostSessions = 20_000;

    // Each costs a question to the chain; whoever has more that owe sees the rest as the node has it.
    private const int MostAsked = 200;

    private readonly MorpheusNode _node = new(api);

    /// <inheritdoc />
    public async Task<MorAccount> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var own = await _node.ReadProviderAsync(cancellationToken);
        var sessions = await _node.ListSessionsAsync(own, DateTimeOffset.MinValue, cancellationToken, MostSessions);
        return await chain.ReadAsync("the provider's account", async (rpc, chainId) =>
        {
            var head = await rpc.GetBlockAsync(BlockTag.Latest, cancellationToken) ?? throw new JsonRpcProtocolException("The node has no block.");
            var at = BlockTag.At(head.Number);
            var known = await rpc.CallAsync(chain.Options.DiamondAddress, new GetProvider(own), at, cancellationToken);
            var provider = new MorProvider(known.Stake, known.LimitPeriodEarned, DateTimeOffset.FromUnixTimeSeconds(known.LimitPeriodEnd));
            var open = MorClaims.Of(sessions, provider, now).Lines.Where(l => l.Step != MorClaimStep.Runs).Take(MostAsked).Select(l => l.Session.Id).ToHashSet();
            List<MorSession> read = [];
            foreach (var session in sessions)
            {
                read.Add(open.Contains(session.Id) ? Over(session, await rpc.CallAsync(chain.Options.DiamondAddress, new GetSession(Bytes32.Parse(session.Id)), at, cancellationToken)) : session);
            }
            return new MorAccount(
                chainId, own.ToString(), chain.Options.DiamondAddress.ToString(), known.Endpoint, known is { CreatedAt: > 0, IsDeleted: false }, MorClaims.Of(read, provider, now), read,
                sessions.Count < MostSessions, new BlockRef(head.Number, head.Hash.ToString(), head.Time));
        }, cancellationToken);
    }

    /// <summary>A session of which the contract knows nothing (a node of another chain) stays as the node has it; its claim is tried before it is signed.</summary>
    private static MorSession Over(MorSession session, DiamondSession known) => known.OpenedAt == 0 ? session : session with
    {
        EndsAt = DateTimeOffset.FromUnixTimeSeconds(known.EndsAt),
        ClosedAt = known.ClosedAt == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(known.ClosedAt),
        Withdrawn = known.ProviderWithdrawnAmount,
    };
}
