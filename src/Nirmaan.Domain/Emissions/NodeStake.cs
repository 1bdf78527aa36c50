using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Domain.Emissions;

/// <summary>The two tokens that a Heurist node can be staked with.</summary>
public enum HueKind
{
    /// <summary>The token; unstaking it takes 30 days.</summary>
    Hue,
    /// <summary>The escrowed token in which mining pays; unstaked at once, becomes HUE by vesting over a year.</summary>
    EsHue,
}

/// <summary>Whether a node may be launched with its stake.</summary>
public abstract record NodeLaunch
{
    private NodeLaunch() { }

    /// <summary>It may.</summary>
    public sealed record Allowed : NodeLaunch;

    /// <summary>It would earn nothing: so much is missing, in base units.</summary>
    public sealed record Refused(BigInteger Missing) : NodeLaunch;
}

/// <summary>
/// The stake of one Heurist mining node and its rules, as the article "Heurist" (2024-03-24) announces them. What was launched in December
/// 2024 (HEU, staked for all nodes together) does not have them: they decide nothing until a network with such nodes exists. Base units, 18
/// decimals.
/// </summary>
public sealed record NodeStake(BigInteger Hue, BigInteger EsHue)
{
    /// <summary>HUE as the article calls it. It has no price and is in no ledger yet.</summary>
    public static readonly Asset HueAsset = new("HUE", 18);

    /// <summary>Escrowed HUE.</summary>
    public static readonly Asset EsHueAsset = new("esHUE", 18);

    /// <summary>How long unstaked HUE stays locked.</summary>
    public static readonly TimeSpan Lock = TimeSpan.FromDays(30);

    /// <summary>Below it a node is inactive: 10,000 of either token.</summary>
    public static BigInteger Minimum { get; } = 10_000 * BigInteger.Pow(10, 18);

    /// <summary>From here on more stake makes mining no more efficient: 100,000.</summary>
    public static BigInteger Full { get; } = 100_000 * BigInteger.Pow(10, 18);

    /// <summary>Nothing staked.</summary>
    public static NodeStake None { get; } = new(0, 0);

    /// <summary>Both tokens: they count alike.</summary>
    public BigInteger Total => Hue + EsHue;

    /// <summary>True when the node earns.</summary>
    public bool IsActive => Total >= Minimum;

    /// <summary>How efficient mining is, from 0 to 1: in proportion to the stake between the minimum and 100,000; below the minimum nothing.</summary>
    public decimal Efficiency => !IsActive ? 0 : Total >= Full ? 1 : (decimal)(Total * BigInteger.Pow(10, 18) / Full) / 1_000_000_000_000_000_000m;

    /// <summary>A launch below the minimum is refused before anything is rented.</summary>
    public NodeLaunch CheckLaunch() => IsActive ? new NodeLaunch.Allowed() : new NodeLaunch.Refused(Minimum - Total);

    /// <summary>So much of one token.</summary>
    public BigInteger Of(HueKind kind) => kind == HueKind.Hue ? Hue : EsHue;

    /// <summary>More of one token.</summary>
    public NodeStake Add(HueKind kind, BigInteger amount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        return kind == HueKind.Hue ? this with { Hue = Hue + amount } : this with { EsHue = EsHue + amount };
    }

    /// <summary>A mining reward: paid in esHUE and staked by itself.</summary>
    public NodeStake AddReward(BigInteger esHue) => Add(HueKind.EsHue, esHue);

    /// <summary>Moves stake to another node, at once and without a lock. Either node may be inactive afterwards.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than there is.</exception>
    public (NodeStake From, NodeStake To) MoveTo(NodeStake other, HueKind kind, BigInteger amount) => (Take(kind, amount), other.Add(kind, amount));

    /// <summary>Takes stake out. It counts no more from now on; HUE can be withdrawn 30 days later, esHUE at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than there is.</exception>
    public (NodeStake Left, StakeWithdrawal Withdrawal) Unstake(HueKind kind, BigInteger amount, DateTimeOffset at) =>
        (Take(kind, amount), new StakeWithdrawal(kind, amount, kind == HueKind.Hue ? at + Lock : at));

