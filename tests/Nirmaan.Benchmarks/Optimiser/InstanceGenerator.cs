using Nirmaan.Optimiser;

namespace Nirmaan.Benchmarks.Optimiser;

/// <summary>
/// Makes instances of any size from a seed. Offers: lognormal rents around the model's market rent (22 %), 1 to 8 GPUs, four
/// providers, a tenth with held GPUs (a fifth of those locked). Networks: half emerging (others' work is small, high yield),
/// half established, with two workloads each: one bound by memory bandwidth, one by arithmetic. The budget is 15 % of all
/// rent, a network may take 1.6 / N of it, a provider 36 %, and a quarter of the networks cap their GPUs.
/// </summary>
public sealed class InstanceGenerator(int seed)
{
    private static readonly string[] s_providers = ["akash", "ionet", "runpod", "ssh-host"];
    private static readonly int[] s_vramNeeds = [8, 10, 12, 12, 16, 16, 20, 24, 24, 40];
    private readonly Random _random = new(seed);

    /// <summary>An instance of a size.</summary>
    public AllocationInstance Make(InstanceSize size) => Make(size.Offers, size.Workloads, size.Scenarios, size.IsTight);

    /// <summary>An instance of so many offers and workloads, the latter an even number.</summary>
    /// <param name="offers">Offers on the market.</param>
    /// <param name="workloads">Two per network.</param>
    /// <param name="scenarios">0 for a plan by the mean alone, else half of the weight is on the worst twentieth.</param>
    /// <param name="tight">Caps worth only 3 to 6 average GPUs per network, where whole GPUs hurt most; then nothing is locked.</param>
    public AllocationInstance Make(int offers, int workloads, int scenarios = 0, bool tight = false)
    {
        var networks = workloads / 2;
        var works = Workloads(networks);
        var items = Items(offers, works, lockedShare: tight ? 0 : 0.2);
        var rent = items.Sum(i => i.UsdPerGpuHour * i.Available);
        var budget = tight ? networks * 4.5 / 1.6 * rent / items.Sum(i => i.Available) : 0.15 * rent;
        return new AllocationInstance
        {
            BudgetUsdPerHour = budget,
            HorizonHours = 48,
            RiskWeight = scenarios > 0 ? 0.5 : 0,
            TailLevel = 0.95,
            Items = items,
            Networks = Networks(networks, works, budget, scenarios),
            Workloads = works,
            Caps = new AllocationCaps { ProviderUsdPerHour = s_providers.ToDictionary(p => p, _ => 0.36 * budget) },
        };
    }

    /// <summary>The same instance a while later: rents and values drift by the given shares.</summary>
    public AllocationInstance Drift(AllocationInstance instance, double rents, double values) => instance with
    {
        Items = [.. instance.Items.Select(i => i with { UsdPerGpuHour = Round(i.UsdPerGpuHour * Math.Exp(rents * Normal())) })],
        Networks = [.. instance.Networks.Select(n =>
        {
            var factor = Math.Exp(values * Normal());
            return n with { ValueUsdPerHour = n.ValueUsdPerHour * factor, ScenarioValuesUsdPerHour = n.ScenarioValuesUsdPerHour?.Select(v => v * factor).ToArray() };
        })],
    };

    private List<Workload> Workloads(int networks)
    {
        var workloads = new List<Workload>(2 * networks);
        for (var n = 0; n < networks; n++)
        {
            foreach (var kind in new[] { "llm", "sd" })
            {
                var needs = s_vramNeeds[_random.Next(s_vramNeeds.Length)];
                var unit = Math.Exp(_random.NextDouble() * 4);
                workloads.Add(new Workload
                {
                    Id = $"net-{n:D2}-{kind}",
                    Network = $"net-{n:D2}",
                    WorkPerGpuHour = GpuFigures.All.Where(g => g.VramGb >= needs).ToDictionary(
                        g => g.Id,
                        g => unit * (kind == "llm" ? g.BandwidthGbs / 768 : Math.Pow(g.Tflops / 155, 0.9)) * Math.Exp(0.15 * Normal())),
                    GpusPerMiner = 1,
                    MoveCostUsd = 0.05 + (0.5 * _random.NextDouble()),
                    StartCostUsd = 0.05 + (0.3 * _random.NextDouble()),
                });
            }
        }
        return workloads;
    }

