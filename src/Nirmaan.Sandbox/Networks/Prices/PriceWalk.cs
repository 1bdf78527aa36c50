using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Prices;

/// <summary>
/// One asset's price: a random walk by the hour that is pulled back to its anchor, so that years later it is still of the same size.
/// Any hour's price depends on the seed, the asset and the hour only.
/// </summary>
/// <param name="seed">The world's seed.</param>
/// <param name="id">The asset, for example morpheusai.</param>
/// <param name="anchorUsd">The price it returns to, USD.</param>
/// <param name="hourlySd">Standard deviation of an hour's relative change.</param>
public sealed class PriceWalk(Seed seed, string id, decimal anchorUsd, double hourlySd = 0.006)
{
    /// <summary>Pull towards the anchor per hour: half of a deviation is gone after about 6 days.</summary>
    private const double Pull = 0.005;

    private static readonly DateTimeOffset s_begin = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Lock _gate = new();
    private readonly Random _random = seed.For($"price:{id}");
    private readonly List<double> _logs = [0];

    /// <summary>The price in USD of the hour that contains <paramref name="time"/>.</summary>
    public decimal At(DateTimeOffset time)
    {
        var hour = (int)Math.Clamp((time - s_begin).TotalHours, 0, 1_000_000);
        double log;
        lock (_gate)
        {
            while (_logs.Count <= hour) { _logs.Add(_logs[^1] * (1 - Pull) + hourlySd * Normal()); }
            log = _logs[hour];
        }
        return Shown(anchorUsd * (decimal)Math.Exp(log));
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    // As the feed shows them: four digits after the point from a dollar on, eight below.
    private static decimal Shown(decimal price) => decimal.Round(price, price >= 1 ? 4 : 8);
}
