namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// Looks at every plan that could be better than the best known, where those are few. At the prices each item has a best
/// use and loses something by any other; a better plan's losses cannot add up to more than the gap.
/// </summary>
internal sealed class ExactSearch(Model model, PlanState plan, Lagrangian at)
{
    private const int MostUses = 600;

    private readonly List<Deviation> _deviations = [];
    private readonly List<int> _chosen = [];
    private readonly bool[] _deviates = new bool[model.Items.Count];
    private List<int>? _better;
    private readonly int _mostTried = 100_000 / (model.Networks.TailWeight > 0 ? 1 + (model.Networks.Scenarios / 64) : 1);
    private double _gap, _slack, _rounding;
    private int _tried;

    /// <summary>True if the plan now keeps every row, which it need not have done before.</summary>
    public bool IsFeasible { get; private set; } = plan.WorstRow(touchedOnly: false) < 0;

    /// <summary>Puts the plan at the best there is and returns true, or returns false having at most improved it.</summary>
    /// <param name="bound">Upper bound on every plan, model USD per hour.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public bool Run(double bound, CancellationToken cancellationToken)
    {
        _slack = 1e-11 * Math.Max(1, Math.Abs(bound));
        _rounding = 1e-9 * Math.Max(1, Math.Abs(bound)); // The best plan may lose the gap to the last digit.
        _gap = IsFeasible ? bound - plan.Objective : double.PositiveInfinity;
        if (_gap <= _slack)
        {
            return true;
        }
        if (!IsSmall())
        {
            return false;
        }
        var incumbent = Snapshot();
        var objective = IsFeasible ? plan.Objective : double.NegativeInfinity;
        if (!Enumerate())
        {
            Return(incumbent);
            return false;
        }
        _deviations.Sort((a, b) => (a.Loss, a.Item, a.Order).CompareTo((b.Loss, b.Item, b.Order)));
        var isComplete = Descend(bound, objective, cancellationToken);
        if (_better is { } better)
        {
            foreach (var index in better)
            {
                Apply(_deviations[index].Item, _deviations[index].Uses);
            }
            plan.Commit();
            IsFeasible = true;
        }
        else
        {
            Return(incumbent);
        }
        return isComplete;
    }

    /// <summary>A quick look whether it is worth beginning: how many single choices lose less than the gap.</summary>
    private bool IsSmall()
    {
        var near = 0;
        for (var item = 0; item < model.Items.Count && near <= MostUses; item++)
        {
            var menu = model.Menus.OfGpu[model.Items.Gpu[item]];
            var best = model.Items.Locked[item] ? double.NegativeInfinity : 0;
            for (var k = 0; k < menu.Count; k++)
            {
                best = Math.Max(best, at.Worth(item, k));
            }
            for (var k = 0; k < menu.Count; k++)
            {
                near += best - at.Worth(item, k) <= _gap + _rounding ? 1 : 0;
            }
            near += best <= _gap + _rounding ? 0 : -1;
        }
        return near <= MostUses;
    }

