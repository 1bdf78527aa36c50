namespace Nirmaan.Domain.Rewards;

/// <summary>How far a token's price can be relied on.</summary>
public enum PriceStanding
{
    /// <summary>Nobody ever quoted it.</summary>
    Unknown,
    /// <summary>One source alone quotes it now: there is nothing to hold it against.</summary>
    OneSource,
    /// <summary>Every source that is fresh says the same within <see cref="PriceAgreement.MostApart"/>.</summary>
    Agreed,
    /// <summary>Sources differ by more: none of them is believed.</summary>
    Disputed,
    /// <summary>No source has said anything for <see cref="PriceAgreement.FreshFor"/>.</summary>
    Stale,
}

/// <summary>What the sources of a token's price say together, from the newest quote of each.</summary>
/// <param name="Quotes">The newest quote of each source, by the source's name.</param>
/// <param name="Low">The lowest of the fresh quotes; null = none is fresh.</param>
/// <param name="High">The highest of them.</param>
public sealed record PriceAgreement(PriceStanding Standing, IReadOnlyList<PriceQuote> Quotes, PriceQuote? Low, PriceQuote? High, DateTimeOffset At)
{
    /// <summary>The most by which the highest may stand above the lowest.</summary>
    public const decimal MostApart = 0.05m;

    /// <summary>How long a source's quote counts. Sources of ours are read every few minutes and leave out what is an hour old themselves.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromHours(6);

    /// <summary>True: whoever would spend more for this token waits. What is not known at all freezes nothing: no plan counts on it.</summary>
    public bool Freezes => Standing is PriceStanding.Disputed or PriceStanding.Stale;

    /// <summary>Whether a source's quote still counts.</summary>
    public bool IsFresh(PriceQuote quote) => At - quote.At <= FreshFor;

    /// <summary>By how much the highest stands above the lowest; null = there are not two.</summary>
    public decimal? Apart => Low is { } low && High is { } high && low != high ? high.Usd / low.Usd - 1 : null;

    /// <summary>Why it freezes, with both figures; null = it does not.</summary>
    public string? Why => Standing switch
    {
        PriceStanding.Disputed => FormattableString.Invariant(
            $"the price of {Low!.AssetId} is disputed: {Low.Source} says ${Low.Usd:0.########} ({Low.At:yyyy-MM-dd HH:mm} UTC), {High!.Source} says ${High.Usd:0.########} ({High.At:yyyy-MM-dd HH:mm} UTC), {Apart * 100:0.0} % apart; at most {MostApart * 100:0} % is accepted"),
        PriceStanding.Stale => FormattableString.Invariant(
            $"the price of {Quotes[0].AssetId} is stale: no source has said anything for {FreshFor.TotalHours:0} hours ({string.Join("; ", Quotes.Select(q => FormattableString.Invariant($"{q.Source} last said ${q.Usd:0.########} at {q.At:yyyy-MM-dd HH:mm} UTC")))})"),
        _ => null,
    };

    /// <summary>Judges quotes of one token.</summary>
    /// <param name="quotes">Any quotes; of each source the newest counts.</param>
    public static PriceAgreement Of(IEnumerable<PriceQuote> quotes, DateTimeOffset now)
    {
        List<PriceQuote> newest = [.. quotes.GroupBy(q => q.Source).Select(g => g.MaxBy(q => q.At)!).OrderBy(q => q.Source, StringComparer.Ordinal)];
        List<PriceQuote> fresh = [.. newest.Where(q => now - q.At <= FreshFor)];
        if (newest.Count == 0) { return new PriceAgreement(PriceStanding.Unknown, newest, null, null, now); }
        if (fresh.Count == 0) { return new PriceAgreement(PriceStanding.Stale, newest, null, null, now); }
        var (low, high) = (fresh.MinBy(q => q.Usd)!, fresh.MaxBy(q => q.Usd)!);
        return new PriceAgreement(fresh.Count == 1 ? PriceStanding.OneSource : high.Usd > low.Usd * (1 + MostApart) ? PriceStanding.Disputed : PriceStanding.Agreed, newest, low, high, now);
    }
}
