using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Control;

/// <summary>Moves the world's time: by hand while history is replayed, then over to the system's clock.</summary>
public sealed class ClockControl(SandboxClock clock, Agenda agenda, IServiceProvider services) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Brings the world to <paramref name="now"/> on the manual clock; everything due has happened when this ends.</summary>
    /// <returns>Null, or why not.</returns>
    public async Task<string?> SetAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var present = clock.GetUtcNow();
            if (now < present) { return $"now {Wire.Zoned(now)} lies before the sandbox's present {Wire.Zoned(present)}; time never goes back."; }
            if (!clock.IsManual) { clock.Set(present); }
            await agenda.AdvanceToAsync(now, cancellationToken);
            return null;
        }
        finally { _one.Release(); }
    }

    /// <summary>Lets everything due up to the system's time happen on the manual clock, then gives the clock over.</summary>
    /// <returns>Null, or why not.</returns>
    public async Task<string?> GoLiveAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (!clock.IsManual) { return null; }
            var (present, system) = (clock.GetUtcNow(), TimeProvider.System.GetUtcNow());
            if (system < present)
            {
                return $"The sandbox's present {Wire.Zoned(present)} lies ahead of the system's clock {Wire.Zoned(system)}; time never goes back.";
            }
            await agenda.AdvanceToAsync(system, cancellationToken);
            clock.GoLive();
            // Resolved late: the parts that listen may themselves need the clock's control.
            foreach (var part in services.GetServices<IGoesLive>()) { await part.GoLiveAsync(cancellationToken); }
            return null;
        }
        finally { _one.Release(); }
    }

    /// <inheritdoc />
    public void Dispose() => _one.Dispose();
}
