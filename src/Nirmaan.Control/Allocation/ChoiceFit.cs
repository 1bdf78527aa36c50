using Nirmaan.Domain.Allocation;
using Nirmaan.Optimiser;

namespace Nirmaan.Control.Allocation;

/// <summary>What would make a choice of a plan's moves keep its limits: others that make room, or fewer of those chosen.</summary>
internal static class ChoiceFit
{
    /// <summary>Ranks of the moves left out with which every limit would hold; empty = it holds already, or they do not suffice.</summary>
    public static IReadOnlyList<int> With(AllocationInstance instance, Plan plan, IReadOnlyList<Move> all, IReadOnlyList<Move> chosen)
    {
        var reckon = new Reckoning(instance, plan);
        var (added, breach) = (new List<Move>(), reckon.Breach(chosen));
        if (breach <= 0) { return []; }
        // What gives back makes room without taking any, so it is asked first.
        foreach (var move in all.Except(chosen).OrderBy(m => m.Kind == MoveKind.Release ? 0 : 1).ThenBy(m => m.Rank))
        {
            if (reckon.Breach([.. chosen, .. added, move]) is var then && then >= breach - 1e-9) { continue; }
            added.Add(move);
            if ((breach = then) <= 0) { break; }
        }
        if (breach > 0) { return []; }
        foreach (var move in added.ToList())
        {
            if (reckon.Breach([.. chosen, .. added.Where(m => m != move)]) <= 0) { added.Remove(move); }
        }
        return [.. added.Select(m => m.Rank).Order()];
    }

    /// <summary>Ranks of the chosen moves without which no limit is broken further than it is; empty = none is, or that does not help.</summary>
    public static IReadOnlyList<int> Without(AllocationInstance instance, Plan plan, IReadOnlyList<Move> chosen)
    {
        var reckon = new Reckoning(instance, plan);
        var (kept, most) = (chosen.ToList(), Math.Max(0, reckon.Breach([])));
        foreach (var move in chosen.OrderByDescending(m => m.Rank))
        {
            var breach = reckon.Breach(kept);
            if (breach <= most + 1e-9) { break; }
            if (reckon.Breach([.. kept.Where(m => m != move)]) < breach - 1e-9) { kept.Remove(move); }
        }
        return reckon.Breach(kept) <= most + 1e-9 ? [.. chosen.Except(kept).Select(m => m.Rank).Order()] : [];
    }

    /// <summary>move 3, moves 3 and 4.</summary>
    public static string Name(IReadOnlyList<int> ranks) => ranks.Count == 1 ? $"move {ranks[0]}" : $"moves {string.Join(", ", ranks.SkipLast(1))} and {ranks[^1]}";

    private sealed class Reckoning(AllocationInstance instance, Plan plan)
    {
        private readonly Optimiser.Assignment[] _now = [.. plan.Now.Select(a => new Optimiser.Assignment(a.Item, a.Workload!, a.Count))];

        /// <summary>By how much all limits together are broken; 0 = every one holds.</summary>
        public double Breach(IReadOnlyList<Move> moves) =>
            PlanEvaluator.Evaluate(instance, MoveList.After(_now, moves)).Rows.Where(r => !r.Holds).Sum(r => r.Breach);
    }
}
