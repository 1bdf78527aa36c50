namespace Nirmaan.Optimiser.Solving;

/// <summary>A change of one item by one miner or so: GPUs leave a workload (or idleness) for another (or idleness).</summary>
/// <param name="Item">Index of the item.</param>
/// <param name="From">Workload left, -1 for idle GPUs.</param>
/// <param name="Taken">GPUs taken off <paramref name="From"/>.</param>
/// <param name="To">Workload entered, -1 for idleness.</param>
/// <param name="Given">GPUs put on <paramref name="To"/>.</param>
/// <param name="Loss">By how much the item's loss at the prices grows.</param>
internal readonly record struct Move(int Item, int From, int Taken, int To, int Given, double Loss);

/// <summary>The moves of least loss among those added, at most a given number, in order.</summary>
internal sealed class MoveList(int capacity)
{
    private Move[] _moves = new Move[Math.Min(capacity, 16)];

    public int Count { get; private set; }

    public bool IsFull => Count == capacity;

    /// <summary>The loss of the last move.</summary>
    public double Worst => _moves[Count - 1].Loss;

    public Move this[int index] => _moves[index];

    /// <summary>Takes out an item's moves, or those to one workload.</summary>
    public void Remove(int item, int to = -2)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (_moves[i].Item != item || (to != -2 && _moves[i].To != to))
            {
                _moves[kept++] = _moves[i];
            }
        }
        Count = kept;
    }

    public void Add(in Move move)
    {
        if (IsFull && move.Loss >= Worst)
        {
            return;
        }
        if (Count == _moves.Length && !IsFull)
        {
            Array.Resize(ref _moves, Math.Min(2 * _moves.Length, capacity));
        }
        var at = IsFull ? Count - 1 : Count++;
        while (at > 0 && _moves[at - 1].Loss > move.Loss)
        {
            _moves[at] = _moves[at - 1];
            at--;
        }
        _moves[at] = move;
    }
}
