namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// Takes back what rounding leaves behind: a held GPU that is released while an equal one is rented for the same work, though that earns nothing
/// more. Keeps the held one wherever the plan is then worth no less and every row holds.
/// </summary>
internal static class SwapBack
{
    /// <summary>Pairs looked at; each costs one valuation of the plan.</summary>
    private const int MostPairs = 500;

    public static PlanState Run(AllocationInstance instance, Model model, PlanState plan)
    {
        var items = instance.Items.ToDictionary(i => i.Id, StringComparer.Ordinal);
        var counts = Assigned.To(model, plan, instance).ToDictionary(a => (a.Item, a.Workload), a => a.Count);
        var used = counts.GroupBy(c => c.Key.Item, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(c => c.Value), StringComparer.Ordinal);
        // Of one item the held GPUs are taken first, so one that has some left over is not rented from.
        var left = instance.Items.Where(i => i.Held is { } held && held.Count > used.GetValueOrDefault(i.Id)).ToLookup(i => (i.Gpu, i.Held!.Workload));
        var (best, tried, changed) = (Value(instance, counts), 0, false);
        foreach (var ((rented, workload), _) in counts.ToList())
        {
            if (items[rented].Held is not null)
            {
                continue;
            }
            var lot = instance.Workloads.First(w => w.Id == workload).GpusPerMiner;
            foreach (var held in left[(items[rented].Gpu, workload)])
            {
                // All that fits at once, else miner by miner: a row may hold for a few only.
                var most = Math.Min(held.Held!.Count - used.GetValueOrDefault(held.Id), counts[(rented, workload)]) / lot * lot;
                for (var count = most; count > 0 && tried < MostPairs; count -= lot, tried++)
                {
                    var swapped = new Dictionary<(string Item, string Workload), int>(counts);
                    swapped[(rented, workload)] -= count;
                    swapped[(held.Id, workload)] = swapped.GetValueOrDefault((held.Id, workload)) + count;
                    if (Value(instance, swapped) is { } value && value >= (best ?? double.NegativeInfinity))
                    {
                        used[held.Id] = used.GetValueOrDefault(held.Id) + count;
                        (counts, best, changed) = (swapped, value, true);
                        break;
                    }
                }
            }
        }
        return changed ? Assigned.From(model, Assignments(counts)) : plan;
    }

    private static double? Value(AllocationInstance instance, Dictionary<(string Item, string Workload), int> counts) =>
        PlanEvaluator.Evaluate(instance, Assignments(counts)) is { IsFeasible: true } evaluation ? evaluation.ObjectiveUsdPerHour : null;

    private static List<Assignment> Assignments(Dictionary<(string Item, string Workload), int> counts) =>
        [.. counts.Where(c => c.Value > 0).Select(c => new Assignment(c.Key.Item, c.Key.Workload, c.Value))];
}
