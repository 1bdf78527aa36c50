using System.Globalization;
using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Evm;
using Nirmaan.Networks.Chain;
using Nirmaan.Networks.Http;

namespace Nirmaan.Networks.Morpheus;

/// <summary>
/// Puts a miner's model on Morpheus' market and takes it off. Each step looks first whether it is done already, so a repeat after a lost
/// answer neither stakes nor bids twice. One at a time: the node has one wallet, and what the contract may take is shared.
/// </summary>
internal sealed class MorpheusEnrolment(IMorpheusApi api, MorpheusNode node, MorpheusMarket market, MorpheusOptions options, ChainOptions chain) : IDisposable
{
    private static readonly string s_noIpfs = new Bytes32(new byte[Bytes32.Size]).ToString();
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Our standing bid on a model; null = there is none.</summary>
    public async Task<MorpheusBid?> FindBidAsync(string modelId, EvmAddress own, CancellationToken cancellationToken) =>
        (await node.ListModelBidsAsync(modelId, cancellationToken)).FirstOrDefault(b => b.Provider == own);

    /// <summary>Registers the provider and the model where they are not, and bids.</summary>
    public async Task<Effect> EnrolAsync(MinerId miner, string modelId, Template template, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try { return await NetworkCalls.ActAsync(() => EnrolOnceAsync(miner, modelId, template.Env["MODEL_NAME"], cancellationToken), cancellationToken); }
        finally { _one.Release(); }
    }

    /// <summary>Ends our bid on a model and takes the model off, whose stake comes back.</summary>
    public async Task<Effect> WithdrawAsync(string modelId, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var ended = await NetworkCalls.ActAsync(() => EndBidAsync(modelId, cancellationToken), cancellationToken);
            if (ended is not Effect.Done) { return ended; }
            var taken = await NetworkCalls.ActAsync(() => TakeOffAsync(modelId, cancellationToken), cancellationToken);
            // No work reaches it any more, which is what was asked; only its stake is still there.
            return taken is Effect.Refused refused ? new Effect.Done(modelId, $"the bid has ended; the model's stake stays: {refused.Why}") : taken;
        }
        finally { _one.Release(); }
    }

    /// <inheritdoc />
    public void Dispose() => _one.Dispose();

    private async Task<Effect> EnrolOnceAsync(MinerId miner, string modelId, string name, CancellationToken cancellationToken)
    {
        var own = await node.ReadProviderAsync(cancellationToken);
        var baseId = MorpheusIds.BaseId(miner);
        if (MorpheusIds.ModelId(own, baseId).ToString() != modelId)
        {
            return new Effect.Refused(
                "other-provider", $"the node's wallet {own} is not the provider for which {modelId} was made; expected the payout policy's address", RetryElsewhere: false);
        }
        if (await FindBidAsync(modelId, own, cancellationToken) is { } standing) { return Bidding(standing); }
        if (!await node.IsRegisteredAsync(own, cancellationToken))
        {
            if (options.ProviderEndpoint is not { } endpoint)
            {
                return new Effect.Refused("no-provider", $"provider {own} is not registered, and {MorpheusOptions.Section}:ProviderEndpoint is not set", RetryElsewhere: false);
            }
            await api.RegisterProviderAsync(new MorpheusProviderBody(Wei(options.ProviderStakeMor), endpoint), cancellationToken);
        }
        var known = (await node.ListModelsAsync(cancellationToken)).Any(m => m.Id == modelId && !m.IsDeleted);
        var price = await market.PriceAsync(own, name, cancellationToken);
        await AllowAsync(MorpheusOptions.Wei(options.BidFeeMor + (known ? 0 : options.ModelStakeMor)), cancellationToken);
        if (!known)
        {
            var body = new MorpheusModelBody(baseId.ToString(), s_noIpfs, "0", Wei(options.ModelStakeMor), name, ["LLM"]);
            var id = (await api.RegisterModelAsync(body, cancellationToken))?.Model?.Id;
            if (!string.Equals(id, modelId, StringComparison.OrdinalIgnoreCase)) { return new Effect.Uncertain("bad-answer", $"the node registered model '{id}'; expected {modelId}"); }
        }
        var posted = await api.PostBidAsync(new MorpheusBidBody(modelId, Text(price)), cancellationToken);
        return MorpheusNode.BidOf(posted?.Bid) is { } bid && bid.ModelId == modelId ? Bidding(bid) : new Effect.Uncertain("bad-answer", "the answer shows no bid on the model");
    }

    private async Task AllowAsync(BigInteger needed, CancellationToken cancellationToken)
    {
        if (await node.ReadAllowanceAsync(chain.DiamondAddress, cancellationToken) >= needed) { return; }
        await api.ApproveAsync(chain.DiamondAddress.ToString(), Wei(options.AllowanceMor), cancellationToken);
    }

    private async Task<Effect> EndBidAsync(string modelId, CancellationToken cancellationToken)
    {
        var own = await node.ReadProviderAsync(cancellationToken);
        if (await FindBidAsync(modelId, own, cancellationToken) is { } bid) { await api.DeleteBidAsync(bid.Id, cancellationToken); }
        return new Effect.Done(modelId);
    }

    private async Task<Effect> TakeOffAsync(string modelId, CancellationToken cancellationToken)
    {
        var own = await node.ReadProviderAsync(cancellationToken);
        if ((await node.ListModelsAsync(cancellationToken)).Any(m => m.Id == modelId && m.Owner == own && !m.IsDeleted)) { await api.DeleteModelAsync(modelId, cancellationToken); }
        return new Effect.Done(modelId, "the bid has ended and the model is taken off");
    }

    private static Effect.Done Bidding(MorpheusBid bid) => new(bid.Id, $"bid {bid.Id} at {Text(bid.PricePerSecond)} wei per second");

    private static string Wei(decimal mor) => Text(MorpheusOptions.Wei(mor));

    private static string Text(BigInteger number) => number.ToString(CultureInfo.InvariantCulture);
}
