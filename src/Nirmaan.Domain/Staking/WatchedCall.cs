using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Staking;

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

/// <summary>A transaction that a person's wallet sent and that is watched until nothing more can become of it. Unique by (chain, hash).</summary>
public abstract class WatchedCall
{
    /// <summary>As it is read back.</summary>
    private protected WatchedCall() { }

    /// <summary>One that was just sent.</summary>
    private protected WatchedCall(long chainId, SentCall sent, string by, DateTimeOffset at) =>
        (Id, ChainId, TxHash, From, To, Data, FromBlock, By, SentAt) = (Guid.CreateVersion7(at), chainId, sent.Hash, sent.From, sent.To, sent.Data, sent.FromBlock, by, at);

    /// <summary>Ours.</summary>
    public Guid Id { get; private set; }
    /// <summary>The chain.</summary>
    public long ChainId { get; private set; }
    /// <summary>The transaction; the newest one's where it was sped up.</summary>
    public string TxHash { get; private set; } = "";
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
    /// <summary>What it does, in a word, for the timeline.</summary>
    public abstract string What { get; }
    /// <summary>The kind of thing whose timeline tells of it.</summary>
    public abstract string SubjectKind { get; }
    /// <summary>That thing.</summary>
    public abstract string Subject { get; }

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
