namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// The choices worth another look: workloads (or idleness) of an item that at the prices lose little against its best one.
/// A better plan than the present one cannot contain a choice that loses more than the whole gap.
/// </summary>
internal sealed class Core
{
    private const int Magnitudes = 96, LowestMagnitude = -64;

    private Core(int items, int networks)
    {
        OptionsOf = new List<Option>?[items];
        Into = [.. Enumerable.Range(0, networks).Select(_ => new List<Option>())];
    }

    /// <summary>What a choice may lose to be taken in.</summary>
    public double Band { get; private init; }

    /// <summary>Options in all.</summary>
    public int Count { get; private set; }

    /// <summary>Items with a choice, cheapest to leave idle first.</summary>
    public int[] Items { get; private set; } = [];

    /// <summary>What a GPU of each of these items loses when idle; infinite if it is locked.</summary>
    public double[] IdleLoss { get; private set; } = [];

    /// <summary>Per item its near-best workloads, best first; null where there is no choice to make.</summary>
    public List<Option>?[] OptionsOf { get; }

    /// <summary>Per network the options that work for it, least loss first.</summary>
    public List<Option>[] Into { get; }

    /// <summary>Selects at most about so many options.</summary>
    public static Core Select(Model model, Lagrangian at, int limit)
    {
        var band = BandFor(model, at, limit);
        var core = new Core(model.Items.Count, model.Networks.Count) { Band = band };
        var idleLoss = new List<(double Loss, int Item)>();
        var losses = new double[model.Workloads.Count];
        for (var i = 0; i < model.Items.Count; i++)
        {
            var menu = model.Menus.OfGpu[model.Items.Gpu[i]];
            var best = Losses(model, at, i, losses, out var idle);
            var options = new List<Option>();
            for (var k = 0; k < menu.Count; k++)
            {
                if (losses[k] <= band)
                {
                    options.Add(new Option(i, menu.Workload[k], losses[k]));
                }
            }
            if (options.Count > 1 || (options.Count == 1 && (idle <= band || options[0].Loss > 0)))
            {
                options.Sort();
                core.Count += options.Count;
                core.OptionsOf[i] = options;
                idleLoss.Add((idle, i));
                foreach (var option in options)
                {
                    core.Into[model.Workloads.Network[option.Workload]].Add(option);
                }
            }
        }
        idleLoss.Sort();
        core.Items = [.. idleLoss.Select(l => l.Item)];
        core.IdleLoss = [.. idleLoss.Select(l => l.Loss)];
        foreach (var into in core.Into)
        {
            into.Sort();
        }
        return core;
    }

    /// <summary>The largest power of two such that no more than the limit of options lose no more than it per miner.</summary>
    private static double BandFor(Model model, Lagrangian at, int limit)
    {
        var counts = new int[Magnitudes];
        var losses = new double[model.Workloads.Count];
        for (var i = 0; i < model.Items.Count; i++)
        {
            Losses(model, at, i, losses, out var idle);
            var menu = model.Menus.OfGpu[model.Items.Gpu[i]];
            for (var k = 0; k < menu.Count; k++)
            {
                if (!double.IsPositiveInfinity(losses[k]) && (losses[k] > 0 || idle < double.PositiveInfinity))
                {
                    // A best choice comes into question only if idleness is near.
                    var loss = losses[k] > 0 ? losses[k] : idle;
                    counts[Math.Clamp(Model.Exponent(loss) + 1 - LowestMagnitude, 0, Magnitudes - 1)]++;
                }
            }
        }
        var (sum, magnitude) = (0, 0);
        while (magnitude < Magnitudes && sum + counts[magnitude] <= limit)
        {
            sum += counts[magnitude++];
        }
        return Math.ScaleB(1, magnitude - 1 + LowestMagnitude);
    }

    /// <summary>What one miner of each entry of an item's menu loses against the item's best use, and what idleness does.</summary>
    private static double Losses(Model model, Lagrangian at, int item, double[] losses, out double idle)
    {
        var menu = model.Menus.OfGpu[model.Items.Gpu[item]];
        var best = model.Items.Locked[item] ? double.NegativeInfinity : 0;
        for (var k = 0; k < menu.Count; k++)
        {
            losses[k] = model.Workloads.Lot[menu.Workload[k]] <= model.Items.Available[item] ? at.Worth(item, k) : double.NegativeInfinity;
            best = Math.Max(best, losses[k]);
        }
        for (var k = 0; k < menu.Count; k++)
        {
            losses[k] = (best - losses[k]) * model.Workloads.Lot[menu.Workload[k]];
        }
        idle = model.Items.Locked[item] ? double.PositiveInfinity : best;
        return best;
    }
}

/// <summary>A workload an item may run.</summary>
/// <param name="Item">Index of the item.</param>
/// <param name="Workload">Index of the workload.</param>
/// <param name="Loss">What one miner there loses against the item's best use.</param>
internal readonly record struct Option(int Item, int Workload, double Loss) : IComparable<Option>
{
    /// <inheritdoc />
    public int CompareTo(Option other)
    {
        var byLoss = Loss.CompareTo(other.Loss);
        var byItem = byLoss != 0 ? byLoss : Item.CompareTo(other.Item);
        return byItem != 0 ? byItem : Workload.CompareTo(other.Workload);
    }
}
