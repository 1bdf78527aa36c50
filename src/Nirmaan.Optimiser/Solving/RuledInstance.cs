namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// An instance with pins and vetoes, solved as one without: an item of which some uses are forbidden has a GPU model of its own that
/// only the others accept, and pinned GPUs are an item of their own that is held, locked and accepts nothing else. What comes
/// back is valued, checked and bounded on the instance as it was given.
/// </summary>
internal sealed class RuledInstance
{
    private const char Mark = '\u001f';

    private readonly AllocationInstance _given;
    private readonly List<Pin> _pins;
    private readonly Dictionary<string, Dictionary<string, double>> _work;
    private readonly bool _isExact = true;

    public RuledInstance(AllocationInstance given)
    {
        _given = given;
        _pins = [.. given.Pins ?? []];
        _work = given.Workloads.ToDictionary(w => w.Id, w => new Dictionary<string, double>(w.WorkPerGpuHour), StringComparer.Ordinal);
        var pins = _pins.ToLookup(p => p.Item, StringComparer.Ordinal);
        var items = new List<AllocationItem>(given.Items.Count + _pins.Count);
        foreach (var item in given.Items)
        {
            var rest = Pinned(item, [.. pins[item.Id]], items, out var isExact);
            _isExact &= isExact;
            items.Add(rest with { Gpu = Allowed(item) });
        }
        Plain = given with
        {
            Items = items,
            Workloads = [.. given.Workloads.Select(w => w with { WorkPerGpuHour = _work[w.Id] })],
            Caps = given.Caps with { MaxMoves = given.Caps.MaxMoves - PinnedMoves },
            Pins = null,
            Vetoes = null,
        };
    }

    /// <summary>The instance without pins and vetoes.</summary>
    public AllocationInstance Plain { get; }

    /// <summary>GPUs that the pins alone move or start.</summary>
    private int PinnedMoves { get; set; }

    public AllocationSolution Solve(SolveOptions options, CancellationToken cancellationToken)
    {
        if (_pins.Find(p => Vetoes(_given.Items.First(i => i.Id == p.Item)).Any(v => v.Forbids(Source(p.Workload)))) is { } forbidden)
        {
            var veto = Vetoes(_given.Items.First(i => i.Id == forbidden.Item)).First(v => v.Forbids(Source(forbidden.Workload)));
            throw new InfeasibleInstanceException([forbidden.Row, veto.Row], proved: true, "the same GPUs are pinned to what is vetoed");
        }
        if (Plain.Caps.MaxMoves < 0)
        {
            throw new InfeasibleInstanceException([RowNames.Moves, .. _pins.Select(p => p.Row)], proved: true, $"the pins alone move or start {PinnedMoves} GPUs");
        }
        try
        {
            return Back(new Solve(Plain, Within(options), cancellationToken).Run());
        }
        catch (InfeasibleInstanceException e)
        {
            throw Named(e, cancellationToken);
        }
    }

    private Workload Source(string id) => _given.Workloads.First(w => w.Id == id);

    private IEnumerable<Veto> Vetoes(AllocationItem item) => (_given.Vetoes ?? []).Where(v => v.Concerns(item));

    /// <summary>Adds the pinned GPUs of an item as items of their own; what is left of it is the answer.</summary>
    private AllocationItem Pinned(AllocationItem item, Pin[] pins, List<AllocationItem> items, out bool isExact)
    {
        var (held, home) = (item.Held?.Count ?? 0, item.Held?.Workload);
        var atHome = pins.Where(p => p.Workload == home).Sum(p => p.Count);
        var left = Math.Max(0, held - atHome);
        var free = item.Available - held - Math.Max(0, atHome - held);
        PinnedMoves += Math.Max(0, atHome - held);
        var elsewhere = pins.Where(p => p.Workload != home).Sum(p => p.Count);
        isExact = elsewhere == 0 || left == 0 || free == 0;
        foreach (var pin in pins.OrderBy(p => Source(p.Workload).MoveCostUsd - Source(p.Workload).StartCostUsd).ThenBy(p => p.Workload, StringComparer.Ordinal))
        {
            var gpu = $"{item.Gpu}{Mark}{pin.Workload}";
            _work[pin.Workload][gpu] = Source(pin.Workload).WorkPerGpuHour[item.Gpu];
            items.Add(item with { Id = $"{item.Id}{Mark}{pin.Workload}", Gpu = gpu, Available = pin.Count, Held = new HeldGpus { Workload = pin.Workload, Count = pin.Count, Locked = true } });
            if (pin.Workload != home)
            {
                // What is cheaper as a move is one as long as held GPUs are left; the others only when free ones are not.
                var moved = Source(pin.Workload).MoveCostUsd <= Source(pin.Workload).StartCostUsd ? Math.Min(pin.Count, left) : Math.Max(0, pin.Count - free);
                (left, free) = (left - moved, free - (pin.Count - moved));
                PinnedMoves += pin.Count;
            }
        }
        return pins.Length == 0 ? item : item with { Available = item.Available - pins.Sum(p => p.Count), Held = left > 0 ? item.Held! with { Count = left } : null };
    }