    private List<AllocationItem> Items(int offers, List<Workload> workloads, double lockedShare)
    {
        var items = new List<AllocationItem>(offers);
        for (var i = 0; i < offers; i++)
        {
            var gpu = GpuFigures.All[_random.Next(GpuFigures.All.Count)];
            var available = _random.Next(1, 9);
            items.Add(new AllocationItem
            {
                Id = $"o{i:D6}",
                Provider = s_providers[_random.Next(s_providers.Length)],
                Gpu = gpu.Id,
                UsdPerGpuHour = Round(gpu.UsdPerHour * Math.Exp(0.22 * Normal())),
                Reliability = Math.Round(0.88 + (0.12 * _random.NextDouble()), 3),
                Available = available,
                Held = _random.NextDouble() < 0.1 ? Held(gpu.Id, available, workloads, lockedShare) : null,
            });
        }
        return items;
    }

    private HeldGpus? Held(string gpu, int available, List<Workload> workloads, double lockedShare)
    {
        var eligible = workloads.Where(w => w.WorkPerGpuHour.ContainsKey(gpu)).ToList();
        return eligible.Count == 0 ? null : new HeldGpus
        {
            Workload = eligible[_random.Next(eligible.Count)].Id,
            Count = _random.Next(1, available + 1),
            Locked = _random.NextDouble() < lockedShare,
        };
    }

    private List<RewardNetwork> Networks(int count, List<Workload> workloads, double budget, int scenarios)
    {
        var market = Enumerable.Range(0, scenarios).Select(_ => Normal()).ToArray();
        return [.. Enumerable.Range(0, count).Select(n =>
        {
            var emerging = n % 2 == 0;
            var own = workloads.Where(w => w.Network == $"net-{n:D2}").ToList();
            // The rent of one unit of work on the GPU that is best for it.
            var cost = own.Min(w => w.WorkPerGpuHour.Min(g => GpuFigures.All.First(f => f.Id == g.Key).UsdPerHour / g.Value));
            var othersRent = budget / count * Math.Exp(emerging ? 1.2 * (_random.NextDouble() - 0.5) : 1.5 + (2 * _random.NextDouble()));
            var ratio = emerging ? 1.6 + (4.4 * _random.NextDouble()) : 1.25 + (0.95 * _random.NextDouble());
            var value = ratio * othersRent;
            return new RewardNetwork
            {
                Id = $"net-{n:D2}",
                Bucket = emerging ? "emerging" : "established",
                ValueUsdPerHour = value,
                OthersWork = othersRent / cost,
                Reward = RewardShape.ProRata,
                ExposureCapUsdPerHour = 1.6 / count * budget,
                GpuCap = _random.NextDouble() < 0.25 ? _random.Next(1, 4) + (int)(budget / count * (0.2 + _random.NextDouble())) : null,
                ScenarioValuesUsdPerHour = scenarios == 0 ? null : Scenarios(value, emerging, market),
            };
        })];
    }

    /// <summary>One common factor, own noise, and for emerging networks a chance that the value falls to a tenth.</summary>
    private double[] Scenarios(double value, bool emerging, double[] market) => Array.ConvertAll(market, m =>
    {
        var spread = emerging ? 0.35 : 0.15;
        var level = value * Math.Exp((spread * ((0.6 * m) + (0.8 * Normal()))) - (spread * spread / 2));
        return emerging && _random.NextDouble() < 0.08 ? level / 10 : level;
    });

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    private static double Round(double usd) => Math.Max(0.001, Math.Round(usd, 4));
}
