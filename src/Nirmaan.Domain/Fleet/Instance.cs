using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;

namespace Nirmaan.Domain.Fleet;

/// <summary>States of an instance (design, section 5).</summary>
public enum InstanceState
{
    /// <summary>Wanted; nothing was asked of the supplier yet.</summary>
    Requested,
    /// <summary>Asked for: bids are awaited or the supplier places it.</summary>
    Placing,
    /// <summary>Ours and billing; the container is not up yet.</summary>
    Starting,
    /// <summary>Up.</summary>
    Running,
    /// <summary>The supplier takes it back at a deadline.</summary>
    Reclaiming,
    /// <summary>The miner finishes its work before the machine goes.</summary>
    Draining,
    /// <summary>Being given back.</summary>
    Closing,
    /// <summary>Given back: bills no more.</summary>
    Closed,
    /// <summary>Lost or never came up, for a reason; what is left outside is closed.</summary>
    Failed,
    /// <summary>Its outside state is not known.</summary>
    Unknown,
}

/// <summary>What is wanted of a supplier for one instance.</summary>
/// <param name="OfferKey">The chosen offer's key at the supplier; null = any that fits.</param>
/// <param name="Hours">Hours paid up front where the supplier is prepaid.</param>
/// <param name="Provider">Take bids of this provider only.</param>
/// <param name="AcceptBidsByHand">A person watches the bids and picks one.</param>
/// <param name="Resources">In place of the template's; null = as the template says.</param>
public sealed record InstanceWish(
    SupplierName Supplier, GpuModel Gpu, int GpuCount, string? OfferKey, string? Provider, string? Region, decimal MaxUsdPerGpuHour, int Hours, bool AcceptBidsByHand = false, MachineResources? Resources = null);

/// <summary>Why a machine that is wanted was not to be had, as the last search for it saw the market.</summary>
/// <param name="Seen">Machines that the search saw.</param>
public sealed record NotHad(DateTimeOffset At, int Seen, IReadOnlyList<FunnelStep> Funnel);

/// <summary>A person keeps everything that acts by itself away from a machine.</summary>
public sealed record Cordon(DateTimeOffset At, string By, string Why)
{
    /// <inheritdoc />
    public override string ToString() => $"it is cordoned by {By}: {Why}";
}

/// <summary>A machine that we rent.</summary>
public sealed class Instance : IFenced
{
    private Instance() { }

    /// <summary>A newly wanted machine.</summary>
    public Instance(InstanceId id, InstanceWish wish, WorkloadName workload, OfferId? offerId, decimal? usdPerGpuHour, string launchKey, DateTimeOffset now, InstanceId? replaces = null)
    {
        (Id, Wish, Supplier, Workload, OfferId, UsdPerGpuHour) = (id, wish, wish.Supplier, workload, offerId, usdPerGpuHour);
        (Gpu, GpuCount, Region, Provider, LaunchKey) = (wish.Gpu, wish.GpuCount, wish.Region, wish.Provider, launchKey);
        (CreatedAt, StateSince, DueAt, Replaces) = (now, now, now, replaces);
    }

