using System.Numerics;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Staking;

/// <summary>A distributor as of one block, the newest.</summary>
/// <param name="Epoch">Of the published root; 0 = none is published.</param>
/// <param name="IsFinal">True when the same root stood there already as many blocks ago as count as final.</param>
/// <param name="Total">What the root promises to all in their lifetime, base units.</param>
/// <param name="Claimed">What was paid of it.</param>
/// <param name="Holds">What it can pay.</param>
/// <param name="Delay">How long an announcement must stand before it can be carried out; null = <c>Chain:Timelock</c> is not set.</param>
public sealed record DistributorState(
    Asset Asset, long ChainId, string Address, string? Timelock, int Epoch, string Root, bool IsFinal, BigInteger Total, BigInteger Claimed, BigInteger Holds, bool IsPaused, TimeSpan? Delay, BlockRef AsOf)
{
    /// <summary>Base units that must come in before a root with this total is accepted.</summary>
    public BigInteger MissingFor(BigInteger total) => BigInteger.Max(0, total - Claimed - Holds);
}

/// <summary>How far the announcement of a root is.</summary>
public abstract record Announcement
{
    private Announcement() { }

    /// <summary>It was not made, or was called off.</summary>
    public sealed record None : Announcement;

    /// <summary>It stands; from then on, by the chain's time, it can be carried out.</summary>
    public sealed record Standing(DateTimeOffset ReadyAt) : Announcement;

    /// <summary>It was carried out.</summary>
    public sealed record Done : Announcement;
}

/// <summary>The distributors, one per asset. Read-only. Throws SupplierUnavailableException when the chain cannot be read.</summary>
public interface IDistributors
{
    /// <summary>Every distributor that is configured.</summary>
    Task<IReadOnlyList<DistributorState>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>How far a root is on its way through the timelock.</summary>
    Task<Announcement> FindAnnouncementAsync(Asset asset, int epoch, string root, BigInteger total, CancellationToken cancellationToken);
}

/// <summary>The transactions that publish an epoch, in their order.</summary>
public enum PublicationStep
{
    /// <summary>Tokens are sent to the distributor, as many as it lacks.</summary>
    Fund,

    /// <summary>The root is announced in the timelock.</summary>
    Announce,

    /// <summary>What was announced is carried out.</summary>
    Publish,
}

/// <summary>What became of a transaction as far as the chain has shown it.</summary>
public enum CallState
{
    /// <summary>A wallet sent it; no block holds it.</summary>
    Sent,

    /// <summary>In a block, which may still be replaced.</summary>
    Seen,

    /// <summary>In a block that counts as final.</summary>
    Final,

    /// <summary>Another transaction of the wallet took its place.</summary>
    Replaced,

    /// <summary>The contract refused it.</summary>
    Reverted,
}

/// <summary>A transaction that an admin's wallet sent to publish an epoch. Unique by (chain, hash).</summary>
public sealed class PublicationCall
{
    private PublicationCall() { }

    /// <summary>One that was just sent.</summary>
    public PublicationCall(long chainId, Asset asset, int epoch, PublicationStep step, SentCall sent, string by, DateTimeOffset at) =>
        (Id, ChainId, TxHash, AssetId, Epoch, Step, From, To, Data, FromBlock, By, SentAt) = (Guid.CreateVersion7(at), chainId, sent.Hash, asset.Id, epoch, step, sent.From, sent.To, sent.Data, sent.FromBlock, by, at);

    /// <summary>Ours.</summary>
    public Guid Id { get; private set; }
    /// <summary>The chain.</summary>
    public long ChainId { get; private set; }
    /// <summary>The transaction; the newest one's where it was sped up.</summary>
    public string TxHash { get; private set; } = "";
    /// <summary>What it pays out.</summary>
    public string AssetId { get; private set; } = "";
    /// <summary>The epoch that is published.</summary>
    public int Epoch { get; private set; }
    /// <summary>Which of its transactions.</summary>
    public PublicationStep Step { get; private set; }
    /// <summary>The wallet.</summary>
    public WalletAddress From { get; private set; }
    /// <summary>The contract.</summary>
    public string? To { get; private set; }
    /// <summary>Call data.</summary>
    public string? Data { get; private set; }
    /// <summary>Place among the wallet's; null = not seen yet.</summary>
    public long? Nonce { get; private set; }
    /// <summary>It is in no earlier block.</summary>
    public long FromBlock { get; private set; }
    /// <summary>Who sent it.</summary>
    public string By { get; private set; } = "";
    /// <summary>When.</summary>
    public DateTimeOffset SentAt { get; private set; }
    /// <summary>How far it is.</summary>
    public CallState State { get; private set; }
    /// <summary>The block that holds it; null = none does.</summary>
    public long? BlockNumber { get; private set; }
    /// <summary>Why it was reverted, or by what it was replaced.</summary>
    public string? Reason { get; private set; }

    /// <summary>False when nothing more can become of it.</summary>
    public bool IsOpen => State is CallState.Sent or CallState.Seen;

    /// <summary>As the chain is asked for it.</summary>
    public SentCall ToSent() => new(From, TxHash, To, Data, Nonce, FromBlock);

    /// <summary>Takes over what the chain shows. True = something changed.</summary>
    public bool See(Sighting sighting)
    {
        var before = (State, BlockNumber, Nonce, TxHash);
        switch (sighting)
        {
            case Sighting.Mined mined:
                // A refusal in a block that may be replaced is not the end of it.
                State = !mined.IsFinal ? CallState.Seen : mined.Reason is null ? CallState.Final : CallState.Reverted;
                (BlockNumber, Nonce, Reason) = (mined.Block.Number, mined.Nonce, mined.Reason);
                break;
            case Sighting.Replaced { DoesTheSame: true, By: { } other }: (TxHash, State, BlockNumber) = (other, CallState.Sent, null); break;
            case Sighting.Replaced replaced: (State, BlockNumber, Reason) = (CallState.Replaced, null, replaced.By); break;
            case Sighting.Waiting waiting: (State, BlockNumber, Nonce, Reason) = (CallState.Sent, null, waiting.Nonce, null); break;
            default: (State, BlockNumber, Reason) = (CallState.Sent, null, null); break;
        }
        return before != (State, BlockNumber, Nonce, TxHash);
    }
}
