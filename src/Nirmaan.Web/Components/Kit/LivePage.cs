using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Web.Components.Kit;

/// <summary>
/// A page over data that changes. It reads when it opens and when what it was asked for changes, again after changes of its topics (at most
/// once per <see cref="Pause"/>), and now and then anyhow, because other processes change things without a word. What it shows stays while
/// it cannot be read anew; the fault is said beside it.
/// </summary>
public abstract partial class LivePage : ComponentBase, IDisposable
{
    /// <summary>Least time between two readings that changes bring about.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Most time between two readings.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _gone = new();
    private readonly Lock _gate = new();
    private IReadOnlyList<IDisposable> _subscriptions = [];
    private ITimer? _next;
    // In real time: the page's clock may be virtual and run through a day in a minute.
    private TimeSpan _nextAt = TimeSpan.MaxValue;
    private TimeSpan? _readAt;
    private long _openedAt;
    private object? _shown;
    private bool _isReading, _isWantedAgain;

    /// <summary>Nothing is read yet.</summary>
    protected LivePage() => Gone = _gone.Token;

    [Inject] public required ControlEvents Events { get; init; }

    [Inject] public required TimeProvider Clock { get; init; }

    [Inject] public required ILoggerFactory Logs { get; init; }

    /// <summary>The page's one reading of the clock: ages in its tables are counted from here.</summary>
    protected DateTimeOffset Now { get; private set; }

    /// <summary>Why the last reading failed, in words; null = it did not.</summary>
    protected string? Fault { get; private set; }

    /// <summary>True once something was read.</summary>
    protected bool IsRead { get; private set; }

    /// <summary>Real time since the page was opened: for what is not to be asked at every reading.</summary>
    protected TimeSpan Elapsed => Clock.GetElapsedTime(_openedAt);

    /// <summary>Cancelled when the visitor leaves. Kept apart from its source, which is disposed of while a reading may still be under way.</summary>
    protected CancellationToken Gone { get; }

    /// <summary>Whose changes concern the page.</summary>
    protected abstract IReadOnlyList<Topic> Topics { get; }

    /// <summary>What the address asks for, compared by value: the page reads again when it changes.</summary>
    protected virtual object? Asked => null;

    /// <summary>Reads everything that is shown.</summary>
    protected abstract Task ReadAsync(CancellationToken cancellationToken);

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        (Now, _openedAt) = (Clock.GetUtcNow(), Clock.GetTimestamp());
        _subscriptions = [.. Topics.Select(topic => Events.On(topic, () => Arm(Pause)))];
    }

    /// <inheritdoc />
    protected override Task OnParametersSetAsync()
    {
        if (_readAt is not null && Equals(_shown, Asked)) { return Task.CompletedTask; }
        _shown = Asked;
        return ReloadAsync();
    }

    /// <summary>Reads now.</summary>
    protected async Task ReloadAsync()
    {
        _isWantedAgain = _isReading;
        if (_isReading) { return; }
        _isReading = true;
        try
        {
            do
            {
                _isWantedAgain = false;
                (Now, _readAt) = (Clock.GetUtcNow(), Elapsed);
                await ReadAsync(Gone);
            }
            while (_isWantedAgain && !Gone.IsCancellationRequested);
            (Fault, IsRead) = (null, true);
        }
        catch (OperationCanceledException) when (Gone.IsCancellationRequested) { return; }
        catch (Exception e)
        {
            Fault = Words(e);
            LogUnread(Logs.CreateLogger(GetType()), e, GetType().Name);
        }
        finally { _isReading = false; }
        if (Gone.IsCancellationRequested) { return; }
        Arm(Longest);
        StateHasChanged();
    }

    /// <summary>Takes what is shown as read: it was handed over.</summary>
    protected void MarkRead()
    {
        (_shown, _readAt, IsRead) = (Asked, Elapsed, true);
        Arm(Pause);
    }

    /// <summary>A failure in words for staff: what the outside said, or that the log knows more.</summary>
    protected static string Words(Exception e) => e switch
    {
        SupplierUnavailableException or InvalidInputException => e.Message,
        TimeoutException => "It did not answer in time.",
        _ => "The fault is in the log.",
    };

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends subscriptions, timers and readings under way.</summary>
    protected virtual void Dispose(bool isDisposing)
    {
        if (!isDisposing || _gone.IsCancellationRequested) { return; }
        foreach (var subscription in _subscriptions) { subscription.Dispose(); }
        _gone.Cancel();
        lock (_gate) { _next?.Dispose(); }
        _gone.Dispose();
    }

    // Whoever wants the earliest reading sets the timer. Called on any thread.
    private void Arm(TimeSpan after)
    {
        lock (_gate)
        {
            if (_gone.IsCancellationRequested) { return; }
            var now = Elapsed;
            var at = _readAt is { } read && read + after > now ? read + after : now;
            if (_next is not null && _nextAt <= at) { return; }
            _next?.Dispose();
            _nextAt = at;
            _next = Clock.CreateTimer(_ => OnDue(), state: null, at - now, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnDue()
    {
        lock (_gate)
        {
            _next?.Dispose();
            (_next, _nextAt) = (null, TimeSpan.MaxValue);
        }
        _ = InvokeAsync(ReloadAsync);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Page} could not be read")]
    private static partial void LogUnread(ILogger logger, Exception exception, string page);
}