    /// <summary>Our id.</summary>
    public InstanceId Id { get; private set; }
    /// <summary>What was wanted.</summary>
    public InstanceWish Wish { get; private set; } = null!;
    /// <summary>Who rents it out.</summary>
    public SupplierName Supplier { get; private set; }
    /// <summary>The workload it is set to.</summary>
    public WorkloadName Workload { get; private set; }
    /// <summary>The offer it was chosen from; null = named by hand or by a plan.</summary>
    public OfferId? OfferId { get; private set; }
    /// <summary>Key of the launch that asked for it.</summary>
    public string LaunchKey { get; private set; } = "";
    /// <summary>The supplier's id.</summary>
    public string? ExternalId { get; private set; }
    /// <summary>GPU model.</summary>
    public GpuModel Gpu { get; private set; }
    /// <summary>GPUs.</summary>
    public int GpuCount { get; private set; }
    /// <summary>Region.</summary>
    public string? Region { get; private set; }
    /// <summary>The provider behind it.</summary>
    public string? Provider { get; private set; }
    /// <summary>What we pay, USD per GPU and hour; null = not known yet.</summary>
    public decimal? UsdPerGpuHour
    {
        get;
        // A price that a supplier's total was divided for has as many digits as a decimal holds: a sum of such prices has more, and cannot be read any more.
        private set => field = value is { } usd ? decimal.Round(usd, 8) : null;
    }
    /// <summary>State.</summary>
    public InstanceState State { get; private set; }
    /// <summary>Why it is in this state, in words.</summary>
    public string? Reason { get; private set; }
    /// <summary>Since when.</summary>
    public DateTimeOffset StateSince { get; private set; }
    /// <summary>When it was wanted.</summary>
    public DateTimeOffset CreatedAt { get; private set; }
    /// <summary>When billing began, as far as we know.</summary>
    public DateTimeOffset? BilledFrom { get; private set; }
    /// <summary>When it ran first.</summary>
    public DateTimeOffset? RunningAt { get; private set; }
    /// <summary>When billing ended.</summary>
    public DateTimeOffset? ClosedAt { get; private set; }
    /// <summary>Rent is entered in the ledger up to here.</summary>
    public DateTimeOffset? MeteredTo { get; private set; }
    /// <summary>The hours paid for end here; null = no prepaid end.</summary>
    public DateTimeOffset? PaidUntil { get; private set; }
    /// <summary>The supplier takes it back at this time.</summary>
    public DateTimeOffset? ReclaimDeadline { get; private set; }
    /// <summary>What it waits for before it is given back, in words; null = it does not drain, or waits for nothing.</summary>
    public string? WaitsFor { get; private set; }
    /// <summary>It waits no longer than this.</summary>
    public DateTimeOffset? WaitsUntil { get; private set; }
    /// <summary>What the supplier says it cost so far, USD; null = it does not say.</summary>
    public decimal? SupplierSaysUsd { get; private set; }
    /// <summary>Where the agent answers, as the supplier shows it.</summary>
    public string? Endpoint { get; private set; }
    /// <summary>The state word of the supplier, as read.</summary>
    public string? SupplierState { get; private set; }
    /// <summary>When the supplier was last read.</summary>
    public DateTimeOffset? ObservedAt { get; private set; }
    /// <summary>The instance this one replaces.</summary>
    public InstanceId? Replaces { get; private set; }
    /// <summary>How often a machine was asked for on its behalf.</summary>
    public int Attempts { get; private set; }
    /// <summary>It was lost and another should take its place; false once one does or the budget is spent.</summary>
    public bool WantsReplacement { get; private set; }
    /// <summary>Why it was lost; null = it was not.</summary>
    public LossCause? Loss { get; private set; }
    /// <summary>What its loss spends of the budgets of replacements; null = nobody has looked yet, or it was not lost.</summary>
    public Recovery? Recovery { get; private set; }
    /// <summary>Another is asked for in its place no earlier than this; null = as soon as somebody looks.</summary>
    public DateTimeOffset? ReplaceAt { get; private set; }
    /// <summary>Why it goes although it runs: another comes up first, and once that one earns this one drains; null = it stays.</summary>
    public string? LeavesWhy { get; private set; }
    /// <summary>It keeps its work: no plan, roll or idle stop touches it, and nothing takes its place when it is lost; null = all of that may.</summary>
    public Cordon? Cordon { get; private set; }
    /// <summary>Why neither it nor another in its place was to be had; null = one was, or none was looked for.</summary>
    public NotHad? NotHad { get; private set; }
    /// <inheritdoc />
    public DateTimeOffset DueAt { get; private set; }
    /// <inheritdoc />
    public Guid? Token { get; private set; }
    /// <inheritdoc />
    public DateTimeOffset? TokenUntil { get; private set; }

    /// <summary>True until it is closed or failed for good.</summary>
    public bool IsLive => State is not (InstanceState.Closed or InstanceState.Failed);
    /// <summary>True while the supplier may bill us for it.</summary>
    public bool IsBilled => BilledFrom is not null && ClosedAt is null;
    /// <summary>USD per hour of the whole machine; null = unknown.</summary>
    public decimal? UsdPerHour => UsdPerGpuHour * GpuCount;

