using Microsoft.Extensions.Options;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Networks.Chain;

namespace Nirmaan.Web.History;

/// <summary>
/// Empty blocks for the sandbox's chain, which mines only when somebody sends: on a real one time goes on by itself, and what is read up to a
/// block is only known to be complete up to that block's time.
/// </summary>
public sealed class ChainBeat(IHttpClientFactory clients, IOptions<ChainOptions> options)
{
    /// <summary>Name of the HTTP client.</summary>
    public const string ClientName = "Nirmaan.SandboxChain";

    /// <summary>Mines a block; with a time, one of that time unless the chain is there already. Nothing where no chain is set.</summary>
    public async Task MineAsync(DateTimeOffset? at, CancellationToken cancellationToken)
    {
        if (options.Value.Rpc is not { } url) { return; }
        using var client = clients.CreateClient(ClientName);
        client.BaseAddress = url;
        var rpc = new JsonRpcClient(client);
        if (at is { } time)
        {
            try { await rpc.RequestAsync("evm_setNextBlockTimestamp", [time.ToUnixTimeSeconds()], cancellationToken); }
            // A payment of this very second was mined before: the chain has come this far.
            catch (JsonRpcException) { return; }
        }
        await rpc.RequestAsync("evm_mine", [], cancellationToken);
    }
}
