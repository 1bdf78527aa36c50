using System.Numerics;
using System.Text.Json;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Chain;

/// <summary>The local chain refused a call, reverted it, or is away.</summary>
public sealed class ChainException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// The sandbox's hand on the local chain (anvil): sends from its unlocked accounts, each transaction in a block that bears the sandbox's
/// time. One transaction at a time, so that two payments never race for one block time.
/// </summary>
public sealed class LocalChainClient(JsonRpcClient rpc, SandboxClock clock) : IDisposable
{
    /// <summary>Given with every transaction: anvil would estimate at the newest block's time, and a checkpoint written in a later second costs more.</summary>
    private const long GasLimit = 10_000_000;

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(5), s_patience = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _sending = new(1, 1);

    /// <summary>The unlocked accounts.</summary>
    public Task<IReadOnlyList<EvmAddress>> AccountsAsync(CancellationToken cancellationToken) => AskAsync<IReadOnlyList<EvmAddress>>(async () =>
        (await rpc.RequestAsync("eth_accounts", [], cancellationToken)).Deserialize<EvmAddress[]>() ?? []);

    /// <summary>The number of the latest block.</summary>
    public Task<long> BlockNumberAsync(CancellationToken cancellationToken) => AskAsync(() => rpc.GetBlockNumberAsync(cancellationToken));

    /// <summary>An account's ether, in wei.</summary>
    public Task<BigInteger> EtherAsync(EvmAddress account, CancellationToken cancellationToken) =>
        AskAsync(() => rpc.GetBalanceAsync(account, BlockTag.Latest, cancellationToken));

    /// <summary>Gives an account this much ether, in wei, out of nothing.</summary>
    public Task SetEtherAsync(EvmAddress account, BigInteger wei, CancellationToken cancellationToken) =>
        AskAsync(() => rpc.RequestAsync("anvil_setBalance", [account.ToLowerHex(), Hex.Quantity(wei)], cancellationToken));

    /// <summary>An account's balance of a token, in base units.</summary>
    public Task<BigInteger> BalanceAsync(EvmAddress token, EvmAddress account, CancellationToken cancellationToken) =>
        CallAsync(token, new BalanceOf(account), cancellationToken);

    /// <summary>What a contract answers as of the latest block.</summary>
    public Task<TResult> CallAsync<TResult>(EvmAddress contract, IFunction<TResult> function, CancellationToken cancellationToken) =>
        AskAsync(() => rpc.CallAsync(contract, function, BlockTag.Latest, cancellationToken));

    /// <summary>
    /// Sends a transaction from an unlocked account and waits for its block, whose time is the sandbox's (or one second after the block
    /// before, where that is later). Returns the hash.
    /// </summary>
    /// <exception cref="ChainException">The node refused it, it reverted, or the node is away.</exception>
    public async Task<Bytes32> SendAsync(EvmAddress from, EvmAddress to, IFunction function, CancellationToken cancellationToken)
    {
        var transaction = new Dictionary<string, string>
        {
            ["from"] = from.ToLowerHex(),
            ["to"] = to.ToLowerHex(),
            ["data"] = Hex.Encode(Functions.Encode(function)),
            ["gas"] = Hex.Quantity(GasLimit)
        };
        await _sending.WaitAsync(cancellationToken);
        try
        {
            return await AskAsync(async () =>
            {
                await SetBlockTimeAsync(cancellationToken);
                // anvil mines what reverts without a word; a call tells why, and costs nothing. It is asked of the block to come, whose
                // time what waits in the staking contract depends on.
                await rpc.RequestAsync("eth_call", [transaction, "pending"], cancellationToken);
                var hash = (await rpc.RequestAsync("eth_sendTransaction", [transaction], cancellationToken)).Deserialize<Bytes32>();
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                patience.CancelAfter(s_patience);
                var receipt = await rpc.WaitForReceiptAsync(hash, s_poll, TimeProvider.System, patience.Token);
                return receipt.Succeeded ? hash : throw new ChainException($"Transaction {hash} to {to} reverted.");
            });
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ChainException($"A transaction to {to} was not mined within {s_patience.TotalSeconds:F0} s.", e);
        }
        finally { _sending.Release(); }
    }

    /// <inheritdoc />
    public void Dispose() => _sending.Dispose();

    private async Task SetBlockTimeAsync(CancellationToken cancellationToken)
    {
        // Another program (the history driver) may mine between the two calls; then the node refuses a time that is not later, and the
        // second try sees its block.
        for (var attempt = 0; ; attempt++)
        {
            var latest = await rpc.GetBlockAsync(BlockTag.Latest, cancellationToken) ?? throw new ChainException("The chain has no blocks.");
            var time = Math.Max(clock.GetUtcNow().ToUnixTimeSeconds(), latest.Time.ToUnixTimeSeconds() + 1);
            try
            {
                await rpc.RequestAsync("evm_setNextBlockTimestamp", [time], cancellationToken);
                return;
            }
            catch (JsonRpcException) when (attempt == 0) { }
        }
    }

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try { return await ask(); }
        catch (Exception e) when (e is JsonRpcException or JsonRpcProtocolException or HttpRequestException or AbiException)
        {
            throw new ChainException(e.Message, e);
        }
    }
}
