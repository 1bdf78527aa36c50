using Nirmaan.Control.Fleet;

namespace Nirmaan.Web.Api;

/// <summary>How long a supplier's money lasts. USD; null = the supplier does not say, or nothing burns.</summary>
/// <param name="FirstToDie">The instance whose paid time ends first.</param>
/// <param name="Error">Why the balance could not be read.</param>
internal sealed record RunwayWire(string Provider, decimal? BalanceUsd, decimal? ReservedUsd, decimal BurnUsdPerHour, decimal? HoursLeft, string? FirstToDie, DateTimeOffset? FirstToDieAt, DateTimeOffset? AsOf, string? Error);

internal static class TreasuryCalls
{
    public static void Map(RouteGroupBuilder read) => read.MapGet("/treasury/runway", async (RunwayQueries runway, CancellationToken cancellationToken) =>
        (await runway.ReadAsync(cancellationToken)).ToList(r => new RunwayWire(
            r.Supplier.Value, r.BalanceUsd, r.ReservedUsd, r.BurnUsdPerHour, r.HoursLeft, r.FirstToDie?.ToString(), r.FirstToDieAt, r.AsOf, r.Error)))
        .WithName("getRunway").WithSummary("Per supplier: balance, burn per hour, hours left, the first instance to die and when.");
}
