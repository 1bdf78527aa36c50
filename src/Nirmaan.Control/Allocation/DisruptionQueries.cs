using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Allocation;

/// <summary>A move that waits, since its network's GPUs of the hour are used.</summary>
/// <param name="Used">GPUs that plans took from the network's work within the hour.</param>
/// <param name="Most">GPUs that they may.</param>
/// <param name="NextAt">When enough of the hour is over for it.</param>
public sealed record DisruptionWait(int Rank, NetworkName Network, int Used, int Most, DateTimeOffset NextAt);

/// <summary>How far plans disturb each network: at most Allocation:MaxGpusPerNetworkPerHour GPUs are taken from its work within any hour.</summary>
public sealed class DisruptionQueries(IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, IOptions<AllocationOptions> options, TimeProvider clock)
{
    /// <summary>The budget's hour until now, over all plans.</summary>
    internal async Task<DisruptionHour> HourAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var since = now - DisruptionHour.Span;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var begun = await db.Moves.AsNoTracking().Where(m => m.StartedAt > since && m.From != null).OrderBy(m => m.StartedAt).ToListAsync(cancellationToken);
        var hour = new DisruptionHour(now, options.Value.MaxGpusPerNetworkPerHour, PlanBasis.NetworksOf(networks));
        foreach (var move in begun.Where(m => m.Instances.Count > 0)) { hour.Take(move, move.StartedAt!.Value); }
        return hour;
    }

    /// <summary>Moves of a plan that the budget holds back now, by rank.</summary>
    public async Task<IReadOnlyList<DisruptionWait>> WaitsAsync(PlanId plan, CancellationToken cancellationToken)
    {
        var hour = await HourAsync(cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var waiting = await db.Moves.AsNoTracking().Where(m => m.PlanId == plan && m.State == MoveState.Approved).OrderBy(m => m.Rank).ToListAsync(cancellationToken);
        return [.. waiting.Select(hour.WaitOf).OfType<DisruptionWait>()];
    }
}

/// <summary>What plans took from networks within the last hour. A rent takes from none.</summary>
internal sealed class DisruptionHour(DateTimeOffset now, int most, IReadOnlyDictionary<WorkloadName, NetworkName> networks)
{
    public static readonly TimeSpan Span = TimeSpan.FromHours(1);

    private readonly List<(NetworkName Network, DateTimeOffset At, int Gpus)> _taken = [];

    /// <summary>A move began now.</summary>
    public void Take(Move move) => Take(move, now);

    /// <summary>A move began, at a time of the hour that is not before those taken already.</summary>
    public void Take(Move move, DateTimeOffset at)
    {
        if (NetworkOf(move) is { } network) { _taken.Add((network, at, move.Count)); }
    }

    /// <summary>Why a move waits; null = it need not. One that is larger than the whole budget waits for an hour without any other.</summary>
    public DisruptionWait? WaitOf(Move move)
    {
        if (NetworkOf(move) is not { } network) { return null; }
        var taken = _taken.Where(t => t.Network == network).ToList();
        var used = taken.Sum(t => t.Gpus);
        var left = used;
        foreach (var (_, at, gpus) in taken)
        {
            if (left + move.Count <= most) { break; }
            left -= gpus;
            if (left == 0 || left + move.Count <= most) { return new DisruptionWait(move.Rank, network, used, most, at + Span); }
        }
        return null;
    }

    /// <summary>GPUs that may still be taken from a network's work within the hour.</summary>
    public int LeftOf(NetworkName network) => Math.Max(0, most - _taken.Where(t => t.Network == network).Sum(t => t.Gpus));

    private NetworkName? NetworkOf(Move move) => move.From is { } from && networks.TryGetValue(from, out var network) ? network : null;
}
