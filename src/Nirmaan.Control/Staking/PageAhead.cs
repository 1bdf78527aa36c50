using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Staking;

/// <summary>
/// Reads the page that comes next while the last one is stored: one page and no more, so that memory stays bounded. What turns out not to come
/// next, after a reorganisation or a gap, is thrown away; what goes wrong with it is heard where it would have been taken.
/// </summary>
internal sealed class PageAhead(IStakeChain chain) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private (long From, Task<StakePage?> Page)? _next;

    /// <summary>Begins to read from a block on.</summary>
    public void Begin(long from, CancellationToken cancellationToken)
    {
        // Decoding takes a processor, not only a wait: it must not run on the storing side.
        _next = (from, Task.Run(async () =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
            return await chain.ReadAsync(from, either.Token);
        }, cancellationToken));
    }

    /// <summary>The page from a block on; null = nothing new.</summary>
    public async Task<StakePage?> TakeAsync(long from, CancellationToken cancellationToken)
    {
        var next = _next;
        _next = null;
        if (next is { } begun)
        {
            if (begun.From == from) { return await begun.Page; }
            await EndAsync(begun.Page);
        }
        return await chain.ReadAsync(from, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_next is { } begun) { await EndAsync(begun.Page); }
        _stop.Dispose();
    }

    private static async Task EndAsync(Task<StakePage?> page) => await ((Task)page).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
