namespace Nirmaan.Optimiser.Tests;

/// <summary>Small parts to build instances from.</summary>
internal static class Instances
{
    public static AllocationItem Item(string id, double usd = 1, int available = 1, string gpu = "g", string provider = "p", double reliability = 1, HeldGpus? held = null) =>
        new() { Id = id, Provider = provider, Gpu = gpu, UsdPerGpuHour = usd, Reliability = reliability, Available = available, Held = held };

    public static HeldGpus Held(string workload, int count, bool locked = false) => new() { Workload = workload, Count = count, Locked = locked };

    public static RewardNetwork ProRata(string id, double value, double others, string bucket = "b") =>
        new() { Id = id, Bucket = bucket, ValueUsdPerHour = value, OthersWork = others, Reward = RewardShape.ProRata };

    public static RewardNetwork Capped(string id, double value, double demand, string bucket = "b") =>
        new() { Id = id, Bucket = bucket, ValueUsdPerHour = value, OthersWork = 0, Reward = RewardShape.DemandCapped, DemandWorkPerHour = demand };

    public static Workload Work(string id, string network, double perGpuHour = 1, int lot = 1, double move = 0, double start = 0, double? stake = null, string gpu = "g") => new()
    {
        Id = id,
        Network = network,
        WorkPerGpuHour = new Dictionary<string, double> { [gpu] = perGpuHour },
        GpusPerMiner = lot,
        StakePerGpu = stake,
        MoveCostUsd = move,
        StartCostUsd = start,
    };

    public static AllocationInstance Of(IReadOnlyList<AllocationItem> items, IReadOnlyList<RewardNetwork> networks, IReadOnlyList<Workload> workloads, double budget = 1e6, double horizon = 10) => new()
    {
        BudgetUsdPerHour = budget,
        HorizonHours = horizon,
        RiskWeight = 0,
        TailLevel = 0.95,
        Items = items,
        Networks = networks,
        Workloads = workloads,
    };
}
