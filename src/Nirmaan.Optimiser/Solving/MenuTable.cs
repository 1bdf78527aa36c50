namespace Nirmaan.Optimiser.Solving;

/// <summary>The workloads one GPU model can run, with miners of at most some size.</summary>
internal sealed class Menu
{
    public required int[] Workload { get; init; }

    /// <summary>Work per GPU-hour, scaled, before reliability.</summary>
    public required double[] Work { get; init; }

    public int Count => Workload.Length;

    /// <summary>Where this menu starts in arrays that hold all menus end to end, each padded to whole vectors.</summary>
    public int Offset { get; set; }

    /// <summary>Index of each workload of the model in this menu, -1 if it is not on it.</summary>
    public required int[] Position { get; init; }

    public static Menu Of(IEnumerable<(int Workload, double Work)> entries, int workloads)
    {
        var (ids, work) = (entries.Select(e => e.Workload).ToArray(), entries.Select(e => e.Work).ToArray());
        var position = new int[workloads];
        Array.Fill(position, -1);
        for (var k = 0; k < ids.Length; k++)
        {
            position[ids[k]] = k;
        }
        return new Menu { Workload = ids, Work = work, Position = position };
    }
}

/// <summary>All menus: one per GPU model, and one more for each miner size some workloads of which are too large.</summary>
internal sealed class MenuTable
{
    private readonly List<Menu> _all = [];
    private readonly Dictionary<(int Gpu, int Size), Menu> _bySize = [];
    private readonly int[] _lots;

    private MenuTable(Menu[] ofGpu, int[] lots)
    {
        (OfGpu, _lots) = (ofGpu, lots);
        foreach (var menu in ofGpu)
        {
            Register(menu);
        }
    }

    /// <summary>Every workload a GPU model can run.</summary>
    public Menu[] OfGpu { get; }

    public IReadOnlyList<Menu> All => _all;

    /// <summary>Length of an array that holds all menus end to end.</summary>
    public int PaddedLength { get; private set; }

    /// <summary>Every (workload, work) pair of the full menus.</summary>
    public IEnumerable<(int Workload, double Work)> Entries => OfGpu.SelectMany(m => m.Workload.Zip(m.Work));

    public static MenuTable Build(ItemTable items, WorkloadTable workloads)
    {
        var menus = Array.ConvertAll(items.Gpus, gpu =>
        {
            var eligible = Enumerable.Range(0, workloads.Count).Where(w => workloads.Source[w].WorkPerGpuHour.ContainsKey(gpu)).ToArray();
            return Menu.Of(eligible.Select(w => (w, workloads.Source[w].WorkPerGpuHour[gpu])), workloads.Count);
        });
        return new MenuTable(menus, workloads.Lot);
    }

    /// <summary>The part of a GPU model's menu whose miners have at most <paramref name="size"/> GPUs.</summary>
    public Menu UpTo(int gpu, int size)
    {
        var full = OfGpu[gpu];
        if (!full.Workload.Any(w => _lots[w] > size))
        {
            return full;
        }
        var largest = full.Workload.Select(w => _lots[w]).Where(lot => lot <= size).DefaultIfEmpty(0).Max();
        if (!_bySize.TryGetValue((gpu, largest), out var menu))
        {
            menu = Menu.Of(full.Workload.Zip(full.Work).Where(e => _lots[e.First] <= size), _lots.Length);
            _bySize.Add((gpu, largest), menu);
            Register(menu);
        }
        return menu;
    }

    public void Scale(double[] workScale, WorkloadTable workloads)
    {
        foreach (var menu in _all)
        {
            for (var k = 0; k < menu.Count; k++)
            {
                menu.Work[k] *= workScale[workloads.Network[menu.Workload[k]]];
            }
        }
    }

    private void Register(Menu menu)
    {
        menu.Offset = PaddedLength;
        PaddedLength += (menu.Count + 7) / 8 * 8;
        _all.Add(menu);
    }
}
