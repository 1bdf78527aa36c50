namespace Nirmaan.Optimiser.Solving;

/// <summary>Locked GPUs must be in use, and use comes in whole miners: not every item can do that, and not in every way.</summary>
internal static class LockedItems
{
    /// <summary>Items of more GPUs than this are filled by miners of one kind only.</summary>
    private const int LargestCounted = 4096;

    /// <exception cref="InfeasibleInstanceException">The miners that fit an item cannot use its locked GPUs.</exception>
    public static void Check(Model model)
    {
        var stuck = Enumerable.Range(0, model.Items.Count).Where(i => model.Items.Locked[i] && Way(model, i, 0).Count == 0).ToList();
        if (stuck.Count > 0)
        {
            var first = model.Items.Source[stuck[0]];
            throw new InfeasibleInstanceException(
                [.. stuck.Select(i => RowNames.Locked(model.Items.Source[i].Id))],
                proved: true,
                $"no whole miners use at least {first.Held!.Count} and at most {first.Available} GPUs of {first.Gpu}");
        }
    }

    /// <summary>Adds miners to an item until its locked GPUs are in use; starts it afresh if what it runs leaves no room for that.</summary>
    public static void Fill(Model model, PlanState plan, int item)
    {
        if (!model.Items.Locked[item] || plan.Used[item] >= model.Items.Held[item])
        {
            return;
        }
        var way = Way(model, item, plan.Used[item]);
        if (way.Count == 0)
        {
            plan.Empty(item);
            way = Way(model, item, 0);
        }
        foreach (var (workload, gpus) in way)
        {
            plan.Change(item, workload, gpus);
        }
    }

    /// <summary>GPUs by workload that bring an item's use from so many GPUs to where its lock is kept; empty if there is no way.</summary>
    private static List<(int Workload, int Gpus)> Way(Model model, int item, int used)
    {
        // The held workload first: what stays costs nothing.
        var menu = model.Menus.OfGpu[model.Items.Gpu[item]].Workload.OrderBy(w => w == model.Items.HeldWorkload[item] ? 0 : 1).ToArray();
        var (needed, room) = (model.Items.Held[item] - used, model.Items.Available[item] - used);
        foreach (var w in menu)
        {
            var whole = (int)(((long)needed + model.Workloads.Lot[w] - 1) / model.Workloads.Lot[w] * model.Workloads.Lot[w]);
            if (whole <= room)
            {
                return [(w, whole)];
            }
        }
        return room > LargestCounted ? [] : Mixed(model, menu, needed, room);
    }

    /// <summary>Miners of several sizes: which totals can be reached, and by which last miner.</summary>
    private static List<(int Workload, int Gpus)> Mixed(Model model, int[] menu, int needed, int room)
    {
        var last = new int[room + 1];
        Array.Fill(last, -1);
        for (var gpus = 0; gpus <= room; gpus++)
        {
            if (gpus > 0 && last[gpus] < 0)
            {
                continue;
            }
            if (gpus >= needed)
            {
                var way = new List<(int, int)>();
                for (var at = gpus; at > 0; at -= model.Workloads.Lot[last[at]])
                {
                    way.Add((last[at], model.Workloads.Lot[last[at]]));
                }
                return way;
            }
            foreach (var w in menu)
            {
                var next = gpus + model.Workloads.Lot[w];
                if (next <= room && last[next] < 0)
                {
                    last[next] = w;
                }
            }
        }
        return [];
    }
}
