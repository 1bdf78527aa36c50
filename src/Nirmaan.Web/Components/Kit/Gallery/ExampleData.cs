using Nirmaan.Web.Components.Kit.Charts;

namespace Nirmaan.Web.Components.Kit.Gallery;

/// <summary>Figures made up for the kit's page. Nothing else uses them.</summary>
internal static class ExampleData
{
    /// <summary>A smooth way around a mean.</summary>
    public static IReadOnlyList<double?> Wave(int steps, double mean, double swing, double phase) =>
        [.. Enumerable.Range(0, steps).Select(i => (double?)Math.Round(mean + (swing * Math.Sin((i / 6.0) + phase)) + (swing / 4 * Math.Sin((i * 1.7) + phase)), 3))];

    /// <summary>The same with a stretch in which nothing was measured.</summary>
    public static IReadOnlyList<double?> WithGap(int steps, double mean, double swing) =>
        [.. Wave(steps, mean, swing, 0).Select((value, i) => i > steps / 3 && i < steps / 2 ? null : value)];

    /// <summary>Hourly points that end at a time.</summary>
    public static IReadOnlyList<ChartPoint> Hourly(DateTimeOffset end, IReadOnlyList<double?> values) =>
        [.. values.Select((value, i) => new ChartPoint(end.AddHours(i + 1 - values.Count), value))];

    /// <summary>A fleet of so many machines.</summary>
    public static IReadOnlyList<ExampleMachine> Machines(int count, DateTimeOffset now)
    {
        string[] suppliers = ["akash", "io.net", "runpod"];
        string[] gpus = ["rtx-a6000", "rtx-a4000", "rtx-4090", "l40s"];
        string[] states = ["Earning", "Earning", "Earning", "Idle", "WarmingUp", "Degraded", "Silent", "Unknown"];
        return
        [
            .. Enumerable.Range(1, count).Select(i => new ExampleMachine(
                $"miner-{i}", suppliers[i % 3], gpus[i * 7 % 4], i % 5 == 0 ? "morpheus-llm" : "heurist-sd", states[i * 5 % 8],
                i % 17 == 0 ? null : 0.2m + (i % 9 * 0.07m), i % 11 == 0 ? null : 0.9 + (i % 10 / 100.0), now.AddSeconds(-13 * (i % 40)))),
        ];
    }
}

/// <summary>A row of the example table.</summary>
internal sealed record ExampleMachine(
    string Name, string Supplier, string Gpu, string Workload, string State, decimal? UsdPerHour, double? Uptime, DateTimeOffset SeenAt);
