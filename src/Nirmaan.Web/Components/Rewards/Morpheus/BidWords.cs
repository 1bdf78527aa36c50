using System.Globalization;
using System.Numerics;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Kit.Charts;

namespace Nirmaan.Web.Components.Rewards.Morpheus;

/// <summary>What to bid, in words.</summary>
internal static class BidWords
{
    /// <summary>What the figures leave out.</summary>
    public const string NotKnown = "Not known, and so not in it: users whom nobody served, users who took our lower price only, free slots that a rival never needed, and how rivals answer to our price.";

    /// <summary>Wei per second as MOR per hour.</summary>
    public static string PerHour(BigInteger weiPerSecond) => Format.Tokens(weiPerSecond * 3600, 18, 5, out _);

    /// <summary>What each price brings, for drawing.</summary>
    public static IReadOnlyList<BarSeries> Bars(MorBidAdvice advice) => [new("MOR after the fee", [.. advice.Choices.Select(c => (double?)new TokenAmount(c.NetPerDay, Asset.Mor).ToDecimal())])];

    /// <summary>From what the advice comes.</summary>
    public static string Basis(MorBidAdvice advice)
    {
        var m = advice.Market;
        var sessions = m.OwnSessions.Count + m.Rivals.Sum(r => r.Sessions.Count);
        var by = m.IsRated ? "the best rating for its price, as the node rates them," : "the lowest price";
        return $"{Format.Count(sessions, "session")} of the last {Format.Span(m.To - m.From)} gone through once more with us at each price: users take {by} that has a free slot. We have {Format.Count(m.OwnSlots, "slot")} and {Format.Count(m.Rivals.Count, "rival")}; a rival has at least as many slots as it ever had sessions at a time. A new bid costs its fee, spread over {Format.Span(MorBidAdvice.Stands)}.";
    }

    /// <summary>The advice and its reasons, the advice first.</summary>
    public static IReadOnlyList<(string Text, Tone Tone)> Of(MorBidAdvice advice, MorBidBook book)
    {
        var market = advice.Market;
        if (advice.Best is not { } best)
        {
            return [(market.OwnSlots == 0 ? "None of our miners bids on it, so no price is better than another." : "Nobody had a session on it in the looked-at period: no price is known that users pay.", Tone.Neutral)];
        }
        List<(string, Tone)> words = [];
        if (!advice.Changes)
        {
            words.Add(($"Leave the bid at {PerHour(best.PricePerSecond)} MOR an hour: no other price would have brought more after the fee of posting it anew.", Tone.Good));
        }
        else if (advice.Current is { } current)
        {
            var gain = best.NetPerDay - current.NetPerDay;
            words.Add(($"{(best.PricePerSecond > current.PricePerSecond ? "Raise" : "Lower")} the bid from {PerHour(current.PricePerSecond)} to {PerHour(best.PricePerSecond)} MOR an hour, {best.PricePerSecond.ToString(CultureInfo.InvariantCulture)} wei per second: {Format.Tokens(gain, 18, 4, out _)} MOR a day more after the fee. {Why(market, current, best)}", Tone.Warn));
        }
        else { words.Add(($"Bid {PerHour(best.PricePerSecond)} MOR an hour, {best.PricePerSecond.ToString(CultureInfo.InvariantCulture)} wei per second.", Tone.Good)); }
        if (advice.Changes)
        {
            words.Add(($"Networks:Morpheus:BidPricePerSecondWei = {best.PricePerSecond.ToString(CultureInfo.InvariantCulture)} makes miners that are enrolled from then on bid it. A standing bid keeps its price until the node posts another, which ends it and costs the fee once more.", Tone.Neutral));
        }
        words.Add(book.ProfitPerDay(best) switch
        {
            null => ("Whether it covers the rent is not known: a price of MOR or of a machine is missing.", Tone.Neutral),
            < 0 and var loss => ($"At no price of these is the rent of {Format.Count(book.Machines, "machine")} covered: the best loses {Format.Usd(-loss)} a day. The planner says where they would earn more.", Tone.Bad),
            var profit => ($"It covers the rent of {Format.Count(book.Machines, "machine")}, {Format.Usd(book.RentPerDay!.Value)} a day, and leaves {Format.Usd(profit.Value)}.", Tone.Neutral),
        });
        return words;
    }

    private static string Why(MorBidMarket market, MorBidChoice from, MorBidChoice to)
    {
        string Taken(MorBidChoice c) => Format.Percent((double)c.SecondsPerDay / (86_400d * market.OwnSlots), 0);
        var rank = to.Above == from.Above ? "users prefer as many rivals to us as before" : $"users prefer {Format.Count(to.Above, "rival")} to us, {Format.Count(from.Above)} now";
        return $"There {rank}, and {Taken(to)} of our slots are taken, {Taken(from)} now.";
    }
}