    /// <summary>The supplier was asked.</summary>
    public void MarkPlacing(DateTimeOffset at, string externalId)
    {
        Go(InstanceState.Placing, at, null, InstanceState.Requested, InstanceState.Unknown);
        ExternalId = externalId;
    }

    /// <summary>It is ours and bills from now on.</summary>
    public void MarkStarting(DateTimeOffset at, decimal? usdPerGpuHour, string? provider, string? region, DateTimeOffset? paidUntil)
    {
        Go(InstanceState.Starting, at, null, InstanceState.Placing, InstanceState.Unknown);
        (UsdPerGpuHour, Provider, Region, PaidUntil) = (usdPerGpuHour ?? UsdPerGpuHour, provider ?? Provider, region ?? Region, paidUntil ?? PaidUntil);
        BilledFrom ??= at;
        MeteredTo ??= BilledFrom;
    }

    /// <summary>It is up.</summary>
    public void MarkRunning(DateTimeOffset at)
    {
        Go(InstanceState.Running, at, null, InstanceState.Starting, InstanceState.Unknown);
        RunningAt ??= at;
    }

    /// <summary>The supplier announced that it takes the machine back.</summary>
    public void MarkReclaiming(DateTimeOffset at, DateTimeOffset? deadline, string why)
    {
        Go(InstanceState.Reclaiming, at, why, InstanceState.Running, InstanceState.Unknown);
        ReclaimDeadline = deadline;
    }

    /// <summary>The miner is told to finish.</summary>
    public void MarkDraining(DateTimeOffset at, string why) =>
        Go(InstanceState.Draining, at, why, InstanceState.Running, InstanceState.Reclaiming, InstanceState.Unknown);

    /// <summary>It drains, and something holds it until a time at the latest. True = that is another thing than before.</summary>
    public bool WaitFor(string what, DateTimeOffset until)
    {
        if (State != InstanceState.Draining) { throw new WrongStateException($"Instance {Id}", State.ToString(), nameof(WaitFor)); }
        var isOther = WaitsFor != what;
        (WaitsFor, WaitsUntil) = (what, until);
        return isOther;
    }

    /// <summary>It is to be given back. From Requested to Starting there is nothing to drain.</summary>
    public void MarkClosing(DateTimeOffset at, string why) =>
        Go(InstanceState.Closing, at, why, InstanceState.Draining, InstanceState.Requested, InstanceState.Placing, InstanceState.Starting, InstanceState.Unknown);

    /// <summary>The supplier bills no more.</summary>
    public void MarkClosed(DateTimeOffset at)
    {
        Go(InstanceState.Closed, at, Reason, InstanceState.Closing, InstanceState.Unknown);
        ClosedAt = at;
    }

    /// <summary>It was lost or never came up. <paramref name="stillOutside"/> says whether something may still bill: then a Close operation follows.</summary>
    public void MarkFailed(DateTimeOffset at, string why, bool stillOutside, bool replace, LossCause? loss = null)
    {
        Go(InstanceState.Failed, at, why, InstanceState.Requested, InstanceState.Placing, InstanceState.Starting, InstanceState.Running, InstanceState.Reclaiming, InstanceState.Draining, InstanceState.Unknown);
        (WantsReplacement, Loss) = (replace, loss);
        if (!stillOutside) { ClosedAt = at; }
    }

    /// <summary>It will go; another should be up before that.</summary>
    public void AskForReplacement() => WantsReplacement = true;

    /// <summary>What its loss spends is known, and until when nobody is asked for another.</summary>
    public void MarkRecovery(Recovery recovery, DateTimeOffset? replaceAt) => (Recovery, ReplaceAt) = (recovery, replaceAt);

    /// <summary>It is to go once another, which is asked for now, earns in its place. False = it is leaving already.</summary>
    public bool AskToLeave(string why)
    {
        if (State != InstanceState.Running) { throw new WrongStateException($"Instance {Id}", State.ToString(), nameof(AskToLeave)); }
        if (LeavesWhy is not null) { return false; }
        (LeavesWhy, WantsReplacement) = (why, true);
        return true;
    }

