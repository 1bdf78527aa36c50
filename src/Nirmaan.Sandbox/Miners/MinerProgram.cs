namespace Nirmaan.Sandbox.Miners;

/// <summary>
/// A miner's program, written once for the real process and for the simulation: each part is a sequence of waits, and whoever runs it
/// decides whether a wait passes in real or in virtual time.
/// </summary>
public abstract class MinerProgram(MinerSetup setup, IMinerLog log, TimeProvider clock)
{
    /// <summary>What the miner found at its start.</summary>
    protected MinerSetup Setup => setup;

    /// <summary>Where its lines go.</summary>
    protected IMinerLog Log => log;

    /// <summary>Its time.</summary>
    protected TimeProvider Clock => clock;

    /// <summary>Now, on the miner's clock.</summary>
    protected DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Jobs done.</summary>
    public int JobsDone { get; private set; }

    /// <summary>When the last job was done.</summary>
    public DateTimeOffset? LastJobAt { get; private set; }

    /// <summary>Time the cards have worked since the start, all in all.</summary>
    public TimeSpan Busy { get; protected set; }

    /// <summary>From start to serving: files, checks, loading.</summary>
    /// <exception cref="MinerExitException">The program gives up.</exception>
    public abstract IAsyncEnumerable<TimeSpan> StartAsync(CancellationToken cancellationToken);

    /// <summary>What runs from then on, side by side.</summary>
    public abstract IEnumerable<IAsyncEnumerable<TimeSpan>> Workers(CancellationToken cancellationToken);

    /// <summary>Counts a job.</summary>
    protected void CountJob() => (JobsDone, LastJobAt) = (JobsDone + 1, Now);
}
