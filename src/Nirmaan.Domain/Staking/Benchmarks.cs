namespace Nirmaan.Domain.Staking;

/// <summary>What a dollar put to one of several uses on the first day is worth on the last. Null = a price is unknown.</summary>
/// <param name="Staked">NRM that was staked, with what it earned at the prices of its days.</param>
/// <param name="Held">The same NRM, not staked.</param>
/// <param name="Bought">The token that was earned, bought on the first day instead of NRM.</param>
public sealed record BenchmarkGrowth(decimal? Staked, decimal? Held, decimal? Bought);

/// <summary>Comparisons of a stake with what else could have been done with the same money.</summary>
public static class Benchmarks
{
    /// <summary>Name of the method, shown beside what it computed; another method gets another name.</summary>
    public const string MethodVersion = "first-to-last-1";

    /// <summary>Growth of 1 from the first price to the last; what was paid is not put to work again.</summary>
    /// <param name="returned">Paid over the mean stake in the same time (<see cref="ReturnRates.Roi"/>).</param>
    public static BenchmarkGrowth Of(decimal? returned, decimal? nrmFirst, decimal? nrmLast, decimal? tokenFirst, decimal? tokenLast)
    {
        var held = Growth(nrmFirst, nrmLast);
        return new BenchmarkGrowth(held + returned, held, Growth(tokenFirst, tokenLast));
    }

    private static decimal? Growth(decimal? first, decimal? last) => first is > 0 && last is { } end ? decimal.Round(end / first.Value, 8) : null;
}