    /// <summary>Puts every item to its best use, and lists its other uses that lose less than the gap.</summary>
    private bool Enumerate()
    {
        for (var item = 0; item < model.Items.Count; item++)
        {
            var uses = new List<(double Worth, int[] Gpus)>();
            if (!List(item, uses))
            {
                return false;
            }
            if (uses.Count == 0)
            {
                continue;
            }
            var best = 0;
            for (var i = 1; i < uses.Count; i++)
            {
                best = uses[i].Worth > uses[best].Worth ? i : best;
            }
            for (var i = 0; i < uses.Count; i++)
            {
                var loss = uses[best].Worth - uses[i].Worth;
                if (i != best && loss <= _gap + _rounding)
                {
                    _deviations.Add(new Deviation(loss, item, i, uses[i].Gpus));
                }
            }
            Apply(item, uses[best].Gpus);
            plan.Commit();
            if (_deviations.Count > MostUses)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Lists the uses of an item that can lose less than the gap; false if there are too many.</summary>
    private bool List(int item, List<(double Worth, int[] Gpus)> uses)
    {
        var menu = model.Menus.OfGpu[model.Items.Gpu[item]];
        var order = Enumerable.Range(0, menu.Count).Where(k => model.Workloads.Lot[menu.Workload[k]] <= model.Items.Available[item])
            .Select(k => (Worth: Optimistic(item, k), K: k)).OrderByDescending(o => o.Worth).ThenBy(o => o.K).ToArray();
        var gpus = new int[menu.Count];
        var best = double.NegativeInfinity;
        return Fill(0, model.Items.Available[item], 0);

        bool Fill(int from, int left, double worth)
        {
            if (++_tried > _mostTried || uses.Count > MostUses)
            {
                return false;
            }
            if (worth + (left * Math.Max(0, from < order.Length ? order[from].Worth : 0)) < best - _gap - _rounding)
            {
                return true;
            }
            if (from == order.Length)
            {
                if (model.Items.Available[item] - left >= (model.Items.Locked[item] ? model.Items.Held[item] : 0))
                {
                    uses.Add((Exactly(item, gpus), (int[])gpus.Clone()));
                    best = Math.Max(best, uses[^1].Worth);
                }
                return true;
            }
            var (each, k) = order[from];
            var lot = model.Workloads.Lot[menu.Workload[k]];
            for (var count = left / lot * lot; count >= 0; count -= lot)
            {
                gpus[k] = count;
                if (!Fill(from + 1, left - count, worth + (count * each)))
                {
                    return false;
                }
            }
            return true;
        }
    }

    private double Optimistic(int item, int k)
    {
        // Staying is free; anything else costs at least the cheaper of moving and starting.
        var w = model.Menus.OfGpu[model.Items.Gpu[item]].Workload[k];
        return at.Base(item, k) - (model.Items.Held[item] > 0 && model.Items.HeldWorkload[item] == w
            ? 0
            : (model.Items.Held[item] > 0 ? Math.Min(model.Workloads.Move[w], model.Workloads.Start[w]) : model.Workloads.Start[w]) + at.MovesPrice);
    }

    private double Exactly(int item, int[] gpus)
    {
        var mark = plan.Mark;
        Apply(item, gpus);
        var worth = at.Worth(plan, item);
        plan.Rollback(mark);
        return worth;
    }

    private void Apply(int item, int[] gpus)
    {
        var menu = model.Menus.OfGpu[model.Items.Gpu[item]];
        plan.Empty(item);
        for (var k = 0; k < gpus.Length; k++)
        {
            if (gpus[k] > 0)
            {
                plan.Change(item, menu.Workload[k], gpus[k]);
            }
        }
    }

    private bool Descend(double bound, double objective, CancellationToken cancellationToken)
    {
        var best = objective;
        return Visit(0, 0);

        bool Visit(int next, double loss)
        {
            if (++_tried > _mostTried)
            {
                return false;
            }
            if (plan.WorstRow(touchedOnly: false) < 0 && plan.Objective > best + _slack)
            {
                best = plan.Objective;
                _gap = bound - best;
                _better = [.. _chosen];
            }
            for (var i = next; i < _deviations.Count && loss + _deviations[i].Loss <= _gap + _rounding; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var deviation = _deviations[i];
                if (_deviates[deviation.Item])
                {
                    continue;
                }
                var mark = plan.Mark;
                Apply(deviation.Item, deviation.Uses);
                _deviates[deviation.Item] = true;
                _chosen.Add(i);
                var isComplete = Visit(i + 1, loss + deviation.Loss);
                _chosen.RemoveAt(_chosen.Count - 1);
                _deviates[deviation.Item] = false;
                plan.Rollback(mark);
                if (!isComplete)
                {
                    return false;
                }
            }
            return true;
        }
    }

    private List<(int Item, int Workload, int Gpus)> Snapshot()
    {
        var all = new List<(int, int, int)>();
        for (var item = 0; item < model.Items.Count; item++)
        {
            for (var slot = plan.FirstSlot(item); slot < plan.SlotEnd(item); slot++)
            {
                if (plan.WorkloadAt(slot) is >= 0 and var w)
                {
                    all.Add((item, w, plan.CountAt(slot)));
                }
            }
        }
        return all;
    }

    private void Return(List<(int Item, int Workload, int Gpus)> snapshot)
    {
        for (var item = 0; item < model.Items.Count; item++)
        {
            plan.Empty(item);
        }
        foreach (var (item, workload, gpus) in snapshot)
        {
            plan.Change(item, workload, gpus);
        }
        plan.Commit();
    }

    /// <summary>A use of an item that is not its best, and what it loses.</summary>
    private sealed record Deviation(double Loss, int Item, int Order, int[] Uses);
}
