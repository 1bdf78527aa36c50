using Nirmaan.Optimiser.Solving;

namespace Nirmaan.Optimiser.Backtest;

/// <summary>
/// A made-up market with the troubles of real ones, for comparing policies where nobody has recorded history yet. It proves the machinery, not
/// future returns. Offers come and go and drift in price; half the networks are young (small, well paid, restless), half established; every fourth
/// is a points programme that in one case of five ends worth nothing; miners arrive where it pays and leave where it does not; what is
/// known of value and competition is a noisy, lagging average.
/// </summary>
public sealed record SimulatedMarket
{
    private const int HoursOfMemory = 12;
    private const double Noise = 0.12, EntryPerHour = 0.01, SpikeChance = 0.02, FailChance = 0.2, FailedValue = 0.02, OffersGonePerDay = 0.05;

    private static readonly string[] s_providers = ["akash", "ionet", "runpod"];

    // Public figures, rounded: memory GB, dense FP16 TFLOPS, GB/s, and a typical market rent.
    private static readonly (string Id, int Vram, double Tflops, double Bandwidth, double Usd)[] s_gpus =
    [
        ("rtx-3080", 10, 119, 760, 0.14), ("rtx-3090", 24, 142, 936, 0.22), ("rtx-4090", 24, 330, 1008, 0.38), ("rtx-5090", 32, 419, 1792, 0.60), ("rtx-a4000", 16, 77, 448, 0.15),
        ("rtx-a5000", 24, 111, 768, 0.24), ("rtx-a6000", 48, 155, 768, 0.45), ("a40", 48, 150, 696, 0.40), ("l4", 24, 121, 300, 0.42), ("l40s", 48, 362, 864, 0.85),
        ("a100-80gb", 80, 312, 2039, 1.25), ("h100-sxm", 80, 990, 3350, 2.40),
    ];

    /// <summary>The world's seed.</summary>
    public required int Seed { get; init; }

    /// <summary>How long it is played.</summary>
    public int Days { get; init; } = 14;

    /// <summary>Hours between decisions; a divisor of 24.</summary>
    public int StepHours { get; init; } = 6;

    /// <summary>Offers on the market at any time.</summary>
    public int Offers { get; init; } = 200;

    /// <summary>Networks, two workloads each.</summary>
    public int Networks { get; init; } = 8;

    /// <summary>The rules of this world: one supplier of the three lets for days only.</summary>
    public BacktestOptions Rules => new() { Seed = Seed, LeaseHours = new Dictionary<string, double>(StringComparer.Ordinal) { ["ionet"] = 24 } };

    /// <summary>Plays it.</summary>
    /// <exception cref="InvalidInstanceException">A number is out of range.</exception>
    public BacktestHistory Play()
    {
        Require(nameof(Days), Days, Days is >= 1 and <= 3650, "1 to 3650");
        Require(nameof(StepHours), StepHours, StepHours >= 1 && 24 % StepHours == 0, "a divisor of 24");
        Require(nameof(Offers), Offers, Offers is >= 1 and <= 1_000_000, "1 to 1000000");
        Require(nameof(Networks), Networks, Networks is >= 1 and <= 64, "1 to 64");
        return new World(this).Run();
    }

    private static void Require(string name, int value, bool holds, string expected)
    {
        if (!holds) { throw new InvalidInstanceException(char.ToLowerInvariant(name[0]) + name[1..], $"{value}", expected); }
    }

    private sealed class Net
    {
        public required string Id { get; init; }
        public required bool IsYoung { get; init; }
        public required double CostOfWork { get; init; }
        public required double Value { get; set; }
        public required double Others { get; set; }
        public required double FairRatio { get; init; }
        public int? FailsAtStep { get; init; }
        public double ValueBelieved { get; set; }
        public double OthersBelieved { get; set; }
    }

    private sealed class World(SimulatedMarket market)
    {
        private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private readonly SplitMix _random = new((ulong)market.Seed * 0x9E3779B97F4A7C15);
        private int _offersMade;

        public BacktestHistory Run()
        {
            var workloads = Workloads();
            List<AllocationItem> offers = [.. Enumerable.Range(0, market.Offers).Select(_ => Offer())];
            var budget = 0.15 * offers.Sum(o => o.UsdPerGpuHour * o.Available);
            var steps = market.Days * 24 / market.StepHours;
            List<Net> networks = [.. Enumerable.Range(0, market.Networks).Select(n => Network(n, workloads, budget, steps))];
            var (decisions, outcomes) = (new List<Decision>(), new List<Outcome>());
            for (var step = 0; step < steps; step++)
            {
                var at = s_start.AddHours(step * market.StepHours);
                foreach (var net in networks) { Believe(net, step); }
                decisions.Add(new Decision(at, Instance(budget, offers, networks, workloads)));
                // What was believed at a decision is known before what comes of it happens.
                foreach (var net in networks) { Live(net, step); outcomes.Add(new Outcome(at, net.Id, net.Value * (Unit() < SpikeChance ? 2 : 1), net.Others)); }
                Trade(offers);
            }
            return BacktestHistory.Of(decisions, outcomes);
        }

