using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet.Effects;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>Reads of what happened, whatever it happened to.</summary>
public sealed class TimelineQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    private const int MostExtensions = 2_000;

    private static readonly string[] s_kinds = ["instance", "miner", "job", "settings"];

    /// <summary>
    /// What happened to machines, miners, jobs and settings, newest first. Operations are left out, what they did stands in their machine's own history; but
    /// hours that were bought in the same hour or in a row are one line, so that a failure is seen among them, and hours that could not be bought are a line each.
    /// </summary>
    public async Task<IReadOnlyList<FleetLine>> FleetAsync(int count, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var events = await db.Timeline.AsNoTracking().Where(e => s_kinds.Contains(e.Kind) && e.What != ChangeHandler.Extended).OrderByDescending(e => e.Sequence).Take(count).ToListAsync(cancellationToken);
        var miners = events.Where(e => e.Kind == "miner").Select(e => new MinerId(Guid.Parse(e.Subject))).Distinct().ToList();
        var owners = await db.Miners.AsNoTracking().Where(m => miners.Contains(m.Id)).Select(m => new { m.Id, m.InstanceId }).ToDictionaryAsync(m => m.Id.ToString(), m => (InstanceId?)m.InstanceId, cancellationToken);
        // Older ones would stand below the last line.
        var from = events.Count < count ? DateTimeOffset.MinValue : events[^1].At;
        var extensions = await db.Operations.AsNoTracking()
            .Where(o => o.Kind == OperationKind.Extend && (o.State == OperationState.Succeeded || (o.State == OperationState.Rejected && o.Reason != ChangeHandler.Gone)) && o.EndedAt >= from)
            .OrderByDescending(o => o.EndedAt).Take(MostExtensions)
            .Select(o => new { o.Id, o.State, Instance = o.InstanceId!.Value, Supplier = o.Supplier!.Value, o.Input, o.UsdCommitted, At = o.EndedAt!.Value, o.Reason }).ToListAsync(cancellationToken);
        var lines = events.Select(e => (FleetLine)new FleetLine.Happened(e, e.Kind == "instance" ? new InstanceId(Guid.Parse(e.Subject)) : owners.GetValueOrDefault(e.Subject)))
            .Concat(extensions.Select(o => new FleetLine.Extended([new Extension(o.Id, o.Instance, o.Supplier, ChangeHandler.Hours(o.Input!), o.UsdCommitted, o.At, o.State == OperationState.Rejected ? o.Reason ?? "refused" : null)])));
        return [.. FleetLine.Grouped(lines.OrderByDescending(l => l.At)).Take(count)];
    }
}

/// <summary>One line of what happened in the fleet.</summary>
public abstract record FleetLine
{
    private FleetLine() { }

    /// <summary>When; of several the newest.</summary>
    public abstract DateTimeOffset At { get; }

    /// <summary>An event and the machine it belongs to; null = none.</summary>
    public sealed record Happened(TimelineEvent Event, InstanceId? Instance) : FleetLine
    {
        /// <inheritdoc />
        public override DateTimeOffset At => Event.At;
    }

    /// <summary>Hours that were bought for machines, newest first; one that was refused stands alone.</summary>
    public sealed record Extended(IReadOnlyList<Extension> All) : FleetLine
    {
        /// <inheritdoc />
        public override DateTimeOffset At => All[0].At;

        internal bool Takes(Extended older, bool isNext) =>
            All[0].Refused is null && older.All[0].Refused is null && (isNext || Hour(All[^1].At) == Hour(older.At));

        private static long Hour(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerHour;
    }

    /// <summary>Joins hours bought in the same hour of the clock, and those with nothing else between them.</summary>
    /// <param name="lines">Newest first.</param>
    internal static List<FleetLine> Grouped(IEnumerable<FleetLine> lines)
    {
        List<FleetLine> grouped = [];
        foreach (var line in lines)
        {
            var at = grouped.FindLastIndex(l => l is Extended { All: [{ Refused: null }, ..] });
            if (line is Extended older && at >= 0 && grouped[at] is Extended newer && newer.Takes(older, at == grouped.Count - 1)) { grouped[at] = new Extended([.. newer.All, .. older.All]); }
            else { grouped.Add(line); }
        }
        return grouped;
    }
}

/// <summary>Hours that were bought for a machine.</summary>
/// <param name="Usd">What they cost; null = unknown.</param>
/// <param name="Refused">Why they could not be bought; null = they were.</param>
public sealed record Extension(OperationId Id, InstanceId Instance, SupplierName Supplier, int Hours, decimal? Usd, DateTimeOffset At, string? Refused);
