using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Optimiser;

namespace Nirmaan.Control.Allocation;

/// <summary>The steps from where the GPUs are to where a plan wants them, each with what the plan would lose without it.</summary>
internal static class MoveList
{
    /// <summary>Fewer readings make no band: a range of two or three says little.</summary>
    public const int LeastReadings = 5;

    /// <summary>All moves of a plan, ranked by gain per GPU disturbed.</summary>
    /// <param name="past">The plan's question as readings before it would have put it: between what they say of a move lies the band of its gain.</param>
    public static IReadOnlyList<Move> Of(PlanId plan, DateTimeOffset at, Basis basis, IReadOnlyList<Optimiser.Assignment> target, IReadOnlyList<AllocationInstance> past)
    {
        var wholes = past.Select(p => PlanEvaluator.Evaluate(p, target).ObjectiveUsdPerHour).ToList();
        var whole = PlanEvaluator.Evaluate(basis.Instance, target).ObjectiveUsdPerHour;
        var steps = Steps(basis, target).ToList();
        var starts = basis.Instance.Workloads.ToDictionary(w => w.Id, w => w.StartCostUsd);
        var ranked = steps
            .Select(step => (step, gain: PlanAllocation.Usd(whole - PlanEvaluator.Evaluate(basis.Instance, Without(target, step)).ObjectiveUsdPerHour)))
            .OrderByDescending(s => s.gain / s.step.Count).ThenBy(s => s.step.Origin.Item, StringComparer.Ordinal).ThenBy(s => s.step.To, StringComparer.Ordinal);
        return [.. ranked.Select((s, i) => WithBand(new Move(
            MoveId.New(at), plan, i + 1, s.step.Kind, s.step.Origin.Item, s.step.Origin.Supplier, s.step.Origin.Gpu.Id, s.step.Origin.OfferKey,
            s.step.From is null ? null : new WorkloadName(s.step.From), s.step.To is null ? null : new WorkloadName(s.step.To), s.step.Count, s.step.Origin.UsdPerGpuHour, s.gain,
            s.step.Count * s.step.Kind switch { MoveKind.Switch => basis.Constraints.MoveCostUsd, MoveKind.Start => (decimal)starts[s.step.To!], _ => 0m }), Without(target, s.step), past, wholes))];
    }

    // A tenth of the readings lies below the band and a tenth above it.
    private static Move WithBand(Move move, List<Optimiser.Assignment> without, IReadOnlyList<AllocationInstance> past, List<double> wholes)
    {
        if (past.Count < LeastReadings) { return move; }
        var gains = past.Zip(wholes, (p, whole) => whole - PlanEvaluator.Evaluate(p, without).ObjectiveUsdPerHour).Order().ToList();
        var beyond = gains.Count / 10;
        return move.Between(PlanAllocation.Usd(gains[beyond]), PlanAllocation.Usd(gains[^(beyond + 1)]));
    }

    /// <summary>The assignments that come of carrying out some moves only.</summary>
    /// <param name="countOf">GPUs of a move that are carried out; without it all of them.</param>
    public static IReadOnlyList<Optimiser.Assignment> After(IReadOnlyList<Optimiser.Assignment> now, IEnumerable<Move> moves, Func<Move, int>? countOf = null)
    {
        var counts = now.ToDictionary(a => (a.Item, a.Workload), a => a.Count);
        foreach (var move in moves)
        {
            var count = countOf?.Invoke(move) ?? move.Count;
            if (move.From is { } from) { counts[(move.Item, from.Value)] = counts.GetValueOrDefault((move.Item, from.Value)) - count; }
            if (move.To is { } to) { counts[(move.Item, to.Value)] = counts.GetValueOrDefault((move.Item, to.Value)) + count; }
        }
        return [.. counts.Where(c => c.Value > 0).Select(c => new Optimiser.Assignment(c.Key.Item, c.Key.Workload, c.Value))];
    }

    private sealed record Step(MoveKind Kind, ItemOrigin Origin, string? From, string? To, int Count);

    private static IEnumerable<Step> Steps(Basis basis, IReadOnlyList<Optimiser.Assignment> target)
    {
        var byItem = target.ToLookup(a => a.Item);
        foreach (var origin in basis.Origins.Values)
        {
            var wanted = byItem[origin.Item].GroupBy(a => a.Workload).ToDictionary(g => g.Key, g => g.Sum(a => a.Count));
            if (origin.Held is not { } held)
            {
                foreach (var (workload, count) in wanted.OrderBy(w => w.Key, StringComparer.Ordinal)) { yield return new Step(MoveKind.Start, origin, null, workload, count); }
                continue;
            }
            var left = origin.Instances.Count - wanted.GetValueOrDefault(held.Value);
            foreach (var (workload, count) in wanted.Where(w => w.Key != held.Value).OrderBy(w => w.Key, StringComparer.Ordinal))
            {
                yield return new Step(MoveKind.Switch, origin, held.Value, workload, count);
                left -= count;
            }
            if (left > 0) { yield return new Step(MoveKind.Release, origin, held.Value, null, left); }
        }
    }

    private static List<Optimiser.Assignment> Without(IReadOnlyList<Optimiser.Assignment> target, Step step)
    {
        var counts = target.ToDictionary(a => (a.Item, a.Workload), a => a.Count);
        if (step.To is { } to) { counts[(step.Origin.Item, to)] -= step.Count; }
        if (step.From is { } from) { counts[(step.Origin.Item, from)] = counts.GetValueOrDefault((step.Origin.Item, from)) + step.Count; }
        return [.. counts.Where(c => c.Value > 0).Select(c => new Optimiser.Assignment(c.Key.Item, c.Key.Workload, c.Value))];
    }
}