    /// <summary>
    /// Takes a part away for misconduct; it goes to the validator that found it. The article does not say of which token: of both in proportion,
    /// the odd unit in esHUE. Never more than there is.
    /// </summary>
    public (NodeStake Left, NodeSlash Slash) Slashed(BigInteger amount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        var taken = BigInteger.Min(amount, Total);
        var hue = Total.IsZero ? BigInteger.Zero : taken * Hue / Total;
        // What rounding leaves is esHUE's where there is enough of it.
        var esHue = BigInteger.Min(taken - hue, EsHue);
        var slash = new NodeSlash(taken - esHue, esHue);
        return (new NodeStake(Hue - slash.Hue, EsHue - slash.EsHue), slash);
    }

    private NodeStake Take(HueKind kind, BigInteger amount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(amount, Of(kind));
        return kind == HueKind.Hue ? this with { Hue = Hue - amount } : this with { EsHue = EsHue - amount };
    }
}

/// <summary>Stake that was taken out of a node.</summary>
/// <param name="AvailableAt">From when it can be withdrawn.</param>
public sealed record StakeWithdrawal(HueKind Kind, BigInteger Amount, DateTimeOffset AvailableAt)
{
    /// <summary>True from the end of the lock on.</summary>
    public bool IsAvailable(DateTimeOffset now) => now >= AvailableAt;
}

/// <summary>What a node lost by slashing.</summary>
public sealed record NodeSlash(BigInteger Hue, BigInteger EsHue)
{
    /// <summary>Why the ledger has it.</summary>
    public const string Cause = "slashing";

    /// <summary>The booking of the loss, from who bears it to the network's side.</summary>
    /// <param name="node">The network's name of the node.</param>
    /// <param name="bearer">Its account: <see cref="LedgerAccounts.Pool"/>, a client's, or <see cref="LedgerAccounts.Treasury"/> where the fault was Nirmaan's. Somebody must be named.</param>
    public LedgerBooking ToBooking(DateTimeOffset at, string node, string bearer)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(bearer);
        var network = LedgerAccounts.Network(NetworkName.Heurist);
        return new LedgerBooking(at, Cause, $"{NetworkName.Heurist}:{node}")
            .Move(bearer, network, new TokenAmount(Hue, NodeStake.HueAsset)).Move(bearer, network, new TokenAmount(EsHue, NodeStake.EsHueAsset));
    }
}

/// <summary>esHUE on its way to HUE: evenly over a year from when vesting began.</summary>
public sealed record EsHueVesting(BigInteger Amount, DateTimeOffset From)
{
    /// <summary>How long it takes.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromDays(365);

    /// <summary>What has become HUE by a time, by whole seconds, rounded down.</summary>
    public BigInteger VestedAt(DateTimeOffset at) => new Vesting(Amount, From, From + Duration).FreeAt(at);
}

/// <summary>What staking itself pays a year, each token in its own kind. The article gives no figures but that esHUE yields more.</summary>
public sealed record StakingRates
{
    private const int Whole = 10_000;

    /// <summary>Rates in hundredths of a percent a year.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below zero, or esHUE does not yield more than HUE.</exception>
    public StakingRates(int hueBasisPoints, int esHueBasisPoints)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hueBasisPoints);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(esHueBasisPoints, hueBasisPoints);
        (HueBasisPoints, EsHueBasisPoints) = (hueBasisPoints, esHueBasisPoints);
    }

    /// <summary>Of HUE, paid in HUE.</summary>
    public int HueBasisPoints { get; }

    /// <summary>Of esHUE, paid in esHUE.</summary>
    public int EsHueBasisPoints { get; }

    /// <summary>What a stake that did not change earned over some time of a 365-day year, rounded down.</summary>
    public (BigInteger Hue, BigInteger EsHue) RewardsOf(NodeStake stake, TimeSpan over)
    {
        var (seconds, year) = ((long)over.TotalSeconds, (long)EsHueVesting.Duration.TotalSeconds);
        return (stake.Hue * HueBasisPoints * seconds / Whole / year, stake.EsHue * EsHueBasisPoints * seconds / Whole / year);
    }
}
