using System.Text.Json.Serialization;

namespace Nirmaan.Optimiser;

/// <summary>
/// The question (instance.json): which GPUs on offer should run which workload, given what each network pays for work and
/// what may be spent. USD per hour throughout, unless a name says otherwise; work is in the network's own unit per GPU-hour.
/// </summary>
public sealed record AllocationInstance
{
    /// <summary>Ceiling on the rent of the whole plan.</summary>
    public required double BudgetUsdPerHour { get; init; }

    /// <summary>Hours over which a one-off switching cost is spread; more than 0.</summary>
    public required double HorizonHours { get; init; }

    /// <summary>k in (1-k) * mean + k * CVaR, between 0 (mean only) and 1 (tail only).</summary>
    public required double RiskWeight { get; init; }

    /// <summary>a of CVaR, 0 &lt;= a &lt; 1: the tail is the worst (1-a) share of the scenarios.</summary>
    public required double TailLevel { get; init; }

    /// <summary>GPUs that can be had or are held; at least one.</summary>
    public required IReadOnlyList<AllocationItem> Items { get; init; }

    /// <summary>Networks that pay for work; at least one.</summary>
    public required IReadOnlyList<RewardNetwork> Networks { get; init; }

    /// <summary>What a GPU can be set to do; at least one.</summary>
    public required IReadOnlyList<Workload> Workloads { get; init; }

    /// <summary>Caps beyond the budget and those of each network; a cap that is not given does not exist.</summary>
    public AllocationCaps Caps { get; init; } = new();

    /// <summary>What a person has fixed: these GPUs run this, whatever else would pay more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Pin>? Pins { get; init; }

    /// <summary>What a person has ruled out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Veto>? Vetoes { get; init; }

    /// <summary>Reads and validates instance.json.</summary>
    /// <exception cref="InvalidInstanceException">Names the first field that breaks a rule, its value and what was expected.</exception>
    public static AllocationInstance Parse(string json) => InstanceJson.Parse(json);

    /// <inheritdoc cref="Parse(string)"/>
    public static AllocationInstance Parse(Stream utf8Json) => InstanceJson.Parse(utf8Json);

    /// <summary>This instance as instance.json.</summary>
    public string ToJson() => InstanceJson.Write(this);

    /// <summary>Checks every rule of the format on an instance built in code.</summary>
    /// <exception cref="InvalidInstanceException">Names the first field that breaks a rule, its value and what was expected.</exception>
    public void Validate() => InstanceRules.Check(this);
}

/// <summary>One offer, with the GPUs of it that are rented now.</summary>
public sealed record AllocationItem
{
    /// <summary>Unique among the items.</summary>
    public required string Id { get; init; }

    /// <summary>The supplier, as named in the provider caps.</summary>
    public required string Provider { get; init; }

    /// <summary>Canonical GPU model, e.g. rtx-a6000.</summary>
    public required string Gpu { get; init; }

    /// <summary>Rent of one GPU for one hour, >= 0.</summary>
    public required double UsdPerGpuHour { get; init; }

    /// <summary>Share of rented time in which the GPU works, 0 &lt; r &lt;= 1; it scales the work, not the rent.</summary>
    public required double Reliability { get; init; }

    /// <summary>GPUs in all, the held ones included.</summary>
    public required int Available { get; init; }

    /// <summary>The GPUs of <see cref="Available"/> that are rented now, if any.</summary>
    public HeldGpus? Held { get; init; }
}

/// <summary>GPUs that are rented now and what they run.</summary>
public sealed record HeldGpus
{
    /// <summary>Id of the workload they run.</summary>
    public required string Workload { get; init; }

    /// <summary>How many, at most the item's available.</summary>
    public required int Count { get; init; }

    /// <summary>Paid for already or committed: they may move to another workload but must be used.</summary>
    public required bool Locked { get; init; }
}

/// <summary>How a network turns work into value.</summary>
[JsonConverter(typeof(RewardShapeConverter))]
public enum RewardShape
{
    /// <summary>V * E / (E + T): a share of a fixed reward.</summary>
    ProRata,

    /// <summary>(V / D) * min(E, D): paid per unit of work until demand D is served.</summary>
    DemandCapped,

    /// <summary>As <see cref="DemandCapped"/>, V and D being those at our bid.</summary>
    BidPriced,
}

/// <summary>A network that pays for work.</summary>
public sealed record RewardNetwork
{
    /// <summary>Unique among the networks.</summary>
    public required string Id { get; init; }

