using System.Numerics;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Staking;

/// <summary>What the contracts tell beside changes of stake.</summary>
public enum ChainRecordKind
{
    /// <summary>Unstaked NRM began to wait; Number is its id, AvailableAt the end of the wait.</summary>
    UnbondingStarted,

    /// <summary>It was staked again; Number is its id.</summary>
    UnbondingCancelled,

    /// <summary>It went home; Number is its id.</summary>
    Withdrawn,

    /// <summary>The account's rewards go to Recipient from then on.</summary>
    RewardsDelegated,

    /// <summary>Rewards were paid to Recipient.</summary>
    Claimed,

    /// <summary>Root became the one that claims are proven against; Number is its epoch, Amount the lifetime total of all.</summary>
    RootPublished,
}

/// <summary>One of the contracts' events. Unique by (chain, transaction, log index).</summary>
/// <param name="Account">Null = of nobody in particular.</param>
/// <param name="Amount">Base units; 0 where there is none.</param>
/// <param name="AssetId">What a distributor pays; null = the record is of the staking contract.</param>
public sealed record ChainRecord(
    long ChainId, string TxHash, int LogIndex, long BlockNumber, string BlockHash, DateTimeOffset At, ChainRecordKind Kind, WalletAddress? Account, BigInteger Amount,
    long? Number = null, DateTimeOffset? AvailableAt = null, WalletAddress? Recipient = null, string? Root = null, string? AssetId = null);

/// <summary>A change of stake that was read, and whose block the chain replaced afterwards.</summary>
/// <param name="At">Time of the block that is no more.</param>
public sealed record StakeTakenBack(
    long ChainId, string BlockHash, string TxHash, int LogIndex, long BlockNumber, DateTimeOffset At, WalletAddress Account, BigInteger Delta, DateTimeOffset TakenBackAt);

/// <summary>What one node said.</summary>
/// <param name="Endpoint">Its host; the rest of its address may hold a key.</param>
public sealed record EndpointWord(string Endpoint, string Said);

/// <summary>The nodes that are asked contradict each other: which of them is right cannot be known from here, so nothing they say is stored.</summary>
public sealed class EndpointsDisagreeException(long block, IReadOnlyList<EndpointWord> words)
    : Exception($"block {block}: {string.Join("; ", words.Select(w => $"{w.Endpoint} says {w.Said}"))}")
{
    /// <summary>The block, or the last of the range, that they were asked about.</summary>
    public long Block => block;

    /// <summary>What each said.</summary>
    public IReadOnlyList<EndpointWord> Words => words;
}
