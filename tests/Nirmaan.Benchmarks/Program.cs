using Nirmaan.Benchmarks.Distribution;
using Nirmaan.Benchmarks.Fleet;
using Nirmaan.Benchmarks.Indexer;
using Nirmaan.Benchmarks.Optimiser;
using Nirmaan.Benchmarks.Returns;

// One class per area, chosen by the first argument; the rest of the arguments are the area's.
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) => { press.Cancel = true; stop.Cancel(); };
switch (args)
{
    case ["optimiser", .. var rest]:
        return await OptimiserBenchmark.RunAsync(rest, stop.Token);
    case ["distribution", .. var rest]:
        return await DistributionBenchmark.RunAsync(rest, stop.Token);
    case ["closing", .. var rest]:
        return await ClosingBenchmark.RunAsync(rest, stop.Token);
    case ["indexer", .. var rest]:
        return await IndexerBenchmark.RunAsync(rest, stop.Token);
    case ["launch", .. var rest]:
        return await LaunchBenchmark.RunAsync(rest, stop.Token);
    case ["returns", .. var rest]:
        return await ReturnsBenchmark.RunAsync(rest, stop.Token);
    case ["page", .. var rest]:
        return await PageBenchmark.RunAsync(rest, stop.Token);
    default:
        Console.Error.WriteLine("Nirmaan.Benchmarks <area> [arguments]; areas: optimiser, distribution, closing, indexer, launch, returns, page");
        return 2;
}
