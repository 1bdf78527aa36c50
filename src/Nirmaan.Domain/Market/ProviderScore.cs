namespace Nirmaan.Domain.Market;

/// <summary>Why machines of a provider ended, and how many did so.</summary>
public sealed record EndReason(string Why, int Count);

/// <summary>
/// What a provider's machines were worth to us. Hours are GPU-hours: billed from the rent's begin to its end or to the last scored hour, useful
/// while the miner on them was up.
/// </summary>
/// <param name="BidsSeen">Bids it made on our auctions; 0 where there are none.</param>
/// <param name="BidsWon">Those we accepted.</param>
/// <param name="Rented">Machines that began to bill.</param>
/// <param name="CameUp">Those of them that ran.</param>
/// <param name="Lost">Those that ended without our will.</param>
/// <param name="ToReady">Median time from the rent's begin to running; null = none ran.</param>
/// <param name="Usd">Rent of the billed hours at the agreed price.</param>
/// <param name="Ends">Why machines ended, the most frequent first.</param>
public sealed record ProviderScore(
    ProviderKey Key, int BidsSeen, int BidsWon, int Rented, int CameUp, int Lost, TimeSpan? ToReady, decimal BilledHours, decimal UsefulHours, decimal Usd, IReadOnlyList<EndReason> Ends)
{
    /// <summary>Of a provider that we know nothing of; the same figure that <c>Fleet:MinReliability</c> asks of a provider's own word.</summary>
    public const decimal Expected = 0.95m;

    /// <summary>How many GPU-hours that expectation is worth: a day's bad luck does not ruin a name, a bad week does.</summary>
    public const decimal ExpectedHours = 24;

    /// <summary>No share is believed to be smaller: a price over it must stay finite.</summary>
    private const decimal Least = 0.02m;

    /// <summary>Share of billed time that is expected to be useful, 0 to 1: what was measured beside what is expected of anybody.</summary>
    public decimal UsefulShare => Math.Max(Least, (Math.Min(UsefulHours, BilledHours) + Expected * ExpectedHours) / (BilledHours + ExpectedHours));

    /// <summary>USD per useful GPU-hour, as measured; null = there was none.</summary>
    public decimal? UsdPerUsefulHour => UsefulHours > 0 ? Usd / UsefulHours : null;

    /// <summary>Share of the machines that began to bill and were lost; null = none began.</summary>
    public decimal? LostShare => Rented == 0 ? null : (decimal)Lost / Rented;
}

/// <summary>What counts of a provider when offers and bids are compared.</summary>
/// <param name="UsefulShare">See <see cref="ProviderScore.UsefulShare"/>.</param>
/// <param name="Blocked">Why no further machine of it is taken, and until when; null = it may be taken.</param>
public sealed record ProviderStanding(decimal UsefulShare, string? Blocked)
{
    /// <summary>Of a provider that we never rented from.</summary>
    public static readonly ProviderStanding Unknown = new(ProviderScore.Expected, null);

    /// <summary>What a price comes to per useful hour: what offers and bids are ordered by.</summary>
    public decimal PerUsefulHour(decimal usdPerGpuHour) => usdPerGpuHour / UsefulShare;
}

/// <summary>The standing of every provider we know something of.</summary>
public sealed class ProviderStandings(IReadOnlyDictionary<ProviderKey, ProviderStanding> known)
{
    /// <summary>Nothing is known of anybody.</summary>
    public static readonly ProviderStandings None = new(new Dictionary<ProviderKey, ProviderStanding>());

    /// <summary>One provider's.</summary>
    public ProviderStanding Of(ProviderKey provider) => known.GetValueOrDefault(provider) ?? ProviderStanding.Unknown;
}
