using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Nirmaan.Optimiser;

namespace Nirmaan.Benchmarks.Optimiser;

/// <summary>
/// Times the optimiser on generated instances, each size in a process of its own so that the first call pays for the
/// compiler and the peak memory is its own.
/// </summary>
public static class OptimiserBenchmark
{
    /// <summary>The steady figure is the fastest of so many further calls, or of as many as fit into the seconds.</summary>
    private const int MostSteadyCalls = 50;
    private const double SteadySeconds = 2;

    private static readonly string[] s_sizes = ["60x6s20", "60x8t", "1000x16", "1000x64", "1000x64t", "10000x64", "1000x16s200", "10000x64s200"];

    /// <summary>Arguments: sizes (default: up to 10,000 offers), --seed N, --highs SECONDS (also solve whole with HiGHS, 1,000 offers).</summary>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        if (arguments is ["--child", var child, var childSeed])
        {
            Child(InstanceSize.Parse(child), int.Parse(childSeed, CultureInfo.InvariantCulture));
            return 0;
        }
        var (sizes, seed, seconds) = (new List<string>(), "1", 0.0);
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--seed": seed = arguments[++i]; break;
                case "--highs": seconds = double.Parse(arguments[++i], CultureInfo.InvariantCulture); break;
                default: sizes.Add(arguments[i]); break;
            }
        }
        Console.WriteLine("| offers x workloads | first s (cpu) | steady s (cpu) | warm s (cpu), gap % | gap % | peak MB | price steps | moves tried |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        var all = (sizes.Count > 0 ? sizes : [.. s_sizes]).ConvertAll(InstanceSize.Parse);
        var ours = new List<(InstanceSize Size, Figures Figures)>();
        foreach (var size in all)
        {
            var figures = await InChildAsync(size, seed, cancellationToken);
            ours.Add((size, figures));
            Console.WriteLine(Text(
                $"| {size} | {figures.First:0.00} ({figures.FirstCpu:0.00}) | {figures.Steady:0.000} ({figures.SteadyCpu:0.000}) | {figures.Warm:0.000} ({figures.WarmCpu:0.000}), {100 * figures.WarmGap:0.0000} | {100 * figures.Gap:0.0000} | {figures.PeakMb:0} | {figures.PriceSteps} | {figures.MovesTried} |"));
        }
        await PeersAsync([.. ours.Where(o => o.Size.Offers <= 1000)], int.Parse(seed, CultureInfo.InvariantCulture), seconds, cancellationToken);
        return 0;
    }

    private static void Child(InstanceSize size, int seed)
    {
        var instance = new InstanceGenerator(seed).Make(size);
        GC.Collect();
        var (first, firstTime, firstCpu) = Timed(() => AllocationSolver.Solve(instance));
        var peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;
        var (steadyTime, steadyCpu) = (double.PositiveInfinity, double.PositiveInfinity);
        var from = Stopwatch.GetTimestamp();
        for (var call = 0; call < MostSteadyCalls && (call == 0 || Stopwatch.GetElapsedTime(from).TotalSeconds < SteadySeconds); call++)
        {
            var (_, seconds, cpu) = Timed(() => AllocationSolver.Solve(instance));
            (steadyTime, steadyCpu) = (Math.Min(steadyTime, seconds), Math.Min(steadyCpu, cpu));
        }
        var later = new InstanceGenerator(seed + 1000).Drift(instance, rents: 0.03, values: 0.01);
        var (warm, warmTime, warmCpu) = Timed(() => AllocationSolver.Solve(later, new SolveOptions { WarmStart = first.Plan, WarmScenarioWeights = first.ScenarioWeights }));
        Console.WriteLine(JsonSerializer.Serialize(new Figures(
            firstTime, firstCpu, steadyTime, steadyCpu, warmTime, warmCpu, warm.Plan.Gap, first.Plan.Gap, peak, first.PriceSteps, first.MovesTried)));
    }

    private static (AllocationSolution Solution, double Seconds, double Cpu) Timed(Func<AllocationSolution> solve)
    {
        var (from, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var solution = solve();
        return (solution, Stopwatch.GetElapsedTime(from).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    private static async Task<Figures> InChildAsync(InstanceSize size, string seed, CancellationToken cancellationToken)
    {
        string[] arguments = ["optimiser", "--child", size.ToString(), seed];
        // `dotnet run` starts the project's own executable, `dotnet x.dll` the host, which wants to be told the file.
        string[] file = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(OptimiserBenchmark).Assembly.Location] : [];
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. file, .. arguments]) { RedirectStandardOutput = true })!;
        var text = await child.StandardOutput.ReadToEndAsync(cancellationToken);
        await child.WaitForExitAsync(cancellationToken);
        if (child.ExitCode != 0)
        {
            throw new InvalidOperationException($"The process for {size} ended with {child.ExitCode}: {text}");
        }
        return JsonSerializer.Deserialize<Figures>(text)!;
    }

    /// <summary>
    /// HiGHS on the same instances: its relaxation, and within the seconds its whole plan at its true worth. Ratios above 1
    /// speak for us: its CPU time over our steady one, its peak memory over ours, the worth of our plan over that of its plan.
    /// </summary>
    private static async Task PeersAsync(IReadOnlyList<(InstanceSize Size, Figures Figures)> solved, int seed, double seconds, CancellationToken cancellationToken)
    {
        if (HighsPeer.Missing() is { } missing)
        {
            Console.WriteLine($"\nHiGHS SKIPPED: {missing}.");
            return;
        }
        Console.WriteLine("\n| offers x workloads | our plan | our bound | HiGHS relaxation (cpu s, MB) | bound, theirs : ours | cpu, theirs : ours | memory, theirs : ours | HiGHS whole plan, true worth (s, cpu s, status) | plan, ours : theirs |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var (size, figures) in solved)
        {
            var instance = new InstanceGenerator(seed).Make(size);
            var ours = AllocationSolver.Solve(instance, cancellationToken: cancellationToken).Plan;
            var model = new TangentModel(instance);
            var relaxed = await HighsPeer.SolveAsync(model.ToLp(whole: false), 300, cancellationToken);
            var (whole, ratio) = ("not run (--highs SECONDS)", "");
            if (seconds > 0)
            {
                var answer = await HighsPeer.SolveAsync(model.ToLp(whole: true), seconds, cancellationToken);
                var worth = PlanEvaluator.Evaluate(instance, model.Assignments(answer.Columns));
                var isPlan = worth.IsFeasible && worth.ObjectiveUsdPerHour > 0; // Out of time, it may have nothing but the empty plan.
                whole = Text($"{(isPlan ? Text($"{worth.ObjectiveUsdPerHour:0.0000}") : "none")} ({answer.Seconds:0.0}, cpu {answer.CpuSeconds:0.0}, {answer.Status})");
                ratio = isPlan ? Text($"{ours.ObjectiveUsdPerHour / worth.ObjectiveUsdPerHour:0.000000}") : "";
            }
            Console.WriteLine(Text(
                $"| {size} | {ours.ObjectiveUsdPerHour:0.0000} | {ours.BoundUsdPerHour:0.0000} | {relaxed.Objective:0.0000} ({relaxed.CpuSeconds:0.00}, {relaxed.PeakMb:0}) | {relaxed.Objective / ours.BoundUsdPerHour:0.000000} | {relaxed.CpuSeconds / figures.SteadyCpu:0.0} | {relaxed.PeakMb / figures.PeakMb:0.0} | {whole} | {ratio} |"));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Figures(
        double First, double FirstCpu, double Steady, double SteadyCpu, double Warm, double WarmCpu, double WarmGap, double Gap, double PeakMb, int PriceSteps, long MovesTried);
}
