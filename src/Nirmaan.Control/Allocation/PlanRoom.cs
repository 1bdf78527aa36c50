using System.Globalization;
using Nirmaan.Domain.Allocation;
using Nirmaan.Optimiser;

namespace Nirmaan.Control.Allocation;

/// <summary>
/// What of a plan's limits is taken while it is carried out: GPUs that are rented count from the order on, GPUs that are given back until they are
/// gone. So it tells whether a rent fits before, or only after something was given back.
/// </summary>
internal sealed class PlanRoom
{
    private readonly AllocationInstance _instance;
    private readonly Dictionary<(string Item, string Workload), int> _taken;

    /// <param name="instance">The plan's question under the limits that bind it now.</param>
    public PlanRoom(AllocationInstance instance, Plan plan, IEnumerable<Move> moves)
    {
        _instance = instance;
        _taken = plan.Now.ToDictionary(a => (a.Item, a.Workload!), a => a.Count);
        foreach (var move in moves) { Add(_taken, move, CountOf(move)); }
    }

    /// <summary>A move began.</summary>
    public void Take(Move move) => Add(_taken, move, move.Count);

    /// <summary>Why a rent does not fit beside what is there; null = it does.</summary>
    public string? WhyNot(Move rent) => WhyNot(_taken, rent);

    /// <summary>Of moves that give back, in their order, those that must end before a rent fits. Those under way come for nothing.</summary>
    public IReadOnlyList<Move> NeededFor(Move rent, IEnumerable<Move> underWay, IEnumerable<Move> others)
    {
        Dictionary<(string, string), int> taken = new(_taken);
        foreach (var release in underWay) { Add(taken, release, release.Count - release.DoneCount); }
        List<Move> needed = [];
        foreach (var release in others)
        {
            if (WhyNot(taken, rent) is null) { break; }
            Dictionary<(string, string), int> after = new(taken);
            Add(after, release, release.Count);
            if (!Helps(taken, after, rent)) { continue; }
            taken = after;
            needed.Add(release);
        }
        return needed;
    }

    // Moves under way stand where they go; what failed stands where it got to.
    private static int CountOf(Move move) => (move.Kind, move.State) switch
    {
        (_, MoveState.Done) => move.Count,
        (MoveKind.Release, MoveState.Failed) when move.Instances.Count == 0 => move.Count,
        (MoveKind.Release, _) or (_, MoveState.Failed) => move.DoneCount,
        (_, MoveState.Running) => move.Count,
        _ => 0,
    };

    private static void Add(Dictionary<(string Item, string Workload), int> counts, Move move, int count)
    {
        if (move.From is { } from) { counts[(move.Item, from.Value)] = Math.Max(0, counts.GetValueOrDefault((move.Item, from.Value)) - count); }
        if (move.To is { } to) { counts[(move.Item, to.Value)] = counts.GetValueOrDefault((move.Item, to.Value)) + count; }
    }

    private string? WhyNot(Dictionary<(string, string), int> taken, Move rent) =>
        LimitUse.BrokenBy(Evaluate(taken), With(taken, rent)) is [var first, ..] ? string.Create(CultureInfo.InvariantCulture, $"{first.Row}: {first.Usage:0.####} against a limit of {first.Limit:0.####}") : null;

    private bool Helps(Dictionary<(string, string), int> before, Dictionary<(string, string), int> after, Move rent)
    {
        var (with, then) = (With(before, rent), With(after, rent));
        var broken = LimitUse.BrokenBy(Evaluate(before), with).Select(b => b.Row).ToHashSet();
        return with.Rows.Zip(then.Rows).Any(r => broken.Contains(r.First.Name) && r.Second.Breach < r.First.Breach - 1e-9);
    }

    private PlanEvaluation With(Dictionary<(string, string), int> taken, Move rent)
    {
        Dictionary<(string, string), int> with = new(taken);
        Add(with, rent, rent.Count);
        return Evaluate(with);
    }

    private PlanEvaluation Evaluate(Dictionary<(string Item, string Workload), int> counts) =>
        PlanEvaluator.Evaluate(_instance, [.. counts.Where(c => c.Value > 0).Select(c => new Optimiser.Assignment(c.Key.Item, c.Key.Workload, c.Value))]);
}