    /// <summary>The bucket of the caps this network counts in, e.g. emerging or established.</summary>
    public required string Bucket { get; init; }

    /// <summary>V: what the network pays out per hour, if no scenarios are given.</summary>
    public required double ValueUsdPerHour { get; init; }

    /// <summary>T: work per hour of all others.</summary>
    public required double OthersWork { get; init; }

    /// <summary>The reward's shape.</summary>
    public required RewardShape Reward { get; init; }

    /// <summary>D: work per hour that is paid for; more than 0 unless pro-rata.</summary>
    public double? DemandWorkPerHour { get; init; }

    /// <summary>Ceiling on the rent spent on this network.</summary>
    public double? ExposureCapUsdPerHour { get; init; }

    /// <summary>Ceiling on the GPUs on this network.</summary>
    public int? GpuCap { get; init; }

    /// <summary>Stake owned, which the workloads' stakePerGpu draws on.</summary>
    public double? StakeOwned { get; init; }

    /// <summary>V per scenario; their mean then takes the place of <see cref="ValueUsdPerHour"/>.</summary>
    public IReadOnlyList<double>? ScenarioValuesUsdPerHour { get; init; }
}

/// <summary>A network's work on a given kind of miner.</summary>
public sealed record Workload
{
    /// <summary>Unique among the workloads.</summary>
    public required string Id { get; init; }

    /// <summary>Id of the network it works for.</summary>
    public required string Network { get; init; }

    /// <summary>Work per GPU-hour by GPU model; a model that is absent is not eligible.</summary>
    public required IReadOnlyDictionary<string, double> WorkPerGpuHour { get; init; }

    /// <summary>GPUs of one miner: counts on this workload are multiples of it.</summary>
    public required int GpusPerMiner { get; init; }

    /// <summary>Stake that one GPU ties up.</summary>
    public double? StakePerGpu { get; init; }

    /// <summary>One-off cost of moving one held GPU to this workload.</summary>
    public required double MoveCostUsd { get; init; }

    /// <summary>One-off cost of starting one new GPU on this workload.</summary>
    public required double StartCostUsd { get; init; }
}

/// <summary>Caps over several networks or items; rent per hour unless said otherwise.</summary>
public sealed record AllocationCaps
{
    /// <summary>Ceiling per provider.</summary>
    public IReadOnlyDictionary<string, double>? ProviderUsdPerHour { get; init; }

    /// <summary>Floor per bucket.</summary>
    public IReadOnlyDictionary<string, double>? BucketMinUsdPerHour { get; init; }

    /// <summary>Ceiling per bucket.</summary>
    public IReadOnlyDictionary<string, double>? BucketMaxUsdPerHour { get; init; }

    /// <summary>Ceiling on GPUs that are moved or new.</summary>
    public int? MaxMoves { get; init; }
}

/// <summary>At least so many GPUs of an item run a workload. When a pin ends is not the instance's concern: an instance is one moment.</summary>
public sealed record Pin
{
    /// <summary>Id of the item.</summary>
    public required string Item { get; init; }

    /// <summary>Id of the workload; one that runs on the item's GPU.</summary>
    public required string Workload { get; init; }

    /// <summary>GPUs, a multiple of the workload's gpusPerMiner, more than 0; all pins of an item together are at most its available.</summary>
    public required int Count { get; init; }

    /// <summary>The name of its row.</summary>
    [JsonIgnore]
    public string Row => RowNames.Pin(Item, Workload);
}

/// <summary>No GPU that fits every given field may run a workload that fits every given field; at least one field is given.</summary>
public sealed record Veto
{
    /// <summary>Id of an item.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Item { get; init; }

    /// <summary>A supplier.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Provider { get; init; }

    /// <summary>A GPU model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Gpu { get; init; }

    /// <summary>Id of a network.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Network { get; init; }

    /// <summary>Id of a workload.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Workload { get; init; }

    /// <summary>The name of its row.</summary>
    [JsonIgnore]
    public string Row => RowNames.Veto(this);

    /// <summary>True if it speaks of this item, for some workload or all.</summary>
    public bool Concerns(AllocationItem item) =>
        (Item is null || Item == item.Id) && (Provider is null || Provider == item.Provider) && (Gpu is null || Gpu == item.Gpu);

    /// <summary>True if it forbids this workload on the items it speaks of.</summary>
    public bool Forbids(Workload workload) => (Network is null || Network == workload.Network) && (Workload is null || Workload == workload.Id);
}
