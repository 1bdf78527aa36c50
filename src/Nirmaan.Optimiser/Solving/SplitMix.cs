namespace Nirmaan.Optimiser.Solving;

/// <summary>Random numbers from a seed that are the same in every version of the runtime (Steele, Lea and Flood's SplitMix64).</summary>
internal sealed class SplitMix(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A whole number from 0 to below the limit.</summary>
    public int Next(int limit) => (int)Math.BigMul(NextWord(), (ulong)limit, out _);

    /// <summary>A number from 0 to below 1.</summary>
    public double NextUnit() => (NextWord() >> 11) * (1.0 / (1UL << 53));

    private ulong NextWord()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
