using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Networks.Chain;
using Nirmaan.Networks.Nrm;

namespace Nirmaan.Networks.Morpheus;

/// <summary>The wallet of Morpheus' node: ether for its transactions, MOR for bids and models. Without either no miner is enrolled.</summary>
internal sealed class MorpheusKey(IMorpheusApi api, EvmChain chain, IOptions<MorpheusOptions> options, TimeProvider clock) : IOperatingKey
{
    private static readonly Asset s_ether = new("ETH", 18);
    private readonly MorpheusNode _node = new(api);

    /// <inheritdoc />
    public string Name => "Morpheus' node";

    /// <inheritdoc />
    public async Task<KeyBalance> ReadAsync(CancellationToken cancellationToken)
    {
        var own = await _node.ReadProviderAsync(cancellationToken);
        var (ether, mor) = await chain.ReadAsync("the node's wallet", async (rpc, _) => (
            await rpc.GetBalanceAsync(own, BlockTag.Latest, cancellationToken), await rpc.CallAsync(chain.Options.MorAddress, new BalanceOf(own), BlockTag.Latest, cancellationToken)), cancellationToken);
        return new KeyBalance(Name, own.ToString(),
        [
            new KeyFunds(s_ether.Id, new TokenAmount(ether, s_ether), TokenAmount.Of(options.Value.LeastGasEth, s_ether), "the gas of bids, models and closed sessions"),
            new KeyFunds(Asset.Mor.Id, new TokenAmount(mor, Asset.Mor), TokenAmount.Of(options.Value.LeastFeeMor, Asset.Mor), "fees of bids and stakes of models"),
        ], clock.GetUtcNow());
    }
}
