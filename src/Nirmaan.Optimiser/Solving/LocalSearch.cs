namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// Improves a feasible plan by chains of moves. A chain starts with any move; while it breaks a row, the next move must
/// relieve that row; while it leaves room, the next may fill it. A chain is given up once what its moves lose at the
/// prices exceeds what the rows and networks they touch could win back, so few of the many chains are followed.
/// </summary>
internal sealed partial class LocalSearch
{
    private const int Longest = 4, Tidy = 2, TriesPerStart = 300;

    private readonly Model _model;
    private readonly PlanState _plan;
    private readonly Lagrangian _at;
    private readonly Neighbourhood _moves;
    private readonly Move[] _chain = new Move[Longest], _starts = new Move[Neighbourhood.MostMoves];
    private readonly double[] _rowLoss, _networkLoss, _own;
    private readonly bool[] _isQueued;
    private readonly Queue<int> _queue = new();
    private readonly double _least, _enough;
    private double _base, _tailLoss, _common, _mostOwn;
    private int _longest = Longest;
    private long _stop;

    /// <param name="model">The model.</param>
    /// <param name="plan">A feasible plan, which is improved in place.</param>
    /// <param name="at">Prices.</param>
    /// <param name="core">The choices worth looking at.</param>
    /// <param name="limit">Moves that may be tried.</param>
    /// <param name="enough">A plan worth this much ends the search, model USD per hour.</param>
    public LocalSearch(Model model, PlanState plan, Lagrangian at, Core core, long limit, double enough)
    {
        (Limit, _enough) = (limit, enough);
        (_model, _plan, _at) = (model, plan, at);
        _moves = new Neighbourhood(model, plan, at, core);
        (_rowLoss, _networkLoss, _own) = (new double[model.Rows.Count], new double[model.Networks.Count], new double[model.Networks.Count]);
        _isQueued = new bool[model.Networks.Count];
        _least = 1e-11 * Math.Max(1, Math.Abs(plan.Objective));
        Rebase();
    }

    public PlanState Plan => _plan;

    /// <summary>Moves tried so far: the measure limits are set in.</summary>
    public long Tried { get; private set; }

    /// <summary>Moves that may be tried.</summary>
    public long Limit { get; set; }

    /// <summary>Moves made, oldest first.</summary>
    public List<Move> Made { get; } = [];

    private bool IsOver => Tried >= Limit || (_base >= _enough && _longest > Tidy);

    /// <summary>
    /// Searches around every network, with longer and longer chains, until none improves or a limit is reached. Chains of one
    /// and two moves are followed even in a plan that is good enough, so that none is left with moves it has no use for.
    /// </summary>
    public void Run(CancellationToken cancellationToken)
    {
        for (_longest = 1; _longest <= Longest; _longest++)
        {
            _moves.Refresh();
            for (var n = 0; n < _model.Networks.Count; n++)
            {
                Queue(n);
            }
            Drain(cancellationToken);
        }
    }

    private void Drain(CancellationToken cancellationToken)
    {
        while (_queue.TryDequeue(out var network))
        {
            cancellationToken.ThrowIfCancellationRequested();
            _isQueued[network] = false;
            if (!IsOver)
            {
                Around(network);
            }
        }
    }

    private void Queue(int network)
    {
        if (!_isQueued[network])
        {
            _isQueued[network] = true;
            _queue.Enqueue(network);
        }
    }

    private void Around(int network)
    {
        From(_moves.Into(network), network);
        From(_moves.OutOf(network), network);
    }

    /// <summary>Follows a chain from each of the moves, which are copied out as the list changes with every chain that succeeds.</summary>
    private void From(MoveList moves, int network)
    {
        var count = 0;
        for (; count < moves.Count && moves[count].Loss < _common + _own[network] + _mostOwn; count++)
        {
            _starts[count] = moves[count];
        }
        for (var i = 0; i < count && !IsOver; i++)
        {
            _stop = Tried + TriesPerStart;
            if (_moves.IsPossible(_starts[i]) && Follow(_starts[i], 0, 0, relieve: -1))
            {
                Queue(network); // Better yet may start from moves that are new.
            }
        }
    }

