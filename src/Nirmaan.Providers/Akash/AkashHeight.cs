using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.Akash;

/// <summary>The newest block. Times of older ones follow from 6 seconds per block: exact enough for what is recent, up to 2 % off for what is old.</summary>
internal sealed record AkashBlock(long Height, DateTimeOffset At)
{
    /// <summary>When a block was made; null = no height.</summary>
    public DateTimeOffset? TimeOf(long? height) => height is { } h ? At - (Height - h) * AkashUnits.Block : null;
}

/// <summary>Reads the chain's height, at most once per block.</summary>
internal sealed class AkashHeight(IAkashApi api, SupplierCalls calls, TimeProvider clock)
{
    // A reading is one reference: readers see the old or the new one.
    private volatile Reading? _last;

    private sealed record Reading(AkashBlock Block, DateTimeOffset ReadAt);

    /// <summary>The newest block; null = it cannot be read now, and what follows from it is unknown.</summary>
    public async Task<AkashBlock?> TryReadAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (_last is { } last && now >= last.ReadAt && now - last.ReadAt < AkashUnits.Block) { return last.Block; }
        try
        {
            var blocks = await calls.ReadAsync("blocks", () => api.ListBlocksAsync(1, cancellationToken), cancellationToken);
            if (blocks is not [{ Height: var text, Datetime: { } at }, ..] || AkashUnits.Height(text) is not { } height) { return null; }
            return (_last = new Reading(new AkashBlock(height, at), now)).Block;
        }
        catch (SupplierUnavailableException) { return null; }
    }
}
