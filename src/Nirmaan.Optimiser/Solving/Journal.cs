namespace Nirmaan.Optimiser.Solving;

internal enum JournalKind
{
    Slot,
    Used,
    Usage,
    Cost,
    Work,
}

/// <summary>A value as it was before a change.</summary>
internal readonly record struct JournalEntry(JournalKind Kind, int Index, double Value, int Workload, int Count);

/// <summary>What a plan was before its changes, so that they can be taken back exactly.</summary>
internal sealed class Journal
{
    private JournalEntry[] _entries = new JournalEntry[256];

    public int Count { get; private set; }

    public void Number(JournalKind kind, int index, double value) => Add(new JournalEntry(kind, index, value, 0, 0));

    public void Slot(int slot, int workload, int count) => Add(new JournalEntry(JournalKind.Slot, slot, 0, workload, count));

    public void Clear() => Count = 0;

    public void Undo(int mark, PlanState state)
    {
        while (Count > mark)
        {
            state.Restore(_entries[--Count]);
        }
    }

    private void Add(JournalEntry entry)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, 2 * Count);
        }
        _entries[Count++] = entry;
    }
}
