using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>The fleet's due rows: attended by the worker loop in real time and by the history driver in virtual time.</summary>
public sealed class FleetWork(IEnumerable<IFleetRound> rounds, IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>Attends everything due now until nothing is (or the limit of rounds is reached); answers how many rows that were.</summary>
    public async Task<int> RunAsync(int maxRounds, CancellationToken cancellationToken)
    {
        var total = 0;
        for (var round = 0; round < maxRounds; round++)
        {
            var attended = 0;
            foreach (var work in rounds) { attended += await work.RunAsync(cancellationToken); }
            total += attended;
            if (attended == 0) { break; }
        }
        return total;
    }

    /// <summary>When the next row wants attention; null = none does.</summary>
    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) => NextAsync(inTransitOnly: false, cancellationToken);

    /// <summary>The same without machines that simply run: nothing is lost when those are looked at a little later.</summary>
    public Task<DateTimeOffset?> NextInTransitAsync(CancellationToken cancellationToken) => NextAsync(inTransitOnly: true, cancellationToken);

    /// <summary>Lets no running machine wait beyond a time: for the end of a pace at which they were looked at more seldom.</summary>
    /// <returns>How many would have waited longer.</returns>
    public async Task<int> BringForwardAsync(DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Instances.Where(i => i.State == InstanceState.Running && i.DueAt > to).ExecuteUpdateAsync(i => i.SetProperty(x => x.DueAt, to), cancellationToken);
    }

    private async Task<DateTimeOffset?> NextAsync(bool inTransitOnly, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await WorkQueue.NextDueAsync(db, inTransitOnly, cancellationToken);
    }
}
