using System.Numerics;

namespace Nirmaan.Domain.Emissions;

/// <summary>One of the tail's epochs of 5,833 days, in wei.</summary>
/// <param name="Number">1 = the first after the schedule's end.</param>
/// <param name="Circulating">What circulates when it begins.</param>
/// <param name="Emission">What it emits.</param>
/// <param name="Capped">True: half of what was burned was more than the cap, and the cap stands.</param>
public sealed record MorTailEpoch(int Number, BigInteger Circulating, BigInteger Emission, bool Capped)
{
    /// <summary>What each of its days emits; the remainder of the division is below 5,833 wei.</summary>
    public BigInteger PerDay => Emission / MorEmission.Days;
}

/// <summary>
/// What follows MOR's schedule (article "Morpheus Token Economics", tail emissions): each epoch emits half of what was burned in the epoch
/// before, at most 16 % of what circulates. The article once counts 5,883 days: 5,833, as everywhere else in it. Its "about 863 MOR a day" is
/// 5,040,000 over 16 x 365 days; over the epoch's 5,833 it is 864.05.
/// </summary>
public static class MorTail
{
    private const int BurnShare = 2, CapPercent = 16;

    /// <summary>The epoch that follows one in which so much MOR existed in all and so much of it was burned.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More burned than there was, or below zero.</exception>
    public static MorTailEpoch After(BigInteger existed, BigInteger burned, int number = 1)
    {
        if (burned.Sign < 0 || burned > existed) { throw new ArgumentOutOfRangeException(nameof(burned), burned, $"Of {existed} wei, 0 to {existed} can be burned."); }
        var circulating = existed - burned;
        var (half, cap) = (burned / BurnShare, circulating * CapPercent / 100);
        return new MorTailEpoch(number, circulating, BigInteger.Min(half, cap), half > cap);
    }

    /// <summary>
    /// Epochs one after the other when each burns the same share of all MOR that existed in it (what circulated and what it emitted),
    /// beginning with the schedule's 42,000,000. Without end.
    /// </summary>
    /// <param name="burnBasisPoints">0 to 10,000.</param>
    public static IEnumerable<MorTailEpoch> Epochs(int burnBasisPoints)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(burnBasisPoints);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(burnBasisPoints, 10_000);
        return Run();

        IEnumerable<MorTailEpoch> Run()
        {
            var existed = MorEmission.MaxSupply;
            for (var number = 1; ; number++)
            {
                var epoch = After(existed, existed * burnBasisPoints / 10_000, number);
                yield return epoch;
                existed = epoch.Circulating + epoch.Emission;
            }
        }
    }
}
