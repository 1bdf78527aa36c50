namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// An instance compiled to arrays. Everything is in one canonical order (sorted by id), so the order in which an instance
/// lists things cannot matter. Money is scaled by a power of two to make rents about 1, work by one per network to make
/// a GPU's work about 1; powers of two leave every digit as it was.
/// </summary>
internal sealed class Model
{
    public Model(AllocationInstance instance)
    {
        Instance = instance;
        UsdScale = Math.ScaleB(1, -Exponent(TypicalUsd(instance)));
        Networks = new NetworkTable(instance, UsdScale);
        Workloads = new WorkloadTable(instance, Networks, UsdScale);
        Items = new ItemTable(instance, Workloads, UsdScale);
        Menus = MenuTable.Build(Items, Workloads);
        Networks.ScaleWork(Items, Workloads, Menus);
        Rows = new RowTable(instance, Networks, Workloads, Items, UsdScale);
        Zeros = new ZeroRows(Rows, Networks, Workloads, Items, Menus);
        Blocks = new BlockTable(Items, Workloads, Menus, Zeros);
    }

    public AllocationInstance Instance { get; }

    /// <summary>Multiplies USD of the instance to USD of the model.</summary>
    public double UsdScale { get; }

    public NetworkTable Networks { get; }

    public WorkloadTable Workloads { get; }

    public ItemTable Items { get; }

    public MenuTable Menus { get; }

    public RowTable Rows { get; }

    public ZeroRows Zeros { get; }

    public BlockTable Blocks { get; }

    /// <summary>Number of prices: one per network's work, then one per row.</summary>
    public int Dimensions => Networks.Count + Rows.Count;

    public static int Exponent(double value) => value > 0 && double.IsFinite(value) ? Math.ILogB(value) : 0;

    private static double TypicalUsd(AllocationInstance instance)
    {
        var (rent, gpus) = (0.0, 0L);
        foreach (var item in instance.Items)
        {
            rent += item.UsdPerGpuHour * item.Available;
            gpus += item.Available;
        }
        if (rent > 0)
        {
            return rent / gpus;
        }
        // Everything on offer is free: value per GPU is the only measure of money left.
        return instance.Networks.Sum(n => n.ScenarioValuesUsdPerHour?.Max() ?? n.ValueUsdPerHour) / Math.Max(1, gpus);
    }
}
