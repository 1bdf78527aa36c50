namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// Turns the soft choices at a temperature into whole miners. What an item is rounded by is carried to the next like item
/// (items are sorted so that neighbours are near substitutes), so sums over many items come out right.
/// </summary>
internal static class Rounding
{
    private const double Reach = 36;

    /// <summary>Fills an empty plan. Rows may come out broken by a little; locked GPUs are in use wherever whole miners allow it.</summary>
    public static void Fill(Model model, PlanState plan, ReadOnlySpan<double> prices, double temperature)
    {
        var table = new PriceTable(model, bans: true);
        table.Set(prices);
        var carry = new double[model.Items.Gpus.Length, model.Workloads.Count];
        var wanted = new double[model.Workloads.Count];
        var touched = new List<int>();
        var blocks = model.Blocks.All;
        for (int first = 0, next; first < blocks.Length; first = next)
        {
            var item = blocks[first].Item;
            for (next = first; next < blocks.Length && blocks[next].Item == item; next++)
            {
                Share(blocks[next], table, model, temperature, wanted, touched);
            }
            Place(model, plan, item, wanted, touched, carry);
            LockedItems.Fill(model, plan, item);
            foreach (var w in touched)
            {
                wanted[w] = 0;
            }
            touched.Clear();
            plan.Commit();
        }
    }

    /// <summary>Adds a block's soft choice to what its item should run.</summary>
    private static void Share(in Block block, PriceTable table, Model model, double relative, double[] wanted, List<int> touched)
    {
        var temperature = SmoothedDual.Temperature(model.Items.Rent[block.Item], relative);
        var best = block.IsLocked ? double.NegativeInfinity : 0;
        for (var k = 0; k < block.Menu.Count; k++)
        {
            best = Math.Max(best, table.Worth(block, k));
        }
        if (double.IsNegativeInfinity(best))
        {
            return;
        }
        var cutoff = best - (Reach * temperature);
        var sum = block.IsLocked || cutoff > 0 ? 0 : Exact.Exp(-best / temperature);
        for (var k = 0; k < block.Menu.Count; k++)
        {
            var worth = table.Worth(block, k);
            sum += worth > cutoff ? Exact.Exp((worth - best) / temperature) : 0;
        }
        for (var k = 0; k < block.Menu.Count; k++)
        {
            var worth = table.Worth(block, k);
            if (worth > cutoff)
            {
                var w = block.Menu.Workload[k];
                if (wanted[w] == 0)
                {
                    touched.Add(w);
                }
                wanted[w] += block.Count * (Exact.Exp((worth - best) / temperature) / sum);
            }
        }
    }

    private static void Place(Model model, PlanState plan, int item, double[] wanted, List<int> touched, double[,] carry)
    {
        touched.Sort();
        var (gpu, left) = (model.Items.Gpu[item], model.Items.Available[item]);
        foreach (var w in touched)
        {
            var lot = model.Workloads.Lot[w];
            var whole = Math.Min((int)((wanted[w] + 1e-6) / lot), left / lot) * lot;
            if (whole > 0)
            {
                plan.Change(item, w, whole);
                left -= whole;
            }
            carry[gpu, w] += wanted[w] - whole;
            wanted[w] -= whole;
        }
        while (true)
        {
            var most = -1;
            foreach (var w in touched)
            {
                var lot = model.Workloads.Lot[w];
                // What other items were rounded by comes here only where this one is in two minds as well.
                if (lot <= left && wanted[w] > 1e-6 && (most < 0 || carry[gpu, w] / lot > carry[gpu, most] / model.Workloads.Lot[most]))
                {
                    most = w;
                }
            }
            if (most < 0 || carry[gpu, most] < 0.5 * model.Workloads.Lot[most])
            {
                return;
            }
            plan.Change(item, most, model.Workloads.Lot[most]);
            carry[gpu, most] -= model.Workloads.Lot[most];
            left -= model.Workloads.Lot[most];
        }
    }
}
