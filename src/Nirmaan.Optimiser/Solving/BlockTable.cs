namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// The GPUs of the items, cut into blocks that can be priced one by one: the held GPUs of an item, and the others, the
/// latter in aligned ranges if miners come in several sizes (see <see cref="DualCertificate"/> for why that is exact).
/// </summary>
internal sealed class BlockTable
{
    private readonly List<Block> _blocks;

    public BlockTable(ItemTable items, WorkloadTable workloads, MenuTable menus)
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
        All = [.. _blocks];
    }

    public Block[] All { get; }

    private void AddRanges(int item, ItemTable items, WorkloadTable workloads, MenuTable menus, int available)
    {
        var full = menus.UpTo(items.Gpu[item], available);
        var left = available;
        foreach (var size in Sizes(full, workloads))
        {
            AddFree(item, menus.UpTo(items.Gpu[item], size), left / size * size);
            left %= size;
        }
    }

    /// <summary>The miner sizes of a menu from the largest down if each divides the one before, else 1: GPUs count as divisible.</summary>
    private static int[] Sizes(Menu menu, WorkloadTable workloads)
    {
        if (menu.Count == 0)
        {
            return [];
        }
        var first = workloads.Lot[menu.Workload[0]];
        if (Array.TrueForAll(menu.Workload, w => workloads.Lot[w] == first))
        {
            return [first];
        }
        int[] sizes = [.. menu.Workload.Select(w => workloads.Lot[w]).Distinct().OrderDescending()];
        var isChain = !sizes.Skip(1).Where((size, i) => sizes[i] % size != 0).Any();
        return isChain ? sizes : [];
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
