using System.Numerics;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>A compute provider; stake in wei, times in Unix seconds.</summary>
internal sealed record Provider(string Address, string Endpoint, BigInteger Stake, long CreatedAt, bool IsDeleted);

/// <summary>A model on the chain: its id belongs to its owner, so "the same model" elsewhere is one of the same name.</summary>
internal sealed record Model(string Id, string IpfsCid, BigInteger Fee, BigInteger Stake, string Owner, string Name,
    IReadOnlyList<string> Tags, long CreatedAt, bool IsDeleted, string ModelType);

/// <summary>A provider's price for a model, in wei per second; DeletedAt 0 = live.</summary>
internal sealed record Bid(string Id, string Provider, string ModelId, BigInteger PricePerSecond, long Nonce, long CreatedAt, long DeletedAt);

/// <summary>A user's time on a bid, in Unix seconds; ClosedAt 0 = not closed.</summary>
internal sealed class Session(string id, string user, Bid bid, BigInteger stake, long openedAt, long endsAt)
{
    public string Id => id;
    public string User => user;
    public Bid Bid => bid;
    public BigInteger Stake => stake;
    public long OpenedAt => openedAt;
    public long EndsAt => endsAt;
    public long ClosedAt { get; private set; }
    public BigInteger Withdrawn { get; private set; }
    public string Receipt { get; private set; } = "";

    /// <summary>0 = closed with the provider's receipt; 1 = without: what was earned since midnight is held until the next one.</summary>
    public int CloseoutType { get; private set; }

    /// <summary>True once the chain knows it.</summary>
    public bool IsWritten { get; set; }

    /// <summary>What its user saw of our model's speed: summed over answers, for the close's receipt.</summary>
    public (int Answers, double TokensPerSecond, double FirstTokenSeconds) Seen { get; set; }

    /// <summary>Prompts in a row without an answer.</summary>
    public int Failures { get; set; }

    /// <summary>True while it takes a slot.</summary>
    public bool IsActive(long now) => ClosedAt == 0 && now < EndsAt;

    /// <summary>What the provider has earned and not been paid at <paramref name="now"/>: price x seconds up to the close or the end, whichever is first.</summary>
    public BigInteger Due(long now)
    {
        var end = ClosedAt == 0 ? EndsAt : Math.Min(ClosedAt, EndsAt);
        return now < end ? 0 : (end - OpenedAt) * Bid.PricePerSecond - Withdrawn;
    }

    /// <summary>Of what was earned on the day of the close: held until the next midnight.</summary>
    public BigInteger Held(long closedAt, long now)
    {
        var midnight = closedAt / 86400 * 86400;
        return closedAt == 0 || now >= midnight + 86400 ? 0 : (closedAt - Math.Max(midnight, OpenedAt)) * Bid.PricePerSecond;
    }

    /// <summary>The user closes it.</summary>
    public void Close(long now, BigInteger withdrawn, string receipt, int type) => (ClosedAt, Withdrawn, Receipt, CloseoutType) = (now, withdrawn, receipt, type);

    /// <summary>The provider is paid without a close.</summary>
    public void Withdraw(BigInteger withdrawn) => Withdrawn = withdrawn;
}

/// <summary>The node or the contracts refuse; the node's status and words.</summary>
internal sealed class MorpheusRefusal(int status, string error) : Exception(error)
{
    public int Status => status;
}
