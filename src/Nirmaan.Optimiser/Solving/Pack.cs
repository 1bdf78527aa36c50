namespace Nirmaan.Optimiser.Solving;

/// <summary>All that one network gets in a plan: some miners on some items.</summary>
internal sealed class Pack
{
    /// <summary>What it loses at the prices of <see cref="PackPrices"/> against the network's best pack.</summary>
    public double Loss { get; set; }

    /// <summary>What it earns less rent and switching, model USD per hour.</summary>
    public required double Worth { get; init; }

    /// <summary>Usage of each row that networks share.</summary>
    public required double[] Usage { get; init; }

    /// <summary>GPUs that it takes of each part of an item.</summary>
    public required (int Part, int Gpus)[] Gpus { get; init; }

    /// <summary>Which options, by their place in the network's list, and how many miners of each.</summary>
    public required (int Option, int Count)[] Miners { get; init; }
}

/// <summary>A way to use GPUs of an item for a network, in whole miners.</summary>
/// <param name="Item">Index of the item.</param>
/// <param name="Part">The GPUs of an item that are held are one part, those that are not another: what they cost to be put to work differs.</param>
/// <param name="Workload">Index of the workload.</param>
/// <param name="Gpus">GPUs of a miner.</param>
/// <param name="Most">Miners that the part has room for.</param>
/// <param name="Work">Work of a miner.</param>
/// <param name="Cost">Rent and switching of a miner, model USD per hour.</param>
/// <param name="Rent">Rent of a miner, model USD per hour.</param>
/// <param name="IsStaying">They are held GPUs on that work already.</param>
internal readonly record struct PackOption(int Item, int Part, int Workload, int Gpus, int Most, double Work, double Cost, double Rent, bool IsStaying);
