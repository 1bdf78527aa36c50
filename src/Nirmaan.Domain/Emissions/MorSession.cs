using System.Numerics;

namespace Nirmaan.Domain.Emissions;

/// <summary>A user's time on a bid, as Morpheus' compute contract keeps it. It is paid by the second, whether prompts come or not.</summary>
/// <param name="ClosedAt">Null = its user has not closed it.</param>
/// <param name="PricePerSecond">Wei of MOR, of the bid it was opened on.</param>
/// <param name="Withdrawn">providerWithdrawnAmount: what its provider was paid of it, wei.</param>
public sealed record MorSession(string Id, string ModelId, DateTimeOffset OpenedAt, DateTimeOffset EndsAt, DateTimeOffset? ClosedAt, BigInteger PricePerSecond, BigInteger Withdrawn)
{
    /// <summary>When its paid time ends: the close, but never later than the agreed end.</summary>
    public DateTimeOffset End => ClosedAt < EndsAt ? ClosedAt.Value : EndsAt;

    /// <summary>True while it runs.</summary>
    public bool IsActive(DateTimeOffset now) => ClosedAt is null && now < EndsAt;

    /// <summary>Seconds of it that lie in a period.</summary>
    public decimal SecondsWithin(DateTimeOffset from, DateTimeOffset to)
    {
        var (begin, end) = (OpenedAt > from ? OpenedAt : from, End < to ? End : to);
        return end > begin ? (decimal)(end - begin).TotalSeconds : 0;
    }

    /// <summary>Everything it is worth once it is over, wei.</summary>
    public BigInteger Worth => PricePerSecond * (End.ToUnixTimeSeconds() - OpenedAt.ToUnixTimeSeconds());
}

/// <summary>A provider's account in the contract.</summary>
/// <param name="Stake">Wei of MOR.</param>
/// <param name="Earned">limitPeriodEarned: paid within the running year, wei.</param>
/// <param name="YearEnds">limitPeriodEnd: after it the year begins anew with the next payment.</param>
public sealed record MorProvider(BigInteger Stake, BigInteger Earned, DateTimeOffset YearEnds)
{
    /// <summary>What the contract still pays within the year: never more than the stake.</summary>
    public BigInteger LeftAt(DateTimeOffset now) => now > YearEnds ? Stake : BigInteger.Max(0, Stake - Earned);
}

/// <summary>
/// What the contract's claimForProvider would do with a session at a time, in wei: min(gross - held, left of the year's limit), or a revert. It is the
/// contract's arithmetic, slips included: what is held of the day of the close is taken off what is due even where it was paid already, and an
/// unsigned number below zero is panic 0x11.
/// </summary>
/// <param name="Gross">Earned and not paid; 0 while the session runs.</param>
/// <param name="Held">Of the UTC day of the close, until that day is over.</param>
/// <param name="HeldUntil">The midnight after the close; null = nothing is held.</param>
/// <param name="Reverts">The claim is refused with panic 0x11: more is held than is due.</param>
/// <param name="Left">Of the year's limit.</param>
public sealed record MorClaimable(BigInteger Gross, BigInteger Held, DateTimeOffset? HeldUntil, bool Reverts, BigInteger Left)
{
    /// <summary>What the claim would pay; 0 where it reverts.</summary>
    public BigInteger Now => Reverts ? 0 : BigInteger.Min(Gross - Held, Left);

    /// <summary>What is due and free of the day's hold, whatever the year's limit: what would be paid if the stake were high enough.</summary>
    public BigInteger Free => Reverts ? 0 : Gross - Held;

    /// <summary>The claim of a session at a time.</summary>
    public static MorClaimable Of(MorSession session, MorProvider provider, DateTimeOffset now)
    {
        var gross = now < session.End ? 0 : session.Worth - session.Withdrawn;
        if (session.ClosedAt is not { } closed) { return new(gross, 0, null, false, provider.LeftAt(now)); }
        var midnight = new DateTimeOffset(closed.UtcDateTime.Date, TimeSpan.Zero);
        var until = midnight.AddDays(1);
        if (now >= until) { return new(gross, 0, null, false, provider.LeftAt(now)); }
        var since = midnight > session.OpenedAt ? midnight : session.OpenedAt;
        var held = session.PricePerSecond * (closed.ToUnixTimeSeconds() - since.ToUnixTimeSeconds());
        return new(gross, held, held.IsZero ? null : until, held > gross, provider.LeftAt(now));
    }
}
