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

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _snapshot = await Chain.SnapshotAsync(Cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_snapshot is not null) { await Chain.RevertAsync(_snapshot, CancellationToken.None); }
    }
}
