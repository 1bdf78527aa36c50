namespace Nirmaan.Optimiser.Solving;

/// <summary>Plans in and out of the model.</summary>
internal static class Assigned
{
    /// <summary>The plan that leaves every held GPU where it is, in whole miners; null if nothing is held.</summary>
    public static PlanState? Held(Model model)
    {
        var plan = new PlanState(model);
        var any = false;
        for (var i = 0; i < model.Items.Count; i++)
        {
            if (model.Items.HeldWorkload[i] is >= 0 and var w && model.Menus.OfGpu[model.Items.Gpu[i]].Position[w] >= 0)
            {
                var lot = model.Workloads.Lot[w];
                var whole = Math.Min((model.Items.Held[i] + (model.Items.Locked[i] ? lot - 1 : 0)) / lot, model.Items.Available[i] / lot) * lot;
                Put(plan, i, w, whole);
                any = true;
            }
            LockedItems.Fill(model, plan, i);
            plan.Commit();
        }
        return any ? plan : null;
    }

    /// <summary>The given assignments as far as this model's items allow them.</summary>
    public static PlanState From(Model model, IReadOnlyList<Assignment> assignments)
    {
        var plan = new PlanState(model);
        var byItem = assignments.ToLookup(a => a.Item, StringComparer.Ordinal);
        for (var i = 0; i < model.Items.Count; i++)
        {
            foreach (var assignment in byItem[model.Items.Source[i].Id])
            {
                if (model.Workloads.Index.TryGetValue(assignment.Workload, out var w) && model.Menus.OfGpu[model.Items.Gpu[i]].Position[w] >= 0)
                {
                    var lot = model.Workloads.Lot[w];
                    Put(plan, i, w, Math.Min(assignment.Count, model.Items.Available[i] - plan.Used[i]) / lot * lot);
                }
            }
            LockedItems.Fill(model, plan, i);
            plan.Commit();
        }
        return plan;
    }

    /// <summary>Puts some items of one plan to the use they have in another.</summary>
    public static void Copy(Model model, PlanState from, PlanState to, Func<int, bool> items)
    {
        for (var i = 0; i < model.Items.Count; i++)
        {
            if (!items(i))
            {
                continue;
            }
            to.Empty(i);
            for (var slot = from.FirstSlot(i); slot < from.SlotEnd(i); slot++)
            {
                if (from.WorkloadAt(slot) is >= 0 and var w)
                {
                    to.Change(i, w, from.CountAt(slot));
                }
            }
            to.Commit();
        }
    }

    /// <summary>The assignments of a plan, in the order in which the instance lists items and workloads.</summary>
    public static List<Assignment> To(Model model, PlanState plan, AllocationInstance instance)
    {
        var workloadOrder = instance.Workloads.Select((workload, i) => (workload.Id, i)).ToDictionary(x => x.Id, x => x.i, StringComparer.Ordinal);
        var assignments = new List<(int Item, int Workload, Assignment Assignment)>();
        for (var i = 0; i < model.Items.Count; i++)
        {
            for (var slot = plan.FirstSlot(i); slot < plan.SlotEnd(i); slot++)
            {
                if (plan.WorkloadAt(slot) is >= 0 and var w)
                {
                    var assignment = new Assignment(model.Items.Source[i].Id, model.Workloads.Source[w].Id, plan.CountAt(slot));
                    assignments.Add((model.Items.Listed[i], workloadOrder[assignment.Workload], assignment));
                }
            }
        }
        assignments.Sort((a, b) => (a.Item, a.Workload).CompareTo((b.Item, b.Workload)));
        return assignments.ConvertAll(a => a.Assignment);
    }

    private static void Put(PlanState plan, int item, int workload, int gpus)
    {
        if (gpus > 0)
        {
            plan.Change(item, workload, gpus);
        }
    }
}
