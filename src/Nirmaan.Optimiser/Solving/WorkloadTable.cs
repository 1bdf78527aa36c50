namespace Nirmaan.Optimiser.Solving;

/// <summary>The workloads of a model, sorted by id; costs in model USD per hour and GPU.</summary>
internal sealed class WorkloadTable
{
    public WorkloadTable(AllocationInstance instance, NetworkTable networks, double usdScale)
    {
        var workloads = instance.Workloads.OrderBy(w => w.Id, StringComparer.Ordinal).ToArray();
        Source = workloads;
        Count = workloads.Length;
        Index = workloads.Select((w, i) => (w.Id, i)).ToDictionary(x => x.Id, x => x.i, StringComparer.Ordinal);
        Network = Array.ConvertAll(workloads, w => networks.Index[w.Network]);
        Lot = Array.ConvertAll(workloads, w => w.GpusPerMiner);
        Stake = Array.ConvertAll(workloads, w => w.StakePerGpu ?? 0);
        Move = Array.ConvertAll(workloads, w => w.MoveCostUsd * usdScale / instance.HorizonHours);
        Start = Array.ConvertAll(workloads, w => w.StartCostUsd * usdScale / instance.HorizonHours);
    }

    public int Count { get; }

    public Workload[] Source { get; }

    public Dictionary<string, int> Index { get; }

    public int[] Network { get; }

    /// <summary>GPUs per miner.</summary>
    public int[] Lot { get; }

    public double[] Stake { get; }

    public double[] Move { get; }

    public double[] Start { get; }
}
