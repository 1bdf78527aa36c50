using System.Runtime.CompilerServices;

namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// The moves of a plan around each network, with the loss of each at the prices. Lists hold those that lose least and follow
/// the moves made; within a chain a move of a list may be impossible for the moment.
/// </summary>
internal sealed class Neighbourhood
{
    /// <summary>The length of a list.</summary>
    public const int MostMoves = 256;

    private readonly Model _model;
    private readonly PlanState _plan;
    private readonly Lagrangian _at;
    private readonly Core _core;
    private readonly MoveList?[] _into, _outOf, _idle;
    private readonly List<int>[] _onNetwork;

    public Neighbourhood(Model model, PlanState plan, Lagrangian at, Core core)
    {
        (_model, _plan, _at, _core) = (model, plan, at, core);
        (_into, _outOf) = (new MoveList?[model.Networks.Count], new MoveList?[model.Networks.Count]);
        _idle = new MoveList?[model.Items.Providers.Length + 1];
        _onNetwork = [.. Enumerable.Range(0, model.Networks.Count).Select(_ => new List<int>())];
        Refresh();
    }

    /// <summary>Moves that bring a miner to a network, from idleness or another network.</summary>
    public MoveList Into(int network)
    {
        if (_into[network] is { } known)
        {
            return known;
        }
        var moves = _into[network] = new MoveList(MostMoves);
        foreach (var option in _core.Into[network])
        {
            if (moves.IsFull && option.Loss > moves.Worst + _core.Band)
            {
                break;
            }
            To(option.Item, option.Workload, moves);
        }
        return moves;
    }

    /// <summary>Moves that take a miner off a network, to idleness or to another workload.</summary>
    public MoveList OutOf(int network)
    {
        if (_outOf[network] is { } known)
        {
            return known;
        }
        var moves = _outOf[network] = new MoveList(MostMoves);
        foreach (var item in _onNetwork[network])
        {
            OutOf(item, network, moves);
        }
        return moves;
    }

    /// <summary>Moves that stop a miner at a provider (-1: at any).</summary>
    public MoveList Idle(int provider)
    {
        if (_idle[provider + 1] is { } known)
        {
            return known;
        }
        var moves = _idle[provider + 1] = new MoveList(MostMoves);
        foreach (var item in _core.Items)
        {
            if (provider < 0 || _model.Items.Provider[item] == provider)
            {
                Idle(item, moves);
            }
        }
        return moves;
    }

    /// <summary>True if the item still has what the move takes.</summary>
    public bool IsPossible(in Move move)
    {
        var used = _plan.Used[move.Item] - move.Taken + move.Given;
        return used <= _model.Items.Available[move.Item]
            && (move.From < 0 || _plan.Count(move.Item, move.From) >= move.Taken)
            && !(_model.Items.Locked[move.Item] && used < _model.Items.Held[move.Item]);
    }

    /// <summary>A move was made for good: the lists forget the item and take in its moves as they are now.</summary>
    public void Made(in Move move)
    {
        var item = move.Item;
        Note(item);
        foreach (var option in _core.OptionsOf[item]!)
        {
            if (_into[_model.Workloads.Network[option.Workload]] is { } into)
            {
                into.Remove(item, option.Workload);
                To(item, option.Workload, into);
            }
        }
        foreach (var workload in (ReadOnlySpan<int>)[move.From, move.To])
        {
            if (workload >= 0 && _outOf[_model.Workloads.Network[workload]] is { } outOf)
            {
                outOf.Remove(item);
                OutOf(item, _model.Workloads.Network[workload], outOf);
            }
        }
        foreach (var provider in (ReadOnlySpan<int>)[0, _model.Items.Provider[item] + 1])
        {
            if (_idle[provider] is { } idle)
            {
                idle.Remove(item);
                Idle(item, idle);
            }
        }
    }

    /// <summary>Makes every list anew.</summary>
    public void Refresh()
    {
        Array.Clear(_into);
        Array.Clear(_outOf);
        Array.Clear(_idle);
        foreach (var on in _onNetwork)
        {
            on.Clear();
        }
        foreach (var item in _core.Items)
        {
            Note(item);
        }
    }

    private void Note(int item)
    {
        for (var slot = _plan.FirstSlot(item); slot < _plan.SlotEnd(item); slot++)
        {
            if (_plan.WorkloadAt(slot) is >= 0 and var workload)
            {
                var on = _onNetwork[_model.Workloads.Network[workload]];
                if (!on.Contains(item))
                {
                    on.Add(item);
                }
            }
        }
    }

    private void OutOf(int item, int network, MoveList moves)
    {
        for (var slot = _plan.FirstSlot(item); slot < _plan.SlotEnd(item); slot++)
        {
            if (_plan.WorkloadAt(slot) is >= 0 and var from && _model.Workloads.Network[from] == network)
            {
                From(item, from, moves);
            }
        }
    }

    private void Idle(int item, MoveList moves)
    {
        for (var slot = _plan.FirstSlot(item); slot < _plan.SlotEnd(item); slot++)
        {
            if (_plan.WorkloadAt(slot) is >= 0 and var from)
            {
                Add(item, from, -1, moves);
            }
        }
    }

    private void To(int item, int to, MoveList moves)
    {
        var idle = _model.Items.Available[item] - _plan.Used[item];
        if (idle >= _model.Workloads.Lot[to])
        {
            Score(item, -1, 0, to, _model.Workloads.Lot[to], moves);
        }
        for (var slot = _plan.FirstSlot(item); slot < _plan.SlotEnd(item); slot++)
        {
            if (_plan.WorkloadAt(slot) is >= 0 and var from && from != to)
            {
                Add(item, from, to, moves);
            }
        }
    }

    private void From(int item, int from, MoveList moves)
    {
        Add(item, from, -1, moves);
        foreach (var option in _core.OptionsOf[item]!)
        {
            if (option.Workload != from)
            {
                Add(item, from, option.Workload, moves);
            }
        }
    }

    /// <summary>The smallest exchange between two workloads of an item: whole miners on both sides, idle GPUs used first.</summary>
    private void Add(int item, int from, int to, MoveList moves)
    {
        var fromLot = _model.Workloads.Lot[from];
        if (to < 0)
        {
            Score(item, from, fromLot, -1, 0, moves);
            return;
        }
        var (toLot, idle) = (_model.Workloads.Lot[to], _model.Items.Available[item] - _plan.Used[item]);
        var taken = Math.Max(fromLot, (toLot - idle + fromLot - 1) / fromLot * fromLot);
        if (taken <= _plan.Count(item, from))
        {
            Score(item, from, taken, to, Math.Max(toLot, taken / toLot * toLot), moves);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Score(int item, int from, int taken, int to, int given, MoveList moves)
    {
        if (_model.Items.Locked[item] && _plan.Used[item] - taken + given < _model.Items.Held[item])
        {
            return;
        }
        var menu = _model.Menus.OfGpu[_model.Items.Gpu[item]];
        double loss;
        if (_model.Items.Held[item] == 0)
        {
            loss = (from >= 0 ? taken * _at.Worth(item, menu.Position[from]) : 0) - (to >= 0 ? given * _at.Worth(item, menu.Position[to]) : 0);
        }
        else
        {
            var (mark, before) = (_plan.Mark, _at.Worth(_plan, item));
            _plan.Apply(new Move(item, from, taken, to, given, 0));
            loss = before - _at.Worth(_plan, item);
            _plan.Rollback(mark);
        }
        moves.Add(new Move(item, from, taken, to, given, loss));
    }
}
