using Microsoft.Extensions.Options;
using Nirmaan.Domain.Fleet;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Polly.Timeout;

namespace Nirmaan.Networks.Chain;

/// <summary>The chain of section <c>Chain</c>, with every way in which a node fails turned into <see cref="SupplierUnavailableException"/>.</summary>
internal sealed class EvmChain(IHttpClientFactory clients, IOptions<ChainOptions> options)
{
    /// <summary>Name of the HTTP client that reaches the node.</summary>
    public const string ClientName = "Nirmaan.Chain";

    /// <summary>The section.</summary>
    public ChainOptions Options => options.Value;

    /// <summary>Reads through the node of the expected chain.</summary>
    /// <param name="what">What is read, for the exception's text.</param>
    /// <exception cref="SupplierUnavailableException">No chain is set, it is another one, or the node gives no usable answer.</exception>
    public async Task<T> ReadAsync<T>(string what, Func<JsonRpcClient, long, Task<T>> read, CancellationToken cancellationToken)
    {
        if (Options.Rpc is null) { throw Unavailable(what, $"{ChainOptions.Section}:Rpc is not set"); }
        return await GuardAsync(what, async () =>
        {
            var rpc = new JsonRpcClient(clients.CreateClient(ClientName));
            var id = await rpc.GetChainIdAsync(cancellationToken);
            if (Options.Id is { } expected && id != expected) { throw Unavailable(what, $"the node is of chain {id}; expected {ChainOptions.Section}:Id {expected}"); }
            return await read(rpc, id);
        }, cancellationToken);
    }

    /// <summary>Asks another node.</summary>
    /// <exception cref="SupplierUnavailableException">It gives no usable answer.</exception>
    public Task<T> AskWitnessAsync<T>(Uri witness, Func<JsonRpcClient, Task<T>> ask, CancellationToken cancellationToken)
    {
        var client = clients.CreateClient(ClientName);
        client.BaseAddress = witness;
        return GuardAsync($"the witness {witness.Authority}", () => ask(new JsonRpcClient(client)), cancellationToken);
    }

    private static async Task<T> GuardAsync<T>(string what, Func<Task<T>> read, CancellationToken cancellationToken)
    {
        try { return await read(); }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { throw; }
        catch (Exception e) when (e is JsonRpcException or JsonRpcProtocolException or ChainMovedException or AbiException or FormatException or HttpRequestException or IOException)
        {
            throw Unavailable(what, e.Message, e);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutRejectedException or TimeoutException)
        {
            throw Unavailable(what, "no answer within the time allowed", e);
        }
    }

    private static SupplierUnavailableException Unavailable(string what, string why, Exception? cause = null) => new("chain", $"{what}: {why}", cause);

    /// <summary>Reads logs of final blocks in pages.</summary>
    public LogReader Logs(JsonRpcClient rpc) => new(rpc, new LogReaderOptions(Options.FinalityDepth, Options.MaxRange));
}
