using System.Numerics;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Rewards;

/// <summary>Tokens that a network paid, as read from its chain or its interface.</summary>
/// <param name="ExternalId">Unique on the network: transaction hash and log index.</param>
/// <param name="NetworkKey">What the network knows the miner by; null = the payment names none.</param>
/// <param name="Evidence">Where anyone can check it: the transaction.</param>
public sealed record RewardReading(
    NetworkName Network, string ExternalId, Asset Asset, BigInteger Units, DateTimeOffset At, string PaidTo, string? NetworkKey, string Evidence);

/// <summary>A received reward with the miner it is credited to.</summary>
public sealed class Reward
{
    private Reward() { }

    /// <summary>A reward as it is entered, in the transaction that also books it.</summary>
    public Reward(RewardReading reading, MinerId? minerId, string beneficiary, DateTimeOffset ingestedAt) =>
        (Network, ExternalId, AssetId, Units, At, PaidTo, Evidence, MinerId, Beneficiary, IngestedAt) =
        (reading.Network, reading.ExternalId, reading.Asset.Id, reading.Units, reading.At, reading.PaidTo, reading.Evidence, minerId, beneficiary, ingestedAt);

    /// <summary>The network that paid.</summary>
    public NetworkName Network { get; private set; }
    /// <summary>Unique per network.</summary>
    public string ExternalId { get; private set; } = "";
    /// <summary>The token.</summary>
    public string AssetId { get; private set; } = "";
    /// <summary>Base units.</summary>
    public BigInteger Units { get; private set; }
    /// <summary>When it was paid, by the chain's clock.</summary>
    public DateTimeOffset At { get; private set; }
    /// <summary>The address it went to.</summary>
    public string PaidTo { get; private set; } = "";
    /// <summary>The transaction.</summary>
    public string Evidence { get; private set; } = "";
    /// <summary>The miner; null = not attributed.</summary>
    public MinerId? MinerId { get; private set; }
    /// <summary>Whose it is.</summary>
    public string Beneficiary { get; private set; } = "";
    /// <summary>When we read it.</summary>
    public DateTimeOffset IngestedAt { get; private set; }
    /// <summary>The epoch that distributed it; null = not yet.</summary>
    public int? Epoch { get; private set; }

    /// <summary>Put into an epoch; once.</summary>
    public void PutInto(int epoch) => Epoch = Epoch is null ? epoch : throw new InvalidOperationException($"Reward {Network}:{ExternalId} is already in epoch {Epoch}.");
}

/// <summary>How far a network's rewards were read. One row per network, written in the transaction that stores the rewards.</summary>
public sealed class RewardCursor
{
    private RewardCursor() { }

    /// <summary>A cursor that has read nothing.</summary>
    public RewardCursor(NetworkName network) => Network = network;

    /// <summary>The network.</summary>
    public NetworkName Network { get; private set; }
    /// <summary>The network's own mark of where to go on; null = from the start.</summary>
    public string? Cursor { get; private set; }
    /// <summary>Everything that was final at this time is stored; null = not read to the end yet.</summary>
    public DateTimeOffset? ReadTo { get; private set; }

    /// <summary>One more page is stored.</summary>
    public void MoveTo(string? cursor) => Cursor = cursor;
    /// <summary>The last page was empty: nothing final was left when the reading began.</summary>
    public void MarkReadTo(DateTimeOffset began) => ReadTo = ReadTo is { } known && known > began ? known : began;
}