    /// <summary>Applies the move, and further ones, if the chain ends in a better feasible plan; else leaves the plan as it was.</summary>
    /// <param name="move">The next move of the chain.</param>
    /// <param name="depth">Moves made before it.</param>
    /// <param name="lost">What those lose at the prices.</param>
    /// <param name="relieve">The row it must relieve, -1 for none.</param>
    private bool Follow(in Move move, int depth, double lost, int relieve)
    {
        Tried++;
        var mark = _plan.Mark;
        var breach = relieve >= 0 ? _plan.Breach(relieve) : 0;
        _chain[depth] = move;
        _plan.Apply(move);
        if ((relieve < 0 || _plan.Breach(relieve) < breach) && Extend(depth, lost + move.Loss))
        {
            return true;
        }
        _plan.Rollback(mark);
        return false;
    }

    private bool Extend(int depth, double lost)
    {
        var broken = _plan.WorstRow(touchedOnly: true);
        if (broken < 0 && _plan.Objective > _base + _least)
        {
            Accept(depth + 1);
            return true;
        }
        var recoverable = Recoverable(depth);
        if (depth + 1 >= _longest || lost >= recoverable)
        {
            return false;
        }
        if (broken < 0)
        {
            return FillUp(depth, lost, recoverable);
        }
        var row = _model.Rows[broken];
        var limit = recoverable - lost + _mostOwn;
        if (row.Networks is null)
        {
            return Try(_moves.Idle(row.Provider), depth, lost, limit, broken);
        }
        foreach (var n in row.Networks)
        {
            if (Try(row.IsFloor ? _moves.Into(n) : _moves.OutOf(n), depth, lost, limit, broken))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Tries moves into the networks of the chain, where it may have made room.</summary>
    private bool FillUp(int depth, double lost, double recoverable)
    {
        for (var i = 0; i <= depth; i++)
        {
            if (_chain[i].From >= 0 && Try(_moves.Into(_model.Workloads.Network[_chain[i].From]), depth, lost, recoverable - lost, -1))
            {
                return true;
            }
        }
        return _chain[depth].To >= 0 && Try(_moves.Into(_model.Workloads.Network[_chain[depth].To]), depth, lost, recoverable - lost, -1);
    }

    private bool Try(MoveList moves, int depth, double lost, double limit, int relieve)
    {
        for (var i = 0; i < moves.Count && moves[i].Loss < limit && Tried < _stop; i++)
        {
            if (_moves.IsPossible(moves[i]) && Follow(moves[i], depth + 1, lost, relieve))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>What the rows and networks that the chain touches lose in the plan it started from.</summary>
    private double Recoverable(int depth)
    {
        var sum = _tailLoss;
        foreach (var row in _plan.Touched)
        {
            sum += _rowLoss[row];
        }
        for (var i = 0; i <= depth; i++)
        {
            sum += Lost(_chain[i].From, i) + Lost(_chain[i].To, i);
        }
        return sum;
    }

    private double Lost(int workload, int depth)
    {
        if (workload < 0)
        {
            return 0;
        }
        var network = _model.Workloads.Network[workload];
        for (var i = 0; i < depth; i++)
        {
            if (IsOn(_chain[i].From, network) || IsOn(_chain[i].To, network))
            {
                return 0; // Counted already.
            }
        }
        return _networkLoss[network];
    }

    private bool IsOn(int workload, int network) => workload >= 0 && _model.Workloads.Network[workload] == network;

    private void Accept(int length)
    {
        _plan.Commit();
        for (var i = 0; i < length; i++)
        {
            Made.Add(_chain[i]);
            _moves.Made(_chain[i]);
            foreach (var workload in (ReadOnlySpan<int>)[_chain[i].From, _chain[i].To])
            {
                if (workload >= 0)
                {
                    Queue(_model.Workloads.Network[workload]);
                }
            }
        }
        Rebase();
    }

    private void Rebase()
    {
        _base = _plan.Objective;
        var weighted = 0.0;
        for (var n = 0; n < _networkLoss.Length; n++)
        {
            _own[n] = _networkLoss[n] = _at.NetworkLoss(_plan, n);
            weighted += _plan.Revenue.Weighted(n, _at.ScenarioWeights) * _model.Networks.Share(n, _plan.Revenue.Work[n]);
        }
        _tailLoss = Math.Max(0, weighted - _plan.Revenue.Value) + (1e-9 * Math.Abs(_base));
        _common = _tailLoss;
        for (var r = 0; r < _rowLoss.Length; r++)
        {
            _rowLoss[r] = _at.RowLoss(_plan, r);
            if (_model.Rows[r].Networks is not { } networks)
            {
                _common += _rowLoss[r];
                continue;
            }
            foreach (var n in networks)
            {
                _own[n] += _rowLoss[r];
            }
        }
        _mostOwn = _own.Max();
    }
}