    /// <summary>The GPU model of an item, or one of its own if vetoes leave it fewer uses.</summary>
    private string Allowed(AllocationItem item)
    {
        Veto[] vetoes = [.. Vetoes(item)];
        if (vetoes.Length == 0)
        {
            return item.Gpu;
        }
        var able = _given.Workloads.Where(w => w.WorkPerGpuHour.ContainsKey(item.Gpu)).ToList();
        var allowed = able.FindAll(w => !vetoes.Any(v => v.Forbids(w)));
        if (allowed.Count == able.Count)
        {
            return item.Gpu;
        }
        var gpu = $"{item.Gpu}{Mark}{Mark}{string.Join(Mark, allowed.Select(w => w.Id).Order(StringComparer.Ordinal))}";
        foreach (var workload in allowed)
        {
            _work[workload.Id].TryAdd(gpu, workload.WorkPerGpuHour[item.Gpu]);
        }
        return gpu;
    }

    /// <summary>A warm start without what is pinned.</summary>
    private SolveOptions Within(SolveOptions options)
    {
        if (options.WarmStart is not { } warm)
        {
            return options;
        }
        var pinned = _pins.ToDictionary(p => (p.Item, p.Workload), p => p.Count);
        return options with
        {
            WarmStart = warm with
            {
                Assignments = [.. warm.Assignments.Select(a => a with { Count = a.Count - pinned.GetValueOrDefault((a.Item, a.Workload)) }).Where(a => a.Count > 0)],
            },
        };
    }

    private AllocationSolution Back(AllocationSolution solution)
    {
        var itemAt = _given.Items.Select((i, at) => (i.Id, at)).ToDictionary(x => x.Id, x => x.at, StringComparer.Ordinal);
        var workloadAt = _given.Workloads.Select((w, at) => (w.Id, at)).ToDictionary(x => x.Id, x => x.at, StringComparer.Ordinal);
        List<Assignment> assignments = [.. solution.Plan.Assignments
            .GroupBy(a => (Item: Text(a.Item), a.Workload)).Select(g => new Assignment(g.Key.Item, g.Key.Workload, g.Sum(a => a.Count)))
            .OrderBy(a => itemAt[a.Item]).ThenBy(a => workloadAt[a.Workload])];
        var evaluation = PlanEvaluator.Evaluate(_given, assignments);
        if (!evaluation.IsFeasible)
        {
            throw new InvalidOperationException($"The solver's plan breaks {string.Join(", ", evaluation.Rows.Where(r => !r.Holds).Select(r => r.Name).Concat(evaluation.Faults))}.");
        }
        var bound = DualCertificate.Bound(_given, solution.Plan.Prices, solution.ScenarioWeights.Count > 0 ? solution.ScenarioWeights : null);
        var objective = Math.Round(evaluation.ObjectiveUsdPerHour, 8);
        var reported = Math.Max(objective, Math.Ceiling(bound * 1e8) / 1e8);
        if (reported > bound + 1e-7 + (1e-9 * Math.Abs(bound)))
        {
            throw new InvalidOperationException($"The solver's plan is worth {objective}, above its bound of {bound}.");
        }
        var used = assignments.Select(a => a.Item).ToHashSet(StringComparer.Ordinal);
        return solution with
        {
            Plan = solution.Plan with
            {
                ObjectiveUsdPerHour = objective,
                BoundUsdPerHour = reported,
                Gap = AllocationPlan.GapOf(objective, reported),
                Assignments = assignments,
                Rejected = [.. solution.Plan.Rejected.Where(r => !used.Contains(r.Item)).Select(r => new RejectedItem(r.Item, Why(r)))],
            },
            Evaluation = evaluation,
            IsProvedOptimal = solution.IsProvedOptimal && _isExact,
        };
    }

    private static string Why(RejectedItem rejected) =>
        rejected.Why.Contains(Mark, StringComparison.Ordinal) ? "a veto forbids all it could run" : rejected.Why;

    /// <summary>The contradiction in the words of the given instance, with the vetoes that take part in it.</summary>
    private InfeasibleInstanceException Named(InfeasibleInstanceException e, CancellationToken cancellationToken)
    {
        var pins = _pins.ToDictionary(p => RowNames.Locked($"{p.Item}{Mark}{p.Workload}"), p => p.Row, StringComparer.Ordinal);
        var rows = e.Rows.Select(r => pins.GetValueOrDefault(r, r)).ToList();
        rows.AddRange((_given.Vetoes ?? []).Where(v => IsPossible(_given with { Vetoes = [.. _given.Vetoes!.Where(o => o != v)] }, cancellationToken)).Select(v => v.Row));
        var why = e.Why.Contains(Mark, StringComparison.Ordinal) ? string.Join(' ', e.Why.Split(' ').Select(Text)) : e.Why;
        return new InfeasibleInstanceException([.. rows.Distinct(StringComparer.Ordinal)], e.Proved, why);
    }

    private static bool IsPossible(AllocationInstance instance, CancellationToken cancellationToken)
    {
        try
        {
            _ = AllocationSolver.Solve(instance with { RiskWeight = 0 }, new SolveOptions { MaxMovesTried = 0 }, cancellationToken);
            return true;
        }
        catch (InfeasibleInstanceException)
        {
            return false;
        }
    }

    private static string Text(string id) => id.IndexOf(Mark, StringComparison.Ordinal) is >= 0 and var at ? id[..at] : id;
}
