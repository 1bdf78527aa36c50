using Microsoft.AspNetCore.Components;

namespace Nirmaan.Web.Components.Kit;

/// <summary>
/// A live page whose reading is one value. What the server read for the prerendered picture is handed to the interactive page, so that it
/// neither blinks nor reads twice.
/// </summary>
/// <typeparam name="T">Everything that is shown.</typeparam>
public abstract class LivePage<T> : LivePage
    where T : class
{
    private object? _shownFor;
    private T? _shown;
    private IDisposable? _offer;

    [Inject] public required Handover Handover { get; init; }

    /// <summary>What was read last for what the address asks; null = nothing yet.</summary>
    protected T? Shown => Equals(_shownFor, Asked) ? _shown : null;

    /// <summary>Reads what is shown.</summary>
    protected abstract Task<T> FindAsync(CancellationToken cancellationToken);

    /// <inheritdoc />
    protected sealed override async Task ReadAsync(CancellationToken cancellationToken)
    {
        var asked = Asked;
        var read = await FindAsync(cancellationToken);
        (_shownFor, _shown) = (asked, read);
    }

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        if (_offer is not null) { return; }
        var key = $"{GetType().FullName} {Asked}";
        if (Handover.Take<T>(key) is { } handed)
        {
            (_shownFor, _shown) = (Asked, handed);
            MarkRead();
        }
        _offer = Handover.Offer(key, () => Shown);
    }

    /// <inheritdoc />
    protected override void Dispose(bool isDisposing)
    {
        _offer?.Dispose();
        base.Dispose(isDisposing);
    }
}
