using System.Numerics;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Rewards;

/// <summary>An amount that becomes free evenly from one time to another; at once where both are the same.</summary>
public sealed record Vesting(BigInteger Amount, DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>What is free at a time, by whole seconds, rounded down.</summary>
    public BigInteger FreeAt(DateTimeOffset at) => at >= Until ? Amount : at <= From ? 0 : Amount * (long)(at - From).TotalSeconds / (long)(Until - From).TotalSeconds;
}

/// <summary>
/// Points of one kind over some days that became tokens, as a person recorded it. Never edited: one that is wrong is taken back. What of it is
/// free is received by the pool at the beginning of each UTC day, so that a lock's tokens are shared among those who stake while it ends.
/// </summary>
/// <param name="FirstDay">First UTC day whose points were converted.</param>
/// <param name="LastDay">The last one.</param>
/// <param name="Points">The pool's points of those days, as our readings have them.</param>
/// <param name="Units">Base units that the network paid the pool for them, locked ones included.</param>
/// <param name="At">When it paid, by the chain's clock; a lock begins then.</param>
/// <param name="Transaction">Where the payment can be looked up.</param>
/// <param name="PaidTo">The address it went to.</param>
/// <param name="VestsUntil">When the last of it is free; null = all at once.</param>
public sealed record Conversion(
    Guid Id, NetworkName Network, string Kind, DateOnly FirstDay, DateOnly LastDay, decimal Points, string AssetId, BigInteger Units, DateTimeOffset At, string Transaction, string PaidTo,
    DateTimeOffset? VestsUntil, string By, DateTimeOffset RecordedAt)
{
    /// <summary>What the ids of rewards begin with that were released of conversions.</summary>
    public const string RewardPrefix = "conversion:";

    /// <summary>When it was taken back; null = it stands.</summary>
    public DateTimeOffset? TakenBackAt { get; private set; }

    /// <summary>Base units of the same payment that the pool had received under records which were taken back.</summary>
    public BigInteger Carried { get; init; }

    /// <summary>Base units that the pool has received of it since.</summary>
    public BigInteger Released { get; private set; }

    /// <summary>The beginning of the day up to which it was released; null = nothing was yet.</summary>
    public DateTimeOffset? ReleasedTo { get; private set; }

    /// <summary>What was paid.</summary>
    public TokenAmount Amount => new(Units, Asset.Of(AssetId));

    /// <summary>What is still locked in the books; 0 once it was taken back.</summary>
    public BigInteger Locked => TakenBackAt is null ? Units - Carried - Released : 0;

    /// <summary>Tokens that a thousand points became.</summary>
    public decimal TokensPerThousand => decimal.Round(Amount.ToDecimal() / Points * 1000, 12);

    /// <summary>How it becomes free.</summary>
    public Vesting Vesting => new(Units, At, VestsUntil ?? At);

    /// <summary>True when a day's points are among those it converted.</summary>
    public bool Covers(NetworkName network, string kind, DateOnly day) => TakenBackAt is null && Network == network && Kind == kind && FirstDay <= day && day <= LastDay;

    /// <summary>The booking of the payment: from the network's side into what is locked.</summary>
    public LedgerBooking Book() => new LedgerBooking(At, LedgerCauses.Conversion, LedgerSubjects.Conversion(Id)).Move(LedgerAccounts.Network(Network), LedgerAccounts.Vesting, new TokenAmount(Units - Carried, Amount.Asset));

    /// <summary>
    /// Releases day by day what has become free up to a time: each a reward that the pool received at the beginning of a UTC day, with its
    /// booking. Together they are never more than what was paid.
    /// </summary>
    public IReadOnlyList<(RewardReading Reading, LedgerBooking Booking)> ReleaseTo(DateTimeOffset now)
    {
        List<(RewardReading, LedgerBooking)> released = [];
        for (var day = (ReleasedTo ?? new DateTimeOffset(At.UtcDateTime.Date, TimeSpan.Zero)).AddDays(1); day <= now && Locked.Sign > 0; day = day.AddDays(1))
        {
            // Less than was received before where the record that was taken back had a shorter lock.
            var units = BigInteger.Max(0, Vesting.FreeAt(day) - Carried - Released);
            (Released, ReleasedTo) = (Released + units, day);
            if (units.IsZero) { continue; }
            var reading = new RewardReading(Network, FormattableString.Invariant($"{RewardPrefix}{Id:N}:{day:yyyy-MM-dd}"), Amount.Asset, units, day, PaidTo, null, Transaction);
            released.Add((reading, new LedgerBooking(day, LedgerCauses.Reward, LedgerSubjects.Reward(Network, reading.ExternalId)).Move(LedgerAccounts.Vesting, LedgerAccounts.Pool, new TokenAmount(units, Amount.Asset))));
        }
        return released;
    }

    /// <summary>Says that it did not happen as it was recorded. What is locked goes back; what the pool received of it stays, since epochs may have paid it out.</summary>
    /// <exception cref="InvalidOperationException">It was taken back before.</exception>
    public LedgerBooking TakeBack(DateTimeOffset at)
    {
        var rest = TakenBackAt is null ? new TokenAmount(Locked, Amount.Asset) : throw new InvalidOperationException($"The conversion {Transaction} was taken back before.");
        TakenBackAt = at;
        return new LedgerBooking(at, LedgerCauses.ConversionTakenBack, LedgerSubjects.Conversion(Id)).Move(LedgerAccounts.Vesting, LedgerAccounts.Network(Network), rest);
    }
}
