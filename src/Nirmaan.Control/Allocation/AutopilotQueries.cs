using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Allocation;

/// <summary>The autopilot as it stands.</summary>
/// <param name="Rails">What is signed; null = nothing.</param>
/// <param name="WhyOff">Why it does not act; null = it does.</param>
/// <param name="MovedGpus">GPUs that its plans moved within 24 hours.</param>
/// <param name="Decisions">Newest first.</param>
public sealed record AutopilotView(AutopilotRails? Rails, string? WhyOff, bool NeedsTwo, int MovedGpus, IReadOnlyList<TimelineEvent> Decisions);

/// <summary>Reads of the autopilot.</summary>
public sealed class AutopilotQueries(IDbContextFactory<NirmaanDbContext> contexts, SetAutopilot autopilot, RunAutopilot run, TimeProvider clock)
{
    private const int MostDecisions = 1_000;

    /// <summary>As it stands now.</summary>
    public async Task<AutopilotView> ReadAsync(CancellationToken cancellationToken)
    {
        var rails = await autopilot.ReadAsync(cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var decisions = await db.Timeline.AsNoTracking().Where(e => e.Kind == SetAutopilot.Kind && e.Subject == SetAutopilot.Subject).OrderByDescending(e => e.Sequence).Take(MostDecisions).ToListAsync(cancellationToken);
        return new AutopilotView(
            rails, rails is null ? "no admin signed it" : rails.WhyOff(clock.GetUtcNow(), autopilot.NeedsTwo), autopilot.NeedsTwo, await run.MovedAsync(cancellationToken), decisions);
    }
}
