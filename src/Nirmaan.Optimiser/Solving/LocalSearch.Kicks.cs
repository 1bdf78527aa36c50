namespace Nirmaan.Optimiser.Solving;

/// <summary>What follows once no chain improves the plan: kicks, to leave a hill for a higher one.</summary>
internal sealed partial class LocalSearch
{
    /// <summary>The share of the gap by which a kicked plan may at first be worse.</summary>
    private const double Patience = 0.03;

    /// <summary>A kick is chosen among so many of the moves that lose least.</summary>
    private const int Choices = 24;

    /// <summary>
    /// Rounds of a kick and a search around it, until a limit is reached. A round that ends a little worse is kept at first,
    /// ever less so later; the best plan met is what remains.
    /// </summary>
    public void Kick(SplitMix random, CancellationToken cancellationToken)
    {
        _longest = Longest;
        Rebase();
        _moves.Refresh();
        var (bestMark, best, first) = (Made.Count, _base, Tried);
        var most = Patience * (_common + _own.Sum());
        while (!IsOver)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (mark, before) = (Made.Count, _base);
            if (Disturb(Pick(random), random))
            {
                Drain(cancellationToken);
                var patience = most * (Limit - Tried) / (Limit - first);
                if (_base < before && _base < best - patience)
                {
                    TakeBack(mark);
                }
                else if (_base > best)
                {
                    (bestMark, best) = (Made.Count, _base);
                }
            }
        }
        TakeBack(bestMark);
    }

    /// <summary>A network, the likelier the more it and its rows lose.</summary>
    private int Pick(SplitMix random)
    {
        var at = random.NextUnit() * (_own.Sum() + (_own.Length * 1e-9));
        for (var n = 0; n < _own.Length; n++)
        {
            at -= _own[n] + 1e-9;
            if (at < 0)
            {
                return n;
            }
        }
        return _own.Length - 1;
    }

    /// <summary>Makes a few moves around a network that lose little, feasible in the end; false if there was no such way.</summary>
    private bool Disturb(int network, SplitMix random)
    {
        var (length, wanted) = (0, 2 + random.Next(3));
        while (length < Longest)
        {
            Tried++;
            var broken = _plan.WorstRow(touchedOnly: true);
            if (broken < 0 && length >= wanted)
            {
                break;
            }
            var moves = broken < 0
                ? random.Next(2) == 0 ? _moves.Into(network) : _moves.OutOf(network)
                : _model.Rows[broken] is { Networks: { } networks } row
                    ? row.IsFloor ? _moves.Into(networks[random.Next(networks.Length)]) : _moves.OutOf(networks[random.Next(networks.Length)])
                    : _moves.Idle(_model.Rows[broken].Provider);
            var chosen = random.Next(Math.Max(1, Math.Min(moves.Count, Choices)));
            if (chosen >= moves.Count || !_moves.IsPossible(moves[chosen]))
            {
                break;
            }
            _chain[length] = moves[chosen];
            _plan.Apply(moves[chosen]);
            length++;
        }
        if (_plan.WorstRow(touchedOnly: true) >= 0 || length == 0)
        {
            _plan.Rollback(0);
            return false;
        }
        Accept(length);
        return true;
    }

    private void TakeBack(int mark)
    {
        for (var i = Made.Count - 1; i >= mark; i--)
        {
            var move = Made[i];
            _plan.Apply(new Move(move.Item, move.To, move.Given, move.From, move.Taken, -move.Loss));
        }
        _plan.Commit();
        for (var i = mark; i < Made.Count; i++)
        {
            _moves.Made(Made[i]);
        }
        Made.RemoveRange(mark, Made.Count - mark);
        Rebase();
    }
}
