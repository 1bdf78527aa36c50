using System.Numerics;

namespace Nirmaan.Domain.Emissions;

/// <summary>What to do about a session that still owes something.</summary>
public enum MorClaimStep
{
    /// <summary>It runs; it owes when it is over.</summary>
    Runs,

    /// <summary>Claim it: it pays <see cref="MorClaimLine.Pays"/>.</summary>
    Claim,

    /// <summary>Held until the midnight after its close: a claim before would be refused (panic 0x11), or pay a part only.</summary>
    AfterMidnight,

    /// <summary>The year's limit is used up: it waits for more stake or for the year's end.</summary>
    OverLimit,
}

/// <summary>One session's claim.</summary>
/// <param name="Pays">What a claim pays now if those before it in the list were made first, wei.</param>
public sealed record MorClaimLine(MorSession Session, MorClaimable Claimable, MorClaimStep Step, BigInteger Pays)
{
    /// <summary>What is due and waits for the midnight after the close, wei; all of it where a claim would be refused until then.</summary>
    public BigInteger Held => Claimable.Reverts ? Claimable.Gross : Claimable.Held;

    /// <summary>What the year's limit keeps back, wei.</summary>
    public BigInteger OverLimit => Claimable.Free - Pays;
}

/// <summary>
/// All that a provider can claim at a time and what stands in the way. The year's limit is one for all sessions: those that are over the longest are
/// thought of as claimed first.
/// </summary>
/// <param name="Lines">Of the sessions that run or owe, the oldest end first.</param>
/// <param name="Left">Of the year's limit now, wei.</param>
/// <param name="Settled">Sessions that are paid in full: their claim would succeed, move nothing and cost gas.</param>
public sealed record MorClaims(MorProvider Provider, DateTimeOffset At, IReadOnlyList<MorClaimLine> Lines, BigInteger Left, int Settled)
{
    /// <summary>What claims pay now, wei.</summary>
    public BigInteger Pays => Sum(Lines.Select(l => l.Pays));

    /// <summary>What waits for a midnight, wei.</summary>
    public BigInteger Held => Sum(Lines.Select(l => l.Held));

    /// <summary>The midnight from which on nothing of it is held any more; null = nothing is held.</summary>
    public DateTimeOffset? HeldUntil => Lines.Where(l => l.Held.Sign > 0).Max(l => l.Claimable.HeldUntil);

    /// <summary>What waits for stake or for the year's end, wei: by so much the stake must be raised for all of it to be paid now.</summary>
    public BigInteger OverLimit => Sum(Lines.Select(l => l.OverLimit));

    /// <summary>The claims of sessions at a time; those that are settled are left out.</summary>
    public static MorClaims Of(IEnumerable<MorSession> sessions, MorProvider provider, DateTimeOffset now)
    {
        var start = provider.LeftAt(now);
        var left = start;
        List<MorClaimLine> lines = [];
        var settled = 0;
        foreach (var session in sessions.OrderBy(s => s.End).ThenBy(s => s.Id, StringComparer.Ordinal))
        {
            var claimable = MorClaimable.Of(session, provider, now);
            if (now < session.End)
            {
                lines.Add(new(session, claimable, MorClaimStep.Runs, 0));
                continue;
            }
            if (claimable.Gross.IsZero)
            {
                settled++;
                continue;
            }
            var pays = BigInteger.Min(claimable.Free, left);
            left -= pays;
            lines.Add(new(session, claimable, pays.Sign > 0 ? MorClaimStep.Claim : claimable.Free.IsZero ? MorClaimStep.AfterMidnight : MorClaimStep.OverLimit, pays));
        }
        return new(provider, now, lines, start, settled);
    }

    /// <summary>
    /// When the year's limit is used up if it goes on as it did, and the stake that would do until the year's end. Null where nothing was earned, or where
    /// the stake does as it is.
    /// </summary>
    /// <param name="perDay">MOR earned a day lately, wei.</param>
    public (DateTimeOffset UsedUpAt, BigInteger RaiseBy)? Ahead(BigInteger perDay)
    {
        if (perDay.Sign <= 0) { return null; }
        var free = Left - Pays;
        var days = Math.Max(0, (Provider.YearEnds - At).TotalDays);
        var needed = perDay * (BigInteger)(days * 1000) / 1000;
        if (needed <= free) { return null; }
        return (At.AddDays((double)free / (double)perDay), needed - free);
    }

    private static BigInteger Sum(IEnumerable<BigInteger> amounts) => amounts.Aggregate(BigInteger.Zero, BigInteger.Add);
}
