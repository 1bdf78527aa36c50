using System.Runtime.CompilerServices;

namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// A whole-GPU plan that can be changed, valued and taken back step by step. Everything derived (work, row usage, cost,
/// revenue) is kept up to date by change; taking back restores the very same digits.
/// </summary>
internal sealed class PlanState
{
    private readonly Model _model;
    private readonly int[] _start, _workload, _count;
    private readonly Journal _journal;
    private readonly Revenue _revenue;
    private readonly bool[] _isTouched;
    private readonly int[] _touched;
    private int _touchedCount;
    private double _cost;

    public PlanState(Model model)
    {
        _model = model;
        var items = model.Items;
        _start = new int[items.Count + 1];
        for (var i = 0; i < items.Count; i++)
        {
            _start[i + 1] = _start[i] + Math.Min(items.Available[i], model.Menus.OfGpu[items.Gpu[i]].Count);
        }
        (_workload, _count) = (new int[_start[^1]], new int[_start[^1]]);
        Array.Fill(_workload, -1);
        Used = new int[items.Count];
        Usage = new double[model.Rows.Count];
        _revenue = new Revenue(model.Networks);
        _journal = new Journal();
        (_isTouched, _touched) = (new bool[model.Rows.Count], new int[model.Rows.Count]);
    }

    /// <summary>GPUs in use per item.</summary>
    public int[] Used { get; }

    /// <summary>Usage per row.</summary>
    public double[] Usage { get; }

    public Revenue Revenue => _revenue;

    /// <summary>Risk-weighted revenue less rent and switching, model USD per hour.</summary>
    public double Objective => _revenue.Value - _cost;

    /// <summary>A mark to go back to.</summary>
    public int Mark => _journal.Count;

    /// <summary>Takes back every change since the mark.</summary>
    public void Rollback(int mark)
    {
        _journal.Undo(mark, this);
        if (mark == 0)
        {
            _revenue.Forget();
            ForgetTouched();
        }
    }

    /// <summary>Makes every change so far final.</summary>
    public void Commit()
    {
        _journal.Clear();
        _revenue.Settle();
        ForgetTouched();
    }

    /// <summary>The slots of an item are those from here to <see cref="SlotEnd"/>.</summary>
    public int FirstSlot(int item) => _start[item];

    public int SlotEnd(int item) => _start[item + 1];

    public int WorkloadAt(int slot) => _count[slot] > 0 ? _workload[slot] : -1;

    public int CountAt(int slot) => _count[slot];

    public int Count(int item, int workload)
    {
        for (var slot = _start[item]; slot < _start[item + 1]; slot++)
        {
            if (_workload[slot] == workload && _count[slot] > 0)
            {
                return _count[slot];
            }
        }
        return 0;
    }

    /// <summary>Room left in a row, tolerance included; negative if it is broken.</summary>
    public double Room(int row) => _model.Rows[row].Limit + (0.9 * _model.Rows[row].Tolerance) - Usage[row];

    /// <summary>The rows whose usage changed since the last commit.</summary>
    public ReadOnlySpan<int> Touched => _touched.AsSpan(0, _touchedCount);

    /// <summary>The row that is broken by most, measured by its limit; -1 if all hold.</summary>
    /// <param name="touchedOnly">Look only at rows that changed since the last commit: enough if all held then.</param>
    public int WorstRow(bool touchedOnly)
    {
        var (worst, most) = (-1, 0.0);
        var count = touchedOnly ? _touchedCount : Usage.Length;
        for (var i = 0; i < count; i++)
        {
            var r = touchedOnly ? _touched[i] : i;
            var breach = Breach(r);
            if (breach > most)
            {
                (worst, most) = (r, breach);
            }
        }
        return worst;
    }

    /// <summary>By how much a row is broken, measured by its limit; 0 if it holds.</summary>
    public double Breach(int row)
    {
        var room = Room(row);
        return room >= 0 ? 0 : -room / (1 + Math.Abs(_model.Rows[row].Limit));
    }

    /// <summary>Makes a move; the caller has seen to it that it is possible.</summary>
    public void Apply(in Move move)
    {
        if (move.From >= 0)
        {
            Change(move.Item, move.From, -move.Taken);
        }
        if (move.To >= 0)
        {
            Change(move.Item, move.To, move.Given);
        }
    }

    /// <summary>Takes an item out of use.</summary>
    public void Empty(int item)
    {
        for (var slot = _start[item]; slot < _start[item + 1]; slot++)
        {
            if (_count[slot] > 0)
            {
                Change(item, _workload[slot], -_count[slot]);
            }
        }
    }

