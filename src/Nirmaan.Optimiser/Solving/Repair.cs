namespace Nirmaan.Optimiser.Solving;

/// <summary>Brings a plan whose rows are broken back within them, each time by the move that loses least per unit of relief.</summary>
/// <param name="model">The model.</param>
/// <param name="plan">Brought within its rows in place.</param>
/// <param name="at">Prices.</param>
/// <param name="core">Where cheap moves are: looked at first, the other items only if that is not enough.</param>
internal sealed class Repair(Model model, PlanState plan, Lagrangian at, Core core)
{
    private const int Width = 12, Depth = 2;

    /// <summary>True if every row holds in the end.</summary>
    public bool Run(int maxMoves, CancellationToken cancellationToken)
    {
        for (var moves = 0; moves < maxMoves; moves++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = plan.WorstRow(touchedOnly: false);
            if (row < 0)
            {
                return true;
            }
            if (!Relieve(row, core.Items, others: true) && !Relieve(row, All, others: true) && !Exchange(row, Broken(), 0))
            {
                return false;
            }
        }
        return plan.WorstRow(touchedOnly: false) < 0;
    }

    /// <summary>
    /// No single move lessens what is broken: tries those that relieve the row most at the cost of others, each followed by
    /// what relieves those. True, with the moves made, if less is broken in the end.
    /// </summary>
    private bool Exchange(int row, double before, int depth)
    {
        var of = model.Rows[row];
        var breach = plan.Breach(row);
        var tries = new List<(double Broken, Move Move)>();
        for (var item = 0; item < model.Items.Count; item++)
        {
            foreach (var move in Concerns(item, of) ? Moves(item, of) : [])
            {
                var mark = plan.Mark;
                plan.Apply(move);
                if (plan.Breach(row) < breach)
                {
                    tries.Add((Broken(), move));
                }
                plan.Rollback(mark);
            }
        }
        tries.Sort((a, b) => a.Broken.CompareTo(b.Broken));
        foreach (var (_, move) in tries.Take(Width))
        {
            var mark = plan.Mark;
            plan.Apply(move);
            if (Broken() < before - 1e-12)
            {
                plan.Commit();
                return true;
            }
            if (depth < Depth && plan.WorstRow(touchedOnly: false) is >= 0 and var next && Exchange(next, before, depth + 1))
            {
                return true;
            }
            plan.Rollback(mark);
        }
        return false;
    }

    private bool Concerns(int item, Row row) =>
        (row.Provider < 0 || model.Items.Provider[item] == row.Provider) && (row.IsFloor || plan.Used[item] > 0);

    /// <summary>Relieves one row as far as single moves can, at whatever it does to the others; false if nothing relieves it.</summary>
    public bool Force(int row)
    {
        var any = false;
        while (plan.Breach(row) > 0 && Relieve(row, All, others: false))
        {
            any = true;
        }
        return any;
    }

    private IEnumerable<int> All => Enumerable.Range(0, model.Items.Count);

    private double Broken()
    {
        var sum = 0.0;
        for (var r = 0; r < model.Rows.Count; r++)
        {
            sum += plan.Breach(r);
        }
        return sum;
    }

    private bool Relieve(int row, IEnumerable<int> items, bool others)
    {
        var of = model.Rows[row];
        var (before, best, least) = (others ? Broken() : plan.Breach(row), default(Move?), double.PositiveInfinity);
        foreach (var item in items)
        {
            foreach (var move in Concerns(item, of) ? Moves(item, of) : [])
            {
                var (mark, worth) = (plan.Mark, at.Worth(plan, item));
                plan.Apply(move);
                var relief = before - (others ? Broken() : plan.Breach(row));
                var loss = worth - at.Worth(plan, item);
                plan.Rollback(mark);
                // A loss below 0 is a gain: then the more relief the better.
                var rate = loss >= 0 ? loss / relief : loss * relief;
                if (relief > 1e-12 && rate < least)
                {
                    (best, least) = (move, rate);
                }
            }
        }
        if (best is not { } chosen)
        {
            return false;
        }
        plan.Apply(chosen);
        plan.Commit();
        return true;
    }

    /// <summary>Every one-miner change of an item that can relieve the row.</summary>
    private IEnumerable<Move> Moves(int item, Row row)
    {
        var menu = model.Menus.OfGpu[model.Items.Gpu[item]];
        var idle = model.Items.Available[item] - plan.Used[item];
        var spare = plan.Used[item] - (model.Items.Locked[item] ? model.Items.Held[item] : 0);
        for (var slot = plan.FirstSlot(item); slot < plan.SlotEnd(item); slot++)
        {
            var from = plan.WorkloadAt(slot);
            if (from < 0 || (!row.IsFloor && !Covers(row, from)))
            {
                continue;
            }
            var lot = model.Workloads.Lot[from];
            if (lot <= spare && !row.IsFloor)
            {
                yield return new Move(item, from, lot, -1, 0, 0);
            }
            if (row.Networks is null && row.Provider < 0 && row.Name != RowNames.Moves)
            {
                continue; // A shift cannot lower the rent of the whole plan.
            }
            foreach (var to in menu.Workload)
            {
                var toLot = model.Workloads.Lot[to];
                var taken = Math.Max(lot, (toLot - idle + lot - 1) / lot * lot);
                var given = Math.Max(toLot, taken / toLot * toLot);
                if (to != from && taken <= plan.CountAt(slot) && given - taken <= idle && taken - given <= spare && (!row.IsFloor || Covers(row, to)))
                {
                    yield return new Move(item, from, taken, to, given, 0);
                }
            }
        }
        foreach (var to in row.IsFloor ? menu.Workload : [])
        {
            if (model.Workloads.Lot[to] <= idle && Covers(row, to))
            {
                yield return new Move(item, -1, 0, to, model.Workloads.Lot[to], 0);
            }
        }
    }

    private bool Covers(Row row, int workload) => row.Networks is null || Array.IndexOf(row.Networks, model.Workloads.Network[workload]) >= 0;
}
