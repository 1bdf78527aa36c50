namespace Nirmaan.Optimiser.Tests;

/// <summary>Instances small enough to try every plan, with every feature of the format somewhere in them.</summary>
internal static class TinyInstances
{
    /// <summary>The instance of a seed; at most so many plans.</summary>
    public static AllocationInstance Make(int seed, int mostPlans = 6_000)
    {
        for (var attempt = 0; ; attempt++)
        {
            var instance = Draw(new Random((seed * 31) + attempt));
            if (BruteForce.CountPlans(instance) <= mostPlans)
            {
                return instance;
            }
        }
    }

    /// <summary>The same with pins and vetoes, which may contradict each other and the rest.</summary>
    public static AllocationInstance MakeRuled(int seed) => Ruled(Make(seed), seed);

    /// <summary>Too large to try every plan, with caps of a few GPUs on most networks, and pins and vetoes on every third.</summary>
    public static AllocationInstance MakeTight(int seed)
    {
        var instance = Draw(new Random(seed), isTight: true);
        return seed % 3 == 0 ? Ruled(instance, seed) : instance;
    }

    private static AllocationInstance Ruled(AllocationInstance instance, int seed)
    {
        var random = new Random(seed);
        var pins = new List<Pin>();
        foreach (var item in instance.Items)
        {
            var left = item.Available;
            foreach (var workload in instance.Workloads.Where(w => w.WorkPerGpuHour.ContainsKey(item.Gpu) && random.Next(4) == 0))
            {
                var count = random.Next(0, (left / workload.GpusPerMiner) + 1) * workload.GpusPerMiner;
                left -= count;
                pins.AddRange(count > 0 ? [new Pin { Item = item.Id, Workload = workload.Id, Count = count }] : []);
            }
        }
        string? Some(IEnumerable<string> names) => random.Next(2) == 0 ? names.ElementAt(random.Next(names.Count())) : null;
        Veto Draw() => new()
        {
            Item = Some(instance.Items.Select(i => i.Id)),
            Provider = Some(["akash", "ionet"]),
            Gpu = Some(["rtx-a6000", "rtx-4090"]),
            Network = Some(instance.Networks.Select(n => n.Id)),
            Workload = Some(instance.Workloads.Select(w => w.Id)),
        };
        var vetoes = Enumerable.Range(0, random.Next(3)).Select(_ => Draw()).Where(v => v != new Veto()).ToList();
        return instance with { Pins = pins, Vetoes = vetoes };
    }

    private static AllocationInstance Draw(Random random, bool isTight = false)
    {
        var scenarios = random.Next(3) == 0 ? random.Next(1, 6) : 0;
        var networks = Enumerable.Range(0, isTight ? random.Next(3, 7) : random.Next(1, 4)).Select(n => Network(n, random, scenarios)).ToList();
        if (isTight) { networks = [.. networks.Select(n => random.Next(5) == 0 ? n : n with { GpuCap = random.Next(1, 9) })]; }
        string[] gpus = ["rtx-a6000", "rtx-4090"];
        var workloads = Enumerable.Range(0, isTight ? random.Next(6, 13) : random.Next(1, 5)).Select(w => new Workload
        {
            Id = $"w{w}",
            Network = networks[random.Next(networks.Count)].Id,
            WorkPerGpuHour = gpus.Where(_ => random.Next(5) > 0).ToDictionary(g => g, _ => random.Next(10) == 0 ? 0 : Amount(random, 5, 50)),
            GpusPerMiner = random.Next(4) == 0 ? 2 : 1,
            StakePerGpu = random.Next(3) == 0 ? Amount(random, 1, 10) : null,
            MoveCostUsd = Amount(random, 0, 8),
            StartCostUsd = Amount(random, 0, 8),
        }).ToList();
        var items = Enumerable.Range(0, isTight ? random.Next(12, 31) : random.Next(1, 5)).Select(i => Item(i, random, gpus, workloads)).ToList();
        var rent = items.Sum(i => i.UsdPerGpuHour * i.Available);
        double? Cap(int oneIn, double least, double most) => random.Next(oneIn) == 0 ? Math.Round(rent * (least + ((most - least) * random.NextDouble())), 2) : null;
        return new AllocationInstance
        {
            BudgetUsdPerHour = Math.Round(rent * (0.2 + random.NextDouble()), 2),
            HorizonHours = 24,
            RiskWeight = scenarios > 0 && random.Next(2) == 0 ? random.NextDouble() : 0,
            TailLevel = random.Next(4) == 0 ? 0 : 0.8 * random.NextDouble(),
            Items = items,
            Networks = [.. networks.Select(n => n with { ExposureCapUsdPerHour = Cap(3, 0.1, 0.8) })],
            Workloads = workloads,
            Caps = new AllocationCaps
            {
                ProviderUsdPerHour = Cap(3, 0.1, 0.8) is { } p ? new Dictionary<string, double> { ["akash"] = p } : null,
                BucketMaxUsdPerHour = Cap(4, 0.1, 0.8) is { } x ? new Dictionary<string, double> { ["emerging"] = x } : null,
                BucketMinUsdPerHour = Cap(6, 0.0, 0.2) is { } m ? new Dictionary<string, double> { ["established"] = m } : null,
                MaxMoves = random.Next(4) == 0 ? random.Next(0, 6) : null,
            },
        };
    }

    private static RewardNetwork Network(int n, Random random, int scenarios)
    {
        var shape = (RewardShape)random.Next(3);
        return new RewardNetwork
        {
            Id = $"n{n}",
            Bucket = random.Next(2) == 0 ? "emerging" : "established",
            ValueUsdPerHour = Amount(random, 0, 6),
            OthersWork = random.Next(6) == 0 ? 0 : Amount(random, 5, 200),
            Reward = shape,
            DemandWorkPerHour = shape == RewardShape.ProRata ? null : Amount(random, 5, 150),
            GpuCap = random.Next(4) == 0 ? random.Next(0, 5) : null,
            StakeOwned = random.Next(3) == 0 ? Amount(random, 0, 30) : null,
            ScenarioValuesUsdPerHour = scenarios > 0 && random.Next(4) > 0 ? [.. Enumerable.Range(0, scenarios).Select(_ => Amount(random, 0, 8))] : null,
        };
    }

    private static AllocationItem Item(int i, Random random, string[] gpus, List<Workload> workloads)
    {
        var available = random.Next(0, 4);
        return new AllocationItem
        {
            Id = $"o{i}",
            Provider = random.Next(2) == 0 ? "akash" : "ionet",
            Gpu = gpus[random.Next(gpus.Length)],
            UsdPerGpuHour = random.Next(12) == 0 ? 0 : Amount(random, 0.1, 1.2),
            Reliability = Math.Round(0.5 + (0.5 * random.NextDouble()), 3),
            Available = available,
            Held = random.Next(3) == 0
                ? new HeldGpus { Workload = workloads[random.Next(workloads.Count)].Id, Count = random.Next(0, available + 1), Locked = random.Next(3) == 0 }
                : null,
        };
    }

    private static double Amount(Random random, double least, double most) => Math.Round(least + ((most - least) * random.NextDouble()), 2);
}
