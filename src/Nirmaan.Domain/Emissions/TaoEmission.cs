using System.Numerics;

namespace Nirmaan.Domain.Emissions;

/// <summary>
/// Bittensor's TAO, in rao (1 TAO = 1,000,000,000 rao): 1 TAO per block of 12 s, halved each time half of what was left of 21,000,000 has
/// been issued. Halvings follow issuance, not the calendar (subtensor, block_emission.rs). The chain takes the logarithm in fixed point; this
/// compares integers, which is the same except within a few rao of a halving.
/// </summary>
public static class TaoEmission
{
    private const int FirstBlockRao = 1_000_000_000;

    /// <summary>The most rao that will ever be issued.</summary>
    public static BigInteger Cap { get; } = 21_000_000_000_000_000;

    /// <summary>Seconds between blocks, as planned.</summary>
    public const int BlockSeconds = 12;

    /// <summary>Blocks of a day, as planned.</summary>
    public const int BlocksPerDay = 86_400 / BlockSeconds;

    /// <summary>How often the emission has been halved when so much has been issued.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below zero, or all is issued.</exception>
    public static int Halvings(BigInteger issued)
    {
        if (issued.Sign < 0 || issued >= Cap) { throw new ArgumentOutOfRangeException(nameof(issued), issued, $"From 0 to {Cap - 1} rao can have been issued before a halving."); }
        var halvings = 0;
        while ((Cap - issued) << (halvings + 1) <= Cap) { halvings++; }
        return halvings;
    }

    /// <summary>Rao of one block when so much has been issued; zero when all is.</summary>
    public static BigInteger PerBlock(BigInteger issued) => issued >= Cap ? BigInteger.Zero : new BigInteger(FirstBlockRao) >> Halvings(issued);

    /// <summary>Rao of one day of blocks when so much has been issued.</summary>
    public static BigInteger PerDay(BigInteger issued) => PerBlock(issued) * BlocksPerDay;

    /// <summary>The issuance at which the n-th halving takes place, n from 1.</summary>
    public static BigInteger IssuedAtHalving(int number) => Cap - (Cap >> number);

    /// <summary>Blocks until the next halving when so much has been issued and none of it is recycled; null when a block emits nothing any more.</summary>
    public static BigInteger? BlocksToHalving(BigInteger issued) => PerBlock(issued) is { IsZero: false } rate
        ? (IssuedAtHalving(Halvings(issued) + 1) - issued + rate - 1) / rate
        : null;
}

/// <summary>How a subnet's alpha of a block or epoch is divided, in alpha rao: 18 % to its owner, 41 % to its miners, 41 % to its validators and their stakers (subtensor, run_coinbase.rs).</summary>
public sealed record SubnetSplit(BigInteger Owner, BigInteger Miners, BigInteger Validators)
{
    /// <summary>The chain's own spelling of 18 %: a share of 65,535.</summary>
    public const int DefaultOwnerCut = 11_796;

    private const int WholeCut = ushort.MaxValue;

    /// <summary>Divides an amount; the parts add up to it, odd rao go to the validators.</summary>
    /// <param name="alpha">Alpha rao.</param>
    /// <param name="ownerCut">Share of 65,535 that the owner takes.</param>
    /// <param name="anyIncentive">False: no miner has an incentive, and the validators take the miners' part.</param>
    public static SubnetSplit Of(BigInteger alpha, int ownerCut = DefaultOwnerCut, bool anyIncentive = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(alpha);
        ArgumentOutOfRangeException.ThrowIfNegative(ownerCut);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ownerCut, WholeCut);
        var owner = alpha * ownerCut / WholeCut;
        var miners = anyIncentive ? (alpha - owner) / 2 : BigInteger.Zero;
        return new SubnetSplit(owner, miners, alpha - owner - miners);
    }

    /// <summary>Alpha rao per day of a miner whose last epoch was credited with so much (metagraph emission); the tempo is the subnet's, in blocks, read from the chain.</summary>
    public static BigInteger PerDay(BigInteger emissionOfEpoch, int tempo)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tempo);
        return emissionOfEpoch * TaoEmission.BlocksPerDay / tempo;
    }
}
