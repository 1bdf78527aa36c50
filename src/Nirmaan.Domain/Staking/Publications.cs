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

/// <summary>A transaction that an admin's wallet sent to publish an epoch.</summary>
public sealed class PublicationCall : WatchedCall
{
    private PublicationCall() { }

    /// <summary>One that was just sent.</summary>
    public PublicationCall(long chainId, Asset asset, int epoch, PublicationStep step, SentCall sent, string by, DateTimeOffset at) : base(chainId, sent, by, at) =>
        (AssetId, Epoch, Step) = (asset.Id, epoch, step);

    /// <summary>What it pays out.</summary>
    public string AssetId { get; private set; } = "";
    /// <summary>The epoch that is published.</summary>
    public int Epoch { get; private set; }
    /// <summary>Which of its transactions.</summary>
    public PublicationStep Step { get; private set; }
    /// <inheritdoc />
    public override string What => Step.ToString();
    /// <inheritdoc />
    public override string SubjectKind => "publication";
    /// <inheritdoc />
    public override string Subject => $"{Epoch}:{AssetId}";
}
