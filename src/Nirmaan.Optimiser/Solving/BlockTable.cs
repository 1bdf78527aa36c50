namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// The GPUs of the items, cut into blocks that can be priced one by one: the held GPUs of an item, and the others, the
/// latter in ranges if miners come in several sizes: where each size divides the next larger one, miners can always be placed
/// on aligned ranges of the item, so what the large ones cannot fill is left to the smaller ones.
/// </summary>
internal sealed class BlockTable
{
    private readonly List<Block> _blocks;

    public BlockTable(ItemTable items, WorkloadTable workloads, MenuTable menus, ZeroRows zeros)
    {
        _blocks = new List<Block>(items.Count + (items.Count / 8));
        for (var i = 0; i < items.Count; i++)
        {
            var (available, held) = (items.Available[i], items.Held[i]);
            if (held > 0)
            {
                var menu = menus.UpTo(items.Gpu[i], available);
                _blocks.Add(new Block(i, menu, held, menu.Position[items.HeldWorkload[i]], IsHeld: true, items.Locked[i]));
                AddFree(i, menu, available - held);
            }
            else
            {
                AddRanges(i, items, workloads, menus, available);
            }
        }
        All = [.. _blocks.Where(b => !zeros.BansItem(b.Item))];
        Banned = [.. _blocks.Where(b => zeros.BansItem(b.Item))];
    }

    /// <summary>The blocks that may be used.</summary>
    public Block[] All { get; }

    /// <summary>Those that may not.</summary>
    public Block[] Banned { get; }

    private void AddRanges(int item, ItemTable items, WorkloadTable workloads, MenuTable menus, int available)
    {
        var full = menus.UpTo(items.Gpu[item], available);
        var left = available;
        if (!IsChain(full, workloads, out var sizes))
        {
            AddFree(item, full, available);
            return;
        }
        foreach (var size in sizes)
        {
            AddFree(item, menus.UpTo(items.Gpu[item], size), left / size * size);
            left %= size;
        }
    }

    /// <summary>The miner sizes of a menu from the largest down; false if one does not divide the one before: then GPUs count as divisible.</summary>
    private static bool IsChain(Menu menu, WorkloadTable workloads, out IReadOnlyList<int> sizes)
    {
        var ofMenu = Array.ConvertAll(menu.Workload, w => workloads.Lot[w]);
        if (Array.TrueForAll(ofMenu, lot => lot == ofMenu[0]))
        {
            sizes = ofMenu.Length > 0 ? [ofMenu[0]] : [];
            return true;
        }
        var descending = ofMenu.Distinct().OrderDescending().ToArray();
        sizes = descending;
        return !descending.Skip(1).Where((size, i) => descending[i] % size != 0).Any();
    }

    private void AddFree(int item, Menu menu, int count)
    {
        if (count > 0 && menu.Count > 0)
        {
            _blocks.Add(new Block(item, menu, count, Stay: -1, IsHeld: false, IsLocked: false));
        }
    }
}

/// <summary>GPUs that are priced together.</summary>
/// <param name="Item">Index of the item.</param>
/// <param name="Menu">What they can run.</param>
/// <param name="Count">How many GPUs.</param>
/// <param name="Stay">Index in the menu of the workload they run now, -1 if none.</param>
/// <param name="IsHeld">Rented now, so that elsewhere they are moved, not new.</param>
/// <param name="IsLocked">Must be used.</param>
internal readonly record struct Block(int Item, Menu Menu, int Count, int Stay, bool IsHeld, bool IsLocked);
