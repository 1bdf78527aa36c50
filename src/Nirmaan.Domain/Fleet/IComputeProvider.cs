using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;

namespace Nirmaan.Domain.Fleet;

/// <summary>What a supplier's interface can do; the control plane asks these, never the supplier's name.</summary>
/// <param name="HasBids">A create opens an auction; a bid must be accepted (Akash).</param>
/// <param name="ListsNames">The inventory shows the name that we gave; false = one create in flight per account, found by elimination.</param>
/// <param name="Prepaid">Hours are paid up front.</param>
/// <param name="ChangesInPlace">The workload can be changed without giving the machine back.</param>
/// <param name="SendsBill">It says what a machine cost in the end; false = our own hours are the bill.</param>
/// <param name="StreamsLogs">A container's lines can be followed as they are written.</param>
/// <param name="HasShell">A command can be run in a container.</param>
public sealed record SupplierTraits(
    bool HasBids, bool ListsNames, bool Prepaid, bool ChangesInPlace, SupplierAbilities Abilities, bool SendsBill = true, bool StreamsLogs = false, bool HasShell = false);

/// <summary>All that a supplier must be told to start one miner. Secrets are in Env: never logged, never stored.</summary>
/// <param name="Name">The operation's name; goes outside as the supplier's name field and as NIRMAAN_OPERATION in the environment.</param>
public sealed record RentRequest(string Name, InstanceWish Wish, Template Template, IReadOnlyDictionary<string, string> Env);

/// <summary>A supplier's states in one set of words.</summary>
public enum SupplierStatus
{
    /// <summary>Accepted; no machine yet.</summary>
    Requested,
    /// <summary>An auction is open.</summary>
    AwaitingBid,
    /// <summary>A machine is ours and bills; the container is not up.</summary>
    Starting,
    /// <summary>A machine is ours, is up and bills, and nothing was put on it yet: a change of work sets it up.</summary>
    Bare,
    /// <summary>The container is up.</summary>
    Running,
    /// <summary>The supplier takes it back.</summary>
    Reclaiming,
    /// <summary>The machine is gone but something still holds money (Akash: deployment active without a lease): close it.</summary>
    Lost,
    /// <summary>Being given back.</summary>
    Closing,
    /// <summary>Gone.</summary>
    Closed,
    /// <summary>It failed.</summary>
    Failed,
    /// <summary>A word that the adapter does not know: nothing is concluded from it.</summary>
    Unrecognised,
}

/// <summary>One thing on the supplier's account, as read.</summary>
/// <param name="Name">The name we gave; null = the supplier shows none.</param>
/// <param name="SpentUsd">What it cost so far by the supplier's own figures; null = not said.</param>
/// <param name="Reachable">False = the supplier cannot reach the provider right now (nothing is concluded from it alone).</param>
public sealed record SupplierInstance(
    string ExternalId, string? Name, SupplierStatus Status, string RawState, DateTimeOffset? CreatedAt = null, GpuModel? Gpu = null, int? GpuCount = null,
    decimal? UsdPerGpuHour = null, decimal? SpentUsd = null, DateTimeOffset? PaidUntil = null, string? Provider = null, string? Region = null,
    string? Endpoint = null, string? Reason = null, DateTimeOffset? ReclaimDeadline = null, bool Reachable = true);

/// <summary>A provider's bid on an auction of ours.</summary>
/// <param name="Ref">What to name when accepting it.</param>
/// <param name="Unsuitable">Null = may be accepted; otherwise why not.</param>
public sealed record Bid(string Ref, string Provider, string ProviderLabel, GpuModel? Gpu, decimal UsdPerGpuHour, decimal? Reliability, string? Region, bool Open, string? Unsuitable, DateTimeOffset? ExpiresAt);

/// <summary>What became of a call that changes the outside. The caller must act on each.</summary>
public abstract record Effect
{
    private Effect() { }

    /// <summary>It happened.</summary>
    /// <param name="Answer">What a later step needs.</param>
    /// <param name="UsdPaid">Paid up front.</param>
    public sealed record Done(string? ExternalId = null, string? Answer = null, decimal? UsdPaid = null) : Effect;

    /// <summary>The outside refused: nothing happened.</summary>
    /// <param name="Code">Stable: <c>no-capacity</c>, <see cref="NoFunds"/>, <see cref="OverQuota"/>, <c>bad-request</c>, <c>unauthorized</c>, <c>bid-gone</c>, <c>gone</c>, ...</param>
    /// <param name="RetryElsewhere">Another offer may work.</param>
    public sealed record Refused(string Code, string Why, bool RetryElsewhere) : Effect
    {
        /// <summary>The account has not the money for it.</summary>
        public const string NoFunds = "no-funds";
        /// <summary>The account may have no more at this supplier, whatever is free there.</summary>
        public const string OverQuota = "quota";

        /// <summary>It is about our account: another offer of the same supplier would be refused too.</summary>
        public bool IsOfAccount => Code is NoFunds or OverQuota;
    }

    /// <summary>The call surely did not reach the outside (no connection, 429): it may be sent again.</summary>
    public sealed record NotSent(string Why, TimeSpan? RetryAfter = null) : Effect;

