using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Nirmaan.Optimiser;

/// <summary>Every rule of instance.json that its types do not say.</summary>
internal static class InstanceRules
{
    /// <summary>Above this a number is a mistake, and sums of products could leave the range of a double.</summary>
    private const double Huge = 1e18;

    public static void Check(AllocationInstance instance)
    {
        AtLeastZero("budgetUsdPerHour", instance.BudgetUsdPerHour);
        Require(instance.HorizonHours is > 0 and <= Huge, "horizonHours", instance.HorizonHours, "a number > 0");
        Require(instance.RiskWeight is >= 0 and <= 1, "riskWeight", instance.RiskWeight, "a number between 0 and 1");
        Require(instance.TailLevel is >= 0 and < 1, "tailLevel", instance.TailLevel, "a number >= 0 and < 1");
        NotEmpty("items", instance.Items);
        NotEmpty("networks", instance.Networks);
        NotEmpty("workloads", instance.Workloads);
        Networks(instance.Networks);
        var workloads = Workloads(instance);
        Items(instance.Items, workloads);
        Caps(instance.Caps);
        Pins(instance, workloads);
        Vetoes(instance);
    }

    private static void Networks(IReadOnlyList<RewardNetwork> networks)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var scenarios = -1;
        for (var i = 0; i < networks.Count; i++)
        {
            var (at, network) = ($"networks[{i}]", networks[i]);
            Require(network is not null, at, network, "a network");
            Id(at, network.Id, seen);
            Named($"{at}.bucket", network.Bucket);
            AtLeastZero($"{at}.valueUsdPerHour", network.ValueUsdPerHour);
            AtLeastZero($"{at}.othersWork", network.OthersWork);
            Require(Enum.IsDefined(network.Reward), $"{at}.reward", network.Reward, "pro-rata, demand-capped or bid-priced");
            if (network.Reward != RewardShape.ProRata)
            {
                Require(network.DemandWorkPerHour is > 0,
                    $"{at}.demandWorkPerHour", network.DemandWorkPerHour, "a number > 0, as the reward is not pro-rata");
            }
            AtLeastZero($"{at}.demandWorkPerHour", network.DemandWorkPerHour ?? 0);
            AtLeastZero($"{at}.exposureCapUsdPerHour", network.ExposureCapUsdPerHour ?? 0);
            Require(network.GpuCap is null or >= 0, $"{at}.gpuCap", network.GpuCap, "a whole number >= 0 or null");
            AtLeastZero($"{at}.stakeOwned", network.StakeOwned ?? 0);
            if (network.ScenarioValuesUsdPerHour is { } values)
            {
                scenarios = scenarios < 0 ? values.Count : scenarios;
                Require(values.Count > 0 && values.Count == scenarios, $"{at}.scenarioValuesUsdPerHour", $"of length {values.Count}",
                    scenarios > 0 ? $"{scenarios} scenarios, as in the first network that has any" : "at least one scenario or null");
                for (var s = 0; s < values.Count; s++)
                {
                    AtLeastZero($"{at}.scenarioValuesUsdPerHour[{s}]", values[s]);
                }
            }
        }
    }

    private static Dictionary<string, Workload> Workloads(AllocationInstance instance)
    {
        var networks = instance.Networks.Select(n => n.Id).ToHashSet(StringComparer.Ordinal);
        var byId = new Dictionary<string, Workload>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < instance.Workloads.Count; i++)
        {
            var (at, workload) = ($"workloads[{i}]", instance.Workloads[i]);
            Require(workload is not null, at, workload, "a workload");
            Id(at, workload.Id, seen);
            Require(networks.Contains(workload.Network), $"{at}.network", workload.Network, "the id of one of the networks");
            foreach (var (gpu, work) in workload.WorkPerGpuHour)
            {
                Named($"{at}.workPerGpuHour", gpu);
                AtLeastZero($"{at}.workPerGpuHour.{gpu}", work);
            }
            Require(workload.GpusPerMiner >= 1, $"{at}.gpusPerMiner", workload.GpusPerMiner, "a whole number >= 1");
            AtLeastZero($"{at}.stakePerGpu", workload.StakePerGpu ?? 0);
            AtLeastZero($"{at}.moveCostUsd", workload.MoveCostUsd);
            AtLeastZero($"{at}.startCostUsd", workload.StartCostUsd);
            byId.Add(workload.Id, workload);
        }
        return byId;
    }

    private static void Items(IReadOnlyList<AllocationItem> items, Dictionary<string, Workload> workloads)
    {
        var seen = new HashSet<string>(items.Count, StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i] ?? throw new InvalidInstanceException($"items[{i}]", "null", "an item");
            if (!IsSound(item) || !seen.Add(item.Id) || item.Held is not null)
            {
                Closely($"items[{i}]", item, workloads); // The path is text: built only for the few items that need a closer look.
            }
        }
        if (seen.Count < items.Count)
        {
            Twice(items);
        }
    }

    private static bool IsSound(AllocationItem item) =>
        !string.IsNullOrEmpty(item.Id) && !string.IsNullOrEmpty(item.Provider) && !string.IsNullOrEmpty(item.Gpu)
        && item.UsdPerGpuHour is >= 0 and <= Huge && item.Reliability is > 0 and <= 1 && item.Available >= 0;

    private static void Closely(string at, AllocationItem item, Dictionary<string, Workload> workloads)
    {
        Named($"{at}.id", item.Id);
        Named($"{at}.provider", item.Provider);
        Named($"{at}.gpu", item.Gpu);
        AtLeastZero($"{at}.usdPerGpuHour", item.UsdPerGpuHour);
        Require(item.Reliability is > 0 and <= 1, $"{at}.reliability", item.Reliability, "a number > 0 and <= 1");
        Require(item.Available >= 0, $"{at}.available", item.Available, "a whole number >= 0");
        if (item.Held is { } held)
        {
            Require(workloads.ContainsKey(held.Workload ?? ""), $"{at}.held.workload", held.Workload, "the id of one of the workloads");
            var isWithin = held.Count >= 0 && held.Count <= item.Available;
            Require(isWithin, $"{at}.held.count", held.Count, $"a whole number between 0 and available ({item.Available})");
        }
    }

    private static void Twice(IReadOnlyList<AllocationItem> items)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            Id($"items[{i}]", items[i].Id, seen);
        }
    }

    private static void Caps(AllocationCaps caps)
    {
        foreach (var (name, cap) in new[]
        {
            ("providerUsdPerHour", caps.ProviderUsdPerHour),
            ("bucketMinUsdPerHour", caps.BucketMinUsdPerHour),
            ("bucketMaxUsdPerHour", caps.BucketMaxUsdPerHour),
        })
        {
            foreach (var (key, usd) in cap ?? new Dictionary<string, double>())
            {
                AtLeastZero($"caps.{name}.{key}", usd);
            }
        }
        Require(caps.MaxMoves is null or >= 0, "caps.maxMoves", caps.MaxMoves, "a whole number >= 0 or null");
    }

    private static void Pins(AllocationInstance instance, Dictionary<string, Workload> workloads)
    {
        if (instance.Pins is not { Count: > 0 } pins)
        {
            return;
        }
        var items = instance.Items.ToDictionary(i => i.Id, StringComparer.Ordinal);
        var pinned = new Dictionary<string, long>(StringComparer.Ordinal);
        var seen = new HashSet<(string, string)>();
        for (var i = 0; i < pins.Count; i++)
        {
            var (at, pin) = ($"pins[{i}]", pins[i]);
            Require(pin is not null, at, pin, "a pin");
            var item = items.GetValueOrDefault(pin.Item ?? "");
            Require(item is not null, $"{at}.item", pin.Item, "the id of one of the items");
            var workload = workloads.GetValueOrDefault(pin.Workload ?? "");
            Require(workload is not null, $"{at}.workload", pin.Workload, "the id of one of the workloads");
            Require(workload.WorkPerGpuHour.ContainsKey(item.Gpu), $"{at}.workload", pin.Workload, $"a workload that runs on {item.Gpu}");
            Require(seen.Add((item.Id, workload.Id)), at, $"{item.Id} on {workload.Id}", "each item and workload once");
            Require(pin.Count > 0 && pin.Count % workload.GpusPerMiner == 0, $"{at}.count", pin.Count, $"a multiple of gpusPerMiner ({workload.GpusPerMiner}) above 0");
            var sum = pinned[item.Id] = pinned.GetValueOrDefault(item.Id) + pin.Count;
            Require(sum <= item.Available, $"{at}.count", pin.Count, $"with the item's other pins no more than available ({item.Available})");
        }
    }

    private static void Vetoes(AllocationInstance instance)
    {
        for (var i = 0; i < (instance.Vetoes?.Count ?? 0); i++)
        {
            var (at, veto) = ($"vetoes[{i}]", instance.Vetoes![i]);
            Require(veto is not null, at, veto, "a veto");
            Require((veto.Item ?? veto.Provider ?? veto.Gpu ?? veto.Network ?? veto.Workload) is not null, at, "empty", "an item, provider, gpu, network or workload");
            foreach (var (name, text) in new[] { ("item", veto.Item), ("provider", veto.Provider), ("gpu", veto.Gpu), ("network", veto.Network), ("workload", veto.Workload) })
            {
                Require(text is not "", $"{at}.{name}", text, "a name or null");
            }
            // Suppliers, GPUs and items come and go; networks and workloads do not, and a misspelt veto would forbid nothing.
            Require(veto.Network is null || instance.Networks.Any(n => n.Id == veto.Network), $"{at}.network", veto.Network, "the id of one of the networks");
            Require(veto.Workload is null || instance.Workloads.Any(w => w.Id == veto.Workload), $"{at}.workload", veto.Workload, "the id of one of the workloads");
        }
    }

    private static void Id(string at, string id, HashSet<string> seen)
    {
        Named($"{at}.id", id);
        Require(seen.Add(id), $"{at}.id", id, "an id that is given once");
    }

    private static void Named(string path, string? text) => Require(!string.IsNullOrEmpty(text), path, text, "a name");

    private static void NotEmpty<T>(string path, IReadOnlyList<T>? list) => Require(list is { Count: > 0 }, path, "empty", "at least one entry");

    private static void AtLeastZero(string path, double value) => Require(value is >= 0 and <= Huge, path, value, "a number >= 0 (and <= 1e18)");

    private static void Require([DoesNotReturnIf(false)] bool holds, string path, object? value, string expected)
    {
        if (!holds)
        {
            var text = value switch { null => "null", "" => "empty", _ => Convert.ToString(value, CultureInfo.InvariantCulture)! };
            throw new InvalidInstanceException(path, text, expected);
        }
    }
}
