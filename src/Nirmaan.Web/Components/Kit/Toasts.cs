namespace Nirmaan.Web.Components.Kit;

/// <summary>Short messages of one visitor's circuit, newest last. Bad news stays until it is dismissed; the rest leaves by itself.</summary>
public sealed class Toasts(TimeProvider clock) : IDisposable
{
    /// <summary>How long a message stands that leaves by itself.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(6);

    private const int Most = 5;

    private readonly Lock _gate = new();
    private readonly List<(Toast Toast, ITimer? Timer)> _shown = [];

    /// <summary>Raised after each change, on any thread.</summary>
    public event Action? Changed;

    /// <summary>What stands now.</summary>
    public IReadOnlyList<Toast> Shown { get { lock (_gate) { return [.. _shown.Select(s => s.Toast)]; } } }

    /// <summary>Shows a message.</summary>
    public void Show(string text, Tone tone = Tone.Neutral)
    {
        var toast = new Toast(UniqueId.Next("toast"), text, tone);
        var timer = tone == Tone.Bad ? null : clock.CreateTimer(_ => Dismiss(toast.Id), state: null, Lifetime, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            _shown.Add((toast, timer));
            if (_shown.Count > Most)
            {
                _shown[0].Timer?.Dispose();
                _shown.RemoveAt(0);
            }
        }
        Changed?.Invoke();
    }

    /// <summary>Takes a message away; an id that is gone does no harm.</summary>
    public void Dismiss(string id)
    {
        lock (_gate)
        {
            foreach (var (_, timer) in _shown.Where(s => s.Toast.Id == id)) { timer?.Dispose(); }
            _shown.RemoveAll(s => s.Toast.Id == id);
        }
        Changed?.Invoke();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var (_, timer) in _shown) { timer?.Dispose(); }
            _shown.Clear();
        }
    }
}

/// <summary>One message.</summary>
public sealed record Toast(string Id, string Text, Tone Tone);