        private static AllocationInstance Instance(double budget, List<AllocationItem> offers, List<Net> networks, List<Workload> workloads) => new()
        {
            BudgetUsdPerHour = budget,
            HorizonHours = 24,
            RiskWeight = 0,
            TailLevel = 0.95,
            Items = [.. offers],
            Workloads = workloads,
            Networks = [.. networks.Select(n => new RewardNetwork
            {
                Id = n.Id,
                Bucket = n.IsYoung ? "emerging" : "established",
                ValueUsdPerHour = n.ValueBelieved,
                OthersWork = n.OthersBelieved,
                Reward = RewardShape.ProRata,
            })],
            Caps = new AllocationCaps { ProviderUsdPerHour = s_providers.ToDictionary(p => p, _ => 0.5 * budget, StringComparer.Ordinal) },
        };

        private List<Workload> Workloads()
        {
            var workloads = new List<Workload>();
            for (var n = 0; n < market.Networks; n++)
            {
                foreach (var kind in new[] { "llm", "sd" })
                {
                    int[] needs = [8, 12, 16, 24, 40];
                    var need = needs[_random.Next(needs.Length)];
                    workloads.Add(new Workload
                    {
                        Id = $"net-{n}-{kind}",
                        Network = $"net-{n}",
                        WorkPerGpuHour = s_gpus.Where(g => g.Vram >= need).ToDictionary(g => g.Id, g => (kind == "llm" ? g.Bandwidth / 768 : Math.Pow(g.Tflops / 155, 0.9)) * Math.Exp(0.15 * Normal()), StringComparer.Ordinal),
                        GpusPerMiner = 1,
                        // Half an hour, a quarter of one, of what an average GPU earns.
                        StartCostUsd = 0.3,
                        MoveCostUsd = 0.15,
                    });
                }
            }
            return workloads;
        }

        private AllocationItem Offer()
        {
            var gpu = s_gpus[_random.Next(s_gpus.Length)];
            return new AllocationItem
            {
                Id = $"offer-{_offersMade++}",
                Provider = s_providers[_random.Next(s_providers.Length)],
                Gpu = gpu.Id,
                UsdPerGpuHour = Cents(gpu.Usd * Math.Exp(0.22 * Normal())),
                Reliability = Math.Round(0.88 + (0.12 * Unit()), 3),
                Available = 1 + _random.Next(8),
            };
        }

        private Net Network(int n, List<Workload> workloads, double budget, int steps)
        {
            var isYoung = n % 2 == 0;
            var cost = workloads.Where(w => w.Network == $"net-{n}").Min(w => w.WorkPerGpuHour.Min(g => s_gpus.First(x => x.Id == g.Key).Usd / g.Value));
            var othersRent = budget / market.Networks * Math.Exp(isYoung ? 1.2 * (Unit() - 0.5) : 1.5 + (2 * Unit()));
            var ratio = isYoung ? 1.6 + (4.4 * Unit()) : 1.25 + (0.95 * Unit());
            var net = new Net
            {
                Id = $"net-{n}",
                IsYoung = isYoung,
                CostOfWork = cost,
                Value = ratio * othersRent,
                Others = othersRent / cost,
                // Where miners stop arriving: a young network keeps a premium for its risk.
                FairRatio = isYoung ? 1.8 : 1.3,
                FailsAtStep = n % 4 == 0 && Unit() < FailChance ? _random.Next(steps) : null,
            };
            (net.ValueBelieved, net.OthersBelieved) = (net.Value * Math.Exp(Noise * Normal()), net.Others * Math.Exp(Noise * Normal()));
            return net;
        }

        /// <summary>What can be measured is the step before, with noise; the belief moves towards it by its half-life.</summary>
        private void Believe(Net net, int step)
        {
            if (step == 0) { return; }
            var weight = 1 - Math.Pow(0.5, (double)market.StepHours / HoursOfMemory);
            net.ValueBelieved *= Math.Pow(net.Value * Math.Exp(Noise * Normal()) / net.ValueBelieved, weight);
            net.OthersBelieved *= Math.Pow(net.Others * Math.Exp(Noise * Normal()) / net.OthersBelieved, weight);
        }

        private void Live(Net net, int step)
        {
            var days = market.StepHours / 24.0;
            net.Value *= Math.Exp((net.IsYoung ? 0.10 : 0.04) * Math.Sqrt(days) * Normal());
            if (step == net.FailsAtStep) { net.Value *= FailedValue; }
            var ratio = net.Value / (net.Others * net.CostOfWork);
            net.Others *= Math.Exp((EntryPerHour * market.StepHours * Math.Log(ratio / net.FairRatio)) + (0.03 * Normal()));
        }

        private void Trade(List<AllocationItem> offers)
        {
            var gone = 1 - Math.Pow(1 - OffersGonePerDay, market.StepHours / 24.0);
            for (var i = 0; i < offers.Count; i++)
            {
                offers[i] = Unit() < gone ? Offer() : offers[i] with { UsdPerGpuHour = Cents(offers[i].UsdPerGpuHour * Math.Exp(0.01 * Normal())) };
            }
        }

        private double Unit() => _random.NextUnit();

        private double Normal() => Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit());

        private static double Cents(double usd) => Math.Max(0.001, Math.Round(usd, 4));
    }
}
