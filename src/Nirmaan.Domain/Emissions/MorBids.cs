using System.Numerics;

namespace Nirmaan.Domain.Emissions;

/// <summary>A stretch of time for which a session took a slot.</summary>
public readonly record struct MorStay(DateTimeOffset From, DateTimeOffset To);

/// <summary>Another provider on a model name.</summary>
/// <param name="PricePerSecond">Its lowest standing bid, wei.</param>
/// <param name="Quality">The node's score of it times its price: users choose the highest quality / price. 1 where nothing is rated.</param>
/// <param name="Sessions">That it served in the looked-at period.</param>
public sealed record MorRival(string Provider, BigInteger PricePerSecond, double Quality, IReadOnlyList<MorStay> Sessions)
{
    /// <summary>The most sessions it had at a time: it has at least so many slots.</summary>
    public int Slots { get; } = Most(Sessions);

    private static int Most(IEnumerable<MorStay> sessions)
    {
        var (open, most) = (0, 0);
        // An end frees its slot for a beginning of the same moment.
        foreach (var (_, step) in sessions.SelectMany(s => new[] { (At: s.From, Step: 1), (At: s.To, Step: -1) }).OrderBy(e => e.At).ThenBy(e => e.Step))
        {
            open += step;
            most = Math.Max(most, open);
        }
        return most;
    }
}

/// <summary>What is known of the market of one model name when a bid is thought about. Prices in wei of MOR per session-second.</summary>
/// <param name="OwnModels">Ids of our models of that name, by which our miners on it are known.</param>
/// <param name="OwnPrice">What we ask now; null = we have no bid.</param>
/// <param name="OwnQuality">As <see cref="MorRival.Quality"/>.</param>
/// <param name="OwnBids">Standing bids of ours, each of which costs the fee when it is posted anew.</param>
/// <param name="OwnSlots">Sessions that our miners take at a time.</param>
/// <param name="Dearest">The highest price at which anybody had a session in the period: what users have shown they pay. Null = nobody had one.</param>
/// <param name="Floor">The least we may ask.</param>
/// <param name="Cap">The most we may ask.</param>
/// <param name="BidFee">Of one bid, wei.</param>
/// <param name="Undercut">How far below the price at which we would tie with a rival we stay, in hundredths of a percent.</param>
/// <param name="IsRated">False = the node rates nobody: the lowest price wins.</param>
public sealed record MorBidMarket(
    string ModelName, IReadOnlyCollection<string> OwnModels, BigInteger? OwnPrice, double OwnQuality, int OwnBids, int OwnSlots, IReadOnlyList<MorStay> OwnSessions, IReadOnlyList<MorRival> Rivals, DateTimeOffset From, DateTimeOffset To,
    BigInteger? Dearest, BigInteger Floor, BigInteger Cap, BigInteger BidFee, int Undercut, bool IsRated);

/// <summary>What a price would have brought.</summary>
/// <param name="Above">Rivals that users prefer to us at this price.</param>
/// <param name="SecondsPerDay">Session-seconds a day that our slots would have served.</param>
/// <param name="WeiPerDay">What they pay.</param>
/// <param name="FeePerDay">The fee of posting it anew, spread over <see cref="MorBidAdvice.Stands"/>; 0 for the price that stands.</param>
public sealed record MorBidChoice(BigInteger PricePerSecond, int Above, decimal SecondsPerDay, BigInteger WeiPerDay, BigInteger FeePerDay)
{
    /// <summary>What it brings after the fee, wei a day. The rent is the same at every price, so that the best by this is the best.</summary>
    public BigInteger NetPerDay => WeiPerDay - FeePerDay;
}

/// <summary>
/// The price per second that would have earned the most in the looked-at period. Users take the provider with the best quality for its price that has a
/// free slot; so the period is run through once more with us in another rank: at each moment we serve the sessions that were open then and for which
/// those above us had no slot, up to our own slots. Only a rank changes what we serve, so the best price is the highest of some rank.
/// Not known, and so not in it: users whom nobody served, users who took our lower price only, slots that a rival has and never needed, and how rivals
/// answer.
/// </summary>
/// <param name="Choices">One per rank that can be had and the standing price, the cheapest first.</param>
/// <param name="Current">The standing price; null = we have no bid.</param>
/// <param name="Best">Null = there is nothing to go by: nobody had a session, or we have no slot.</param>
public sealed record MorBidAdvice(MorBidMarket Market, IReadOnlyList<MorBidChoice> Choices, MorBidChoice? Current, MorBidChoice? Best)
{
    /// <summary>How long a posted bid is thought to stand, over which its fee is spread.</summary>
    public static TimeSpan Stands { get; } = TimeSpan.FromDays(7);

