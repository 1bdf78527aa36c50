namespace Nirmaan.Optimiser.Solving;

/// <summary>Locked GPUs must be in use, and use comes in whole miners: not every item can do that, and not in every way.</summary>
internal static class LockedItems
{
    /// <exception cref="InfeasibleInstanceException">The miners that fit an item cannot use its locked GPUs.</exception>
    public static void Check(Model model)
    {
        var stuck = Enumerable.Range(0, model.Items.Count).Where(i => model.Items.Locked[i] && Ways(model, i, 0).Count == 0).ToList();
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
        var ways = Ways(model, item, plan.Used[item]);
        if (ways.Count == 0)
        {
            for (var slot = plan.FirstSlot(item); slot < plan.SlotEnd(item); slot++)
            {
                if (plan.WorkloadAt(slot) is >= 0 and var w)
                {
                    plan.Change(item, w, -plan.CountAt(slot));
                }
            }
            ways = Ways(model, item, 0);
        }
        foreach (var w in ways)
        {
            plan.Change(item, w, model.Workloads.Lot[w]);
        }
    }

    /// <summary>A list of miners, by workload, that bring an item's use from so many GPUs to the least use that keeps its lock; empty if there is none.</summary>
    private static List<int> Ways(Model model, int item, int used)
    {
        var menu = model.Menus.OfGpu[model.Items.Gpu[item]];
        var last = new int[model.Items.Available[item] + 1];
        Array.Fill(last, -1);
        for (var gpus = used; gpus < last.Length; gpus++)
        {
            if (gpus > used && last[gpus] < 0)
            {
                continue;
            }
            if (gpus >= model.Items.Held[item] && gpus > used)
            {
                var ways = new List<int>();
                for (var at = gpus; at > used; at -= model.Workloads.Lot[last[at]])
                {
                    ways.Add(last[at]);
                }
                return ways;
            }
            // Earlier entries of the menu are kept: the held workload first where it fits.
            foreach (var w in menu.Workload.OrderBy(w => w == model.Items.HeldWorkload[item] ? 0 : 1))
            {
                var next = gpus + model.Workloads.Lot[w];
                if (next < last.Length && last[next] < 0)
                {
                    last[next] = w;
                }
            }
        }
        return [];
    }
}