    /// <summary>It may or may not have happened: look it up.</summary>
    public sealed record Uncertain(string Code, string Why) : Effect;
}

/// <summary>Credit at a supplier. Null = not said.</summary>
/// <param name="WhyUnknown">Why it is not said, as a sentence for people; null = it is said, or nobody knows why.</param>
public sealed record SupplierBalance(decimal? AvailableUsd, decimal? ReservedUsd, DateTimeOffset At, string? WhyUnknown = null);

/// <summary>
/// A supplier of machines. Reads throw <see cref="SupplierUnavailableException"/> when the supplier cannot be read; calls that change
/// something answer an <see cref="Effect"/> and throw only on cancellation. Calls are sent once: retries belong to the caller, who looks first.
/// </summary>
public interface IComputeProvider
{
    /// <summary>Which supplier this is.</summary>
    SupplierName Supplier { get; }
    /// <summary>What it can do.</summary>
    SupplierTraits Traits { get; }
    /// <summary>Everything rentable now.</summary>
    Task<IReadOnlyList<OfferQuote>> ListOffersAsync(CancellationToken cancellationToken);
    /// <summary>Asks for a machine; on a market this opens an auction. Not idempotent.</summary>
    Task<Effect> CreateAsync(RentRequest request, CancellationToken cancellationToken);
    /// <summary>Everything live on the account, ours or not, all pages.</summary>
    Task<IReadOnlyList<SupplierInstance>> ListAsync(CancellationToken cancellationToken);
    /// <summary>One thing by its id; null = the supplier says there is none.</summary>
    Task<SupplierInstance?> FindAsync(string externalId, CancellationToken cancellationToken);
    /// <summary>All bids on an auction, lost and closed ones included; empty where there are no auctions.</summary>
    Task<IReadOnlyList<Bid>> ListBidsAsync(string externalId, InstanceWish wish, CancellationToken cancellationToken);
    /// <summary>Accepts a bid. Repeating it for the same bid is safe.</summary>
    /// <param name="createAnswer">The answer of the create call; null = lost with a timeout.</param>
    Task<Effect> AcceptBidAsync(string externalId, string bidRef, string? createAnswer, CancellationToken cancellationToken);
    /// <summary>Sets the machine to other work in place, or a <see cref="SupplierStatus.Bare"/> one to its first. Safe to repeat. Refused with code <c>unsupported</c> where it cannot.</summary>
    Task<Effect> ChangeAsync(string externalId, RentRequest request, CancellationToken cancellationToken);
    /// <summary>Buys more hours. Not idempotent. Refused with code <c>unsupported</c> where there is no such thing.</summary>
    Task<Effect> ExtendAsync(string externalId, int hours, CancellationToken cancellationToken);
    /// <summary>Gives the machine back. Safe to repeat; one that is gone already is Done.</summary>
    Task<Effect> CloseAsync(string externalId, CancellationToken cancellationToken);
    /// <summary>The newest lines of the container's log, output before errors, timed by our reading where the supplier names no time; null = it has none to give.</summary>
    Task<IReadOnlyList<LogLine>?> ReadLogTailAsync(string externalId, int lines, CancellationToken cancellationToken);
    /// <summary>
    /// The container's lines as it writes them, each once, over dropped connections. Ends when the supplier says that there is no such log (any more); throws
    /// <see cref="SupplierUnavailableException"/> when it was out of reach for several tries. Only where <see cref="SupplierTraits.StreamsLogs"/>.
    /// </summary>
    /// <param name="cursor">Of the last batch that was kept; null = from the newest lines on.</param>
    IAsyncEnumerable<LogBatch> FollowLogAsync(string externalId, string? cursor, CancellationToken cancellationToken) => throw new NotSupportedException($"{Supplier} has no stream of logs");
    /// <summary>
    /// Runs one line of a shell in the container, without input, and ends with how it ended. Not idempotent. Throws <see cref="SupplierUnavailableException"/> where it
    /// could not be run, or what became of it is not known. Only where <see cref="SupplierTraits.HasShell"/>.
    /// </summary>
    IAsyncEnumerable<ShellPart> RunCommandAsync(string externalId, string command, CancellationToken cancellationToken) => throw new NotSupportedException($"{Supplier} has no shell");
    /// <summary>What a thing that is over cost in all, by the supplier's own figures; null = it is not over, or the supplier does not say (yet).</summary>
    /// <param name="since">It is not older than this.</param>
    async Task<decimal?> ReadBillAsync(string externalId, DateTimeOffset since, CancellationToken cancellationToken) =>
        await FindAsync(externalId, cancellationToken) is { Status: SupplierStatus.Closed or SupplierStatus.Failed, SpentUsd: { } spent } ? spent : null;
    /// <summary>Credit left.</summary>
    Task<SupplierBalance> ReadBalanceAsync(CancellationToken cancellationToken);
}

/// <summary>A supplier or network could not be read. Nothing is concluded from it.</summary>
public sealed class SupplierUnavailableException(string who, string why, Exception? inner = null) : Exception($"{who}: {why}", inner)
{
    /// <summary>Who.</summary>
    public string Who => who;
}