    /// <summary>True when posting the best anew brings more than leaving the bid as it is.</summary>
    public bool Changes => Best is { } best && best.PricePerSecond != Current?.PricePerSecond;

    /// <summary>Of a market.</summary>
    public static MorBidAdvice Of(MorBidMarket market)
    {
        var replay = new Replay(market);
        var current = market.OwnPrice is { } own ? replay.At(own) : null;
        if (market.Dearest is not { } dearest || market.OwnSlots == 0 || market.To <= market.From) { return new(market, current is null ? [] : [current], current, null); }
        var most = BigInteger.Min(market.Cap, dearest);
        SortedSet<BigInteger> prices = [.. market.Rivals.Select(r => JustBefore(market, r)).Append(most).Where(p => p >= market.Floor && p <= most)];
        if (market.OwnPrice is { } stands) { prices.Add(stands); }
        List<MorBidChoice> choices = [.. prices.Select(replay.At)];
        // Of equals the standing one, then the lower price: it is the surer.
        var best = choices.OrderByDescending(c => c.NetPerDay).ThenBy(c => c.FeePerDay).ThenBy(c => c.PricePerSecond).FirstOrDefault();
        return new(market, choices, current, best);
    }

    /// <summary>True when users prefer a rival to us at a price. Of equals the one that stood there first.</summary>
    public static bool IsAbove(MorBidMarket market, MorRival rival, BigInteger price) => rival.Quality * (double)price >= market.OwnQuality * (double)rival.PricePerSecond;

    // The highest whole price at which we come before a rival, and then as much lower as we undercut.
    private static BigInteger JustBefore(MorBidMarket market, MorRival rival)
    {
        if (rival.Quality <= 0) { return market.Cap; }
        var tie = (BigInteger)Math.Min((double)rival.PricePerSecond * market.OwnQuality / rival.Quality, (double)market.Cap);
        var price = tie * (10_000 - market.Undercut) / 10_000;
        while (price.Sign > 0 && IsAbove(market, rival, price)) { price--; }
        return price;
    }

    /// <summary>The period once more: how many sessions were open when.</summary>
    private sealed class Replay
    {
        private readonly MorBidMarket _market;
        private readonly List<(long Ticks, int Open)> _stretches = [];
        private readonly Dictionary<int, BigInteger> _served = [];

        public Replay(MorBidMarket market)
        {
            _market = market;
            var (from, to) = (market.From.UtcTicks, market.To.UtcTicks);
            var steps = market.Rivals.SelectMany(r => r.Sessions).Concat(market.OwnSessions)
                .Select(s => (From: Math.Max(s.From.UtcTicks, from), To: Math.Min(s.To.UtcTicks, to))).Where(s => s.To > s.From)
                .SelectMany(s => new[] { (At: s.From, Step: 1), (At: s.To, Step: -1) }).OrderBy(e => e.At);
            var (open, since) = (0, from);
            foreach (var (at, step) in steps)
            {
                if (at > since) { _stretches.Add((at - since, open)); }
                (since, open) = (at, open + step);
            }
        }

        public MorBidChoice At(BigInteger price)
        {
            var above = _market.Rivals.Where(r => IsAbove(_market, r, price)).ToList();
            var period = _market.To.UtcTicks - _market.From.UtcTicks;
            var served = Served(above.Sum(r => r.Slots)) * TimeSpan.TicksPerDay;
            var fee = price == _market.OwnPrice ? 0 : _market.BidFee * Math.Max(1, _market.OwnBids) * TimeSpan.TicksPerDay / Stands.Ticks;
            return period <= 0 ? new(price, above.Count, 0, 0, fee)
                : new(price, above.Count, (decimal)(served / period) / TimeSpan.TicksPerSecond, price * served / period / TimeSpan.TicksPerSecond, fee);
        }

        private BigInteger Served(int slotsAbove)
        {
            if (_served.TryGetValue(slotsAbove, out var known)) { return known; }
            BigInteger sum = 0;
            foreach (var (ticks, open) in _stretches) { sum += (BigInteger)ticks * Math.Clamp(open - slotsAbove, 0, _market.OwnSlots); }
            return _served[slotsAbove] = sum;
        }
    }
}
