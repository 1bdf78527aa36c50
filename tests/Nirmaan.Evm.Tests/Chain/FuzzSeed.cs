using System.Globalization;

namespace Nirmaan.Evm.Tests.Chain;

/// <summary>The seed of a run of random transactions: a new one each time, printed; NIRMAAN_FUZZ_SEED repeats a run.</summary>
internal static class FuzzSeed
{
    public static Random Next(ITestOutputHelper output)
    {
        int seed = Environment.GetEnvironmentVariable("NIRMAAN_FUZZ_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        output.WriteLine($"NIRMAAN_FUZZ_SEED={seed}");
        return new Random(seed);
    }
}
