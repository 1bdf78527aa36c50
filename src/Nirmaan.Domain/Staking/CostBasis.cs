namespace Nirmaan.Domain.Staking;

/// <summary>Which of what was received is taken to be sold.</summary>
public enum BasisChoice
{
    /// <summary>The oldest first.</summary>
    Fifo,
    /// <summary>The newest first.</summary>
    Lifo,
    /// <summary>The dearest first.</summary>
    Hifo,
    /// <summary>A part of all alike.</summary>
    Average,
}

/// <summary>Tokens received at once.</summary>
/// <param name="Usd">What they were worth then; null = unknown.</param>
public sealed record ReceivedLot(DateTimeOffset At, decimal Tokens, decimal? Usd);

/// <summary>Tokens sold at once.</summary>
public sealed record SoldLot(DateTimeOffset At, decimal Tokens, decimal Usd);

/// <summary>What a sale brought over what its tokens were worth when they were received.</summary>
/// <param name="BasisUsd">Null = a value among them is unknown.</param>
/// <param name="Uncovered">Tokens sold that were not received before: their basis is not known here, so neither are basis and gain.</param>
public sealed record Gain(SoldLot Sold, decimal? BasisUsd, decimal? GainUsd, decimal Uncovered);

/// <summary>Gains by a choice of basis. The value at receipt is the basis; deposits of NRM are no receipts and not in it.</summary>
public static class CostBasis
{
    /// <summary>A gain per sale, in order of time. A lot is used up only once, and only by sales at or after its receipt.</summary>
    public static IReadOnlyList<Gain> Of(IEnumerable<ReceivedLot> received, IEnumerable<SoldLot> sold, BasisChoice choice)
    {
        var waiting = new Queue<ReceivedLot>(received.OrderBy(r => r.At));
        var held = new List<ReceivedLot>();
        return [.. sold.OrderBy(s => s.At).Select(sale =>
        {
            while (waiting.TryPeek(out var next) && next.At <= sale.At) { held.Add(waiting.Dequeue()); }
            var (basis, rest) = choice == BasisChoice.Average ? TakeOfAll(held, sale.Tokens) : TakeInOrder(held, sale.Tokens, choice);
            decimal? known = rest > 0 ? null : basis;
            return new Gain(sale, known, sale.Usd - known, rest);
        })];
    }

    private static (decimal? Basis, decimal Left) TakeInOrder(List<ReceivedLot> held, decimal tokens, BasisChoice choice)
    {
        decimal? basis = 0;
        while (tokens > 0 && held.Count > 0)
        {
            var i = choice switch
            {
                BasisChoice.Fifo => 0,
                BasisChoice.Lifo => held.Count - 1,
                // One without a value comes last: it cannot be said to be dear.
                _ => Enumerable.Range(0, held.Count).MaxBy(n => held[n].Usd / held[n].Tokens ?? -1),
            };
            var (lot, taken) = (held[i], Math.Min(tokens, held[i].Tokens));
            var part = lot.Usd * taken / lot.Tokens;
            basis += part;
            tokens -= taken;
            if (taken == lot.Tokens) { held.RemoveAt(i); } else { held[i] = lot with { Tokens = lot.Tokens - taken, Usd = lot.Usd - part }; }
        }
        return (basis, tokens);
    }

    private static (decimal? Basis, decimal Left) TakeOfAll(List<ReceivedLot> held, decimal tokens)
    {
        var all = held.Sum(l => l.Tokens);
        if (all == 0) { return (0, tokens); }
        var taken = Math.Min(tokens, all);
        var worth = held.Aggregate((decimal?)0, (sum, l) => sum + l.Usd);
        var basis = worth * taken / all;
        var newest = held[^1].At;
        held.Clear();
        // What is left is one lot from now on: an average has no memory of its parts.
        if (taken < all) { held.Add(new ReceivedLot(newest, all - taken, worth - basis)); }
        return (basis, tokens - taken);
    }
}
