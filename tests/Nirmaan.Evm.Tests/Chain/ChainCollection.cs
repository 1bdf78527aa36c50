using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

/// <summary>One chain for all its classes, which run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ChainCollection : ICollectionFixture<LocalChain>
{
    public const string Name = "local chain";
}

/// <summary>A test of the shared chain: each starts from the freshly deployed contracts and leaves nothing behind.</summary>
[Collection(ChainCollection.Name)]
public abstract class ChainTest(LocalChain chain) : IAsyncLifetime
{
    private string? _snapshot;

    protected LocalChain Chain { get; } = chain;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Account 0, which owns what the tests deploy.</summary>
    protected EvmAddress Owner => Chain.Accounts[0];

    /// <summary>Sends a transaction that the contract takes.</summary>
    protected Task<EvmReceipt> SendAsync(EvmAddress from, EvmAddress to, IFunction function) => Chain.SendAsync(from, to, function, Cancel);

    /// <summary>Asks a contract as things stand now.</summary>
    protected Task<TResult> AskAsync<TResult>(EvmAddress contract, IFunction<TResult> function) => Chain.Rpc.CallAsync(contract, function, BlockTag.Latest, Cancel);

    /// <summary>Sends a transaction that the contract refuses with this error.</summary>
    protected async Task<TError> RefusedAsync<TError>(EvmAddress from, EvmAddress to, IFunction function)
    {
        var e = await Should.ThrowAsync<JsonRpcException>(() => SendAsync(from, to, function));
        Reverts.TryDecode<TError>(e.RevertData, out var error).ShouldBeTrue($"expected {typeof(TError).Name}: {e.Message}");
        return error!;
    }

    /// <summary>Name of the one of these errors with which the contract refuses a transaction; empty = it took it.</summary>
    protected async Task<string> RefusalAsync(EvmAddress from, EvmAddress to, IFunction function, IReadOnlyList<Type> errors)
    {
        try { await SendAsync(from, to, function); }
        catch (JsonRpcException e)
        {
            return errors.FirstOrDefault(error => e.RevertData.AsSpan().StartsWith(Reverts.Signature(error).Selector.Span))?.Name ?? e.Message;
        }
        return "";
    }

    /// <summary>Time of the newest block, Unix seconds.</summary>
    protected async Task<long> NowAsync() => (await Chain.Rpc.GetBlockAsync(BlockTag.Latest, Cancel))!.Time.ToUnixTimeSeconds();

    /// <summary>Mines an empty block at a time, Unix seconds.</summary>
    protected async Task MineAtAsync(long time)
    {
        await Chain.SetNextBlockTimeAsync(DateTimeOffset.FromUnixTimeSeconds(time), Cancel);
        await Chain.Rpc.RequestAsync("evm_mine", [], Cancel);
    }

    /// <summary>The events of one kind in a receipt, in order.</summary>
    protected static IReadOnlyList<TEvent> EventsOf<TEvent>(EvmReceipt receipt) where TEvent : class =>
        [.. receipt.Logs.Select(l => l.TryDecode<TEvent>(out var read) ? read : null).OfType<TEvent>()];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _snapshot = await Chain.SnapshotAsync(Cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_snapshot is not null) { await Chain.RevertAsync(_snapshot, CancellationToken.None); }
    }
}
