namespace Nirmaan.Sandbox.World;

/// <summary>While the clock is live, makes what is due happen, once a second.</summary>
public sealed class LiveWorld(SandboxClock clock, Agenda agenda) : BackgroundService
{
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_step);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (!clock.IsManual) { await agenda.AdvanceToAsync(clock.GetUtcNow(), stoppingToken); }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops: nothing more is due.
        }
    }
}