    /// <summary>Adds (or takes, if negative) GPUs of an item on a workload. The caller keeps to capacity, lots and locks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Change(int item, int workload, int gpus)
    {
        var (items, rows) = (_model.Items, _model.Rows);
        var isHeld = items.Held[item] > 0;
        var (switching, moves) = isHeld ? Switching(item) : (0, 0);
        Place(item, workload, gpus);
        _journal.Number(JournalKind.Used, item, Used[item]);
        Used[item] += gpus;
        var (newSwitching, newMoves) = isHeld ? Switching(item) : (gpus * _model.Workloads.Start[workload], gpus);
        var network = _model.Workloads.Network[workload];
        var rent = gpus * items.Rent[item];
        _journal.Number(JournalKind.Cost, 0, _cost);
        _cost += rent + (newSwitching - switching);
        Use(rows.Budget, rent);
        Use(rows.Provider[items.Provider[item]], rent);
        Use(rows.Exposure[network], rent);
        Use(rows.BucketMax[network], rent);
        Use(rows.BucketMin[network], -rent);
        Use(rows.GpuCap[network], gpus);
        Use(rows.Stake[network], gpus * _model.Workloads.Stake[workload] * rows.StakeScale[network]);
        Use(rows.Moves, newMoves - moves);
        var menu = _model.Menus.OfGpu[items.Gpu[item]];
        _journal.Number(JournalKind.Work, network, _revenue.Work[network]);
        _revenue.Add(network, gpus * items.Reliability[item] * menu.Work[menu.Position[workload]]);
    }

    /// <summary>Switching cost per hour, and GPUs moved or new, of an item as it is (see <see cref="PlanEvaluator"/> for the rule).</summary>
    public (double Cost, int Moves) Switching(int item)
    {
        var (items, workloads) = (_model.Items, _model.Workloads);
        var (held, home) = (items.Held[item], items.HeldWorkload[item]);
        var (stay, free, others, cost) = (0, items.Available[item] - held, 0, 0.0);
        for (var slot = _start[item]; slot < _start[item + 1]; slot++)
        {
            var (w, count) = (_workload[slot], _count[slot]);
            if (count > 0 && w == home)
            {
                stay = Math.Min(count, held);
                cost += (count - stay) * workloads.Start[w];
                free -= count - stay;
            }
            else if (count > 0)
            {
                others += count;
                cost += count * workloads.Start[w];
            }
        }
        var must = items.Locked[item] ? held - stay : Math.Max(0, others - free);
        var may = Math.Min(others, held - stay);
        // A move instead of a start, cheapest difference first; beyond what must move only if it saves.
        for (var previous = (Difference: double.NegativeInfinity, Slot: -1); may > 0;)
        {
            var next = NextDifference(item, home, previous);
            if (next.Slot < 0 || (next.Difference > 0 && must <= 0))
            {
                break;
            }
            var moved = Math.Min(_count[next.Slot], next.Difference <= 0 ? may : Math.Min(must, may));
            cost += moved * next.Difference;
            (may, must, previous) = (may - moved, must - moved, next);
        }
        return (cost, Used[item] - stay);
    }

    private (double Difference, int Slot) NextDifference(int item, int home, (double Difference, int Slot) after)
    {
        var next = (Difference: double.PositiveInfinity, Slot: -1);
        for (var slot = _start[item]; slot < _start[item + 1]; slot++)
        {
            if (_count[slot] > 0 && _workload[slot] != home)
            {
                var candidate = (Difference: _model.Workloads.Move[_workload[slot]] - _model.Workloads.Start[_workload[slot]], Slot: slot);
                if (candidate.CompareTo(after) > 0 && candidate.CompareTo(next) < 0)
                {
                    next = candidate;
                }
            }
        }
        return next;
    }

    private void Use(int row, double amount)
    {
        if (row >= 0)
        {
            _journal.Number(JournalKind.Usage, row, Usage[row]);
            Usage[row] += amount;
            if (!_isTouched[row])
            {
                (_isTouched[row], _touched[_touchedCount++]) = (true, row);
            }
        }
    }

    private void ForgetTouched()
    {
        for (var i = 0; i < _touchedCount; i++)
        {
            _isTouched[_touched[i]] = false;
        }
        _touchedCount = 0;
    }

    private void Place(int item, int workload, int gpus)
    {
        var empty = -1;
        for (var slot = _start[item]; slot < _start[item + 1]; slot++)
        {
            if (_count[slot] > 0 && _workload[slot] == workload)
            {
                _journal.Slot(slot, _workload[slot], _count[slot]);
                _count[slot] += gpus;
                return;
            }
            empty = empty < 0 && _count[slot] == 0 ? slot : empty;
        }
        _journal.Slot(empty, _workload[empty], _count[empty]);
        (_workload[empty], _count[empty]) = (workload, gpus);
    }

    /// <summary>Puts one saved value back.</summary>
    internal void Restore(in JournalEntry entry)
    {
        switch (entry.Kind)
        {
            case JournalKind.Slot: (_workload[entry.Index], _count[entry.Index]) = (entry.Workload, entry.Count); break;
            case JournalKind.Used: Used[entry.Index] = (int)entry.Value; break;
            case JournalKind.Usage: Usage[entry.Index] = entry.Value; break;
            case JournalKind.Cost: _cost = entry.Value; break;
            default: _revenue.Reset(entry.Index, entry.Value); break;
        }
    }
}