    /// <summary>Keeps what acts by itself away from it, or no longer (null). False = it is so already, or it is over.</summary>
    public bool SetCordon(Cordon? cordon)
    {
        if ((cordon is null) == (Cordon is null) || (cordon is not null && !IsLive)) { return false; }
        Cordon = cordon;
        return true;
    }

    /// <summary>Another took its place, or none will.</summary>
    public void MarkReplaced() => WantsReplacement = false;

    /// <summary>Nothing was found for it, or in its place; null = something was.</summary>
    public void MarkNotHad(NotHad? why) => NotHad = why;

    /// <summary>What was left of a failed machine is gone.</summary>
    public void MarkCleanedUp(DateTimeOffset at) => ClosedAt ??= at;

    /// <summary>Its outside state is not known.</summary>
    public void MarkUnknown(DateTimeOffset at, string why)
    {
        if (!IsLive) { throw new WrongStateException($"Instance {Id}", State.ToString(), nameof(InstanceState.Unknown)); }
        if (State != InstanceState.Unknown) { Go(InstanceState.Unknown, at, why, State); }
    }

    /// <summary>Wanted again from the start, after a refusal, with another offer.</summary>
    public void Retry(InstanceWish wish, OfferId? offerId, decimal? usdPerGpuHour, DateTimeOffset at)
    {
        if (State is not (InstanceState.Requested or InstanceState.Placing)) { throw new WrongStateException($"Instance {Id}", State.ToString(), nameof(InstanceState.Requested)); }
        (Wish, Supplier, Gpu, GpuCount, OfferId, UsdPerGpuHour, ExternalId) = (wish, wish.Supplier, wish.Gpu, wish.GpuCount, offerId, usdPerGpuHour, null);
        (State, StateSince, DueAt, Provider, Region, Attempts) = (InstanceState.Requested, at, at, wish.Provider, wish.Region, Attempts + 1);
    }

    /// <summary>What an unknown instance was, turned out never to have been: it is wanted again.</summary>
    public void MarkWantedAgain(DateTimeOffset at) => Go(InstanceState.Requested, at, null, InstanceState.Unknown);

    /// <summary>Remembers what the supplier made of it although it is no longer wanted.</summary>
    public void Adopt(string externalId) => ExternalId ??= externalId;

    /// <summary>More hours were bought.</summary>
    public void Extend(int hours) => PaidUntil = PaidUntil?.AddHours(hours);

    /// <summary>Set to other work in place.</summary>
    public void ChangeWorkload(WorkloadName workload) => Workload = workload;

    /// <summary>Takes over what the supplier shows.</summary>
    public void Observe(SupplierInstance seen, DateTimeOffset at)
    {
        (SupplierState, ObservedAt, Endpoint) = (seen.RawState, at, seen.Endpoint ?? Endpoint);
        SupplierSaysUsd = seen.SpentUsd ?? SupplierSaysUsd;
        PaidUntil = seen.PaidUntil ?? PaidUntil;
        if (seen.UsdPerGpuHour is { } price) { UsdPerGpuHour = price; }
        Provider = seen.Provider ?? Provider;
        Region = seen.Region ?? Region;
    }

    /// <summary>The supplier's bill after the end: what it says from here on is final.</summary>
    public void Settle(decimal usd, DateTimeOffset at) => (SupplierSaysUsd, ObservedAt) = (usd, at);

    /// <summary>Rent is entered up to a time.</summary>
    public void MarkMetered(DateTimeOffset to) => MeteredTo = to;

    /// <summary>Looks again at a time.</summary>
    public void Postpone(DateTimeOffset until) => DueAt = until;

    /// <inheritdoc />
    public void Release() => (Token, TokenUntil) = (null, null);

    private void Go(InstanceState to, DateTimeOffset at, string? why, params ReadOnlySpan<InstanceState> from)
    {
        if (!from.Contains(State)) { throw new WrongStateException($"Instance {Id}", State.ToString(), to.ToString()); }
        (State, StateSince, Reason, DueAt, WaitsFor, WaitsUntil) = (to, at, why, at, null, null);
    }
}
