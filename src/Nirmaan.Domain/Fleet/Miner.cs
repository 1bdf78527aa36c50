using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Fleet;

/// <summary>States of a miner (design, section 5). "Up" is not "earning": Earning is set by the control plane alone, when the network credits work.</summary>
public enum MinerState
{
    /// <summary>The container starts, files are fetched.</summary>
    Installing,
    /// <summary>The model loads.</summary>
    WarmingUp,
    /// <summary>Serving, without credited work.</summary>
    Idle,
    /// <summary>The network credits its work.</summary>
    Earning,
    /// <summary>Up, but it reports trouble.</summary>
    Degraded,
    /// <summary>No heartbeat for too long: stale is not offline, nobody knows.</summary>
    Silent,
    /// <summary>Ended.</summary>
    Stopped,
}

/// <summary>Whose rewards these are: the NRM pool, or one client.</summary>
public sealed record Beneficiary(string Name)
{
    /// <summary>The pool of all NRM stakers.</summary>
    public static readonly Beneficiary NrmPool = new("nrm-pool");
}

/// <summary>Steps of the articles, each with the time it was first seen.</summary>
public sealed record MinerSteps(
    DateTimeOffset? Rented = null, DateTimeOffset? GpuVerified = null, DateTimeOffset? FilesReady = null, DateTimeOffset? ModelLoaded = null,
    DateTimeOffset? Enrolled = null, DateTimeOffset? FirstCredit = null);

/// <summary>A workload that we run on an instance.</summary>
public sealed class Miner
{
    private Miner() { }

    /// <summary>A miner that will run on an instance.</summary>
    /// <param name="payoutAddress">From the payout policy.</param>
    /// <param name="networkKey">What the network knows it by: Heurist miner id, Morpheus model id.</param>
    public Miner(MinerId id, InstanceId instanceId, Template template, string payoutAddress, string networkKey, Beneficiary beneficiary, DateTimeOffset now, string? templateHash = null)
    {
        (Id, InstanceId, Network, Workload) = (id, instanceId, template.NetworkName, template.WorkloadName);
        (TemplateName, TemplateVersion, TemplateHash, PayoutAddress, NetworkKey, Beneficiary) = (template.Name, template.Version, templateHash, payoutAddress, networkKey, beneficiary.Name);
        (CreatedAt, StateSince, ReadyDeadline) = (now, now, now + TimeSpan.FromMinutes(template.ReadyWithinMinutes));
    }

    /// <summary>Our id.</summary>
    public MinerId Id { get; private set; }
    /// <summary>The machine it runs on.</summary>
    public InstanceId InstanceId { get; private set; }
    /// <summary>The network that pays.</summary>
    public NetworkName Network { get; private set; }
    /// <summary>What it does.</summary>
    public WorkloadName Workload { get; private set; }
    /// <summary>Recipe.</summary>
    public string TemplateName { get; private set; } = "";
    /// <summary>Version of the recipe.</summary>
    public int TemplateVersion { get; private set; }
    /// <summary>SHA-256 of the recipe as it was, hex; null = made before this was kept.</summary>
    public string? TemplateHash { get; private set; }
    /// <summary>Where the network pays.</summary>
    public string PayoutAddress { get; private set; } = "";
    /// <summary>What the network knows it by.</summary>
    public string NetworkKey { get; private set; } = "";
    /// <summary>Whose rewards these are.</summary>
    public string Beneficiary { get; private set; } = "";
    /// <summary>State.</summary>
    public MinerState State { get; private set; }
    /// <summary>Why, in words.</summary>
    public string? Reason { get; private set; }
    /// <summary>Since when.</summary>
    public DateTimeOffset StateSince { get; private set; }
    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; private set; }
    /// <summary>By then it must be ready.</summary>
    public DateTimeOffset ReadyDeadline { get; private set; }
    /// <summary>The articles' steps and their times.</summary>
    public MinerSteps Steps { get; private set; } = new();
    /// <summary>The agent's last word.</summary>
    public string? ReportedState { get; private set; }
    /// <summary>Newest heartbeat's own time.</summary>
    public DateTimeOffset? LastHeartbeatAt { get; private set; }
    /// <summary>Jobs done since the agent's boot, newest report.</summary>
    public int JobsDone { get; private set; }
    /// <summary>Last job, newest report.</summary>
    public DateTimeOffset? LastJobAt { get; private set; }
    /// <summary>When the network last credited it.</summary>
    public DateTimeOffset? LastCreditAt { get; private set; }
    /// <summary>When it is known to its network (Morpheus: its bid stands).</summary>
    public DateTimeOffset? EnrolledAt { get; private set; }
    /// <summary>Where it is paid, as the agent last read it from the running miner; null = never read.</summary>
    public IReadOnlyList<PayoutReading>? Payouts { get; private set; }
    /// <summary>When the agent read that.</summary>
    public DateTimeOffset? PayoutsAt { get; private set; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset? StoppedAt { get; private set; }

    /// <summary>True until it is stopped.</summary>
    public bool IsLive => State != MinerState.Stopped;

    /// <summary>Goes to another state; false when it is already there. Stopped is final.</summary>
    /// <exception cref="WrongStateException">The state table does not list the transition.</exception>
    public bool Become(MinerState to, DateTimeOffset at, string? why)
    {
        if (to == State) { Reason = why ?? Reason; return false; }
        var allowed = (State, to) switch
        {
            (MinerState.Stopped, _) => false,
            (_, MinerState.Stopped) => true,
            (MinerState.Installing, MinerState.WarmingUp or MinerState.Idle or MinerState.Degraded or MinerState.Silent) => true,
            (MinerState.WarmingUp, MinerState.Idle or MinerState.Degraded or MinerState.Silent) => true,
            (MinerState.Idle, MinerState.Earning or MinerState.Degraded or MinerState.Silent) => true,
            (MinerState.Earning, MinerState.Idle or MinerState.Degraded or MinerState.Silent) => true,
            (MinerState.Degraded or MinerState.Silent, MinerState.Idle or MinerState.Earning or MinerState.WarmingUp or MinerState.Installing or MinerState.Degraded or MinerState.Silent) => true,
            _ => false,
        };
        if (!allowed) { throw new WrongStateException($"Miner {Id}", State.ToString(), to.ToString()); }
        (State, StateSince, Reason) = (to, at, why);
        if (to == MinerState.Stopped) { StoppedAt = at; }
        return true;
    }

    /// <summary>Takes over a heartbeat that is newer than the newest one seen.</summary>
    public void Hear(string state, DateTimeOffset sentAt, int jobsDone, DateTimeOffset? lastJobAt)
    {
        if (LastHeartbeatAt is { } last && sentAt <= last) { return; }
        (ReportedState, LastHeartbeatAt, JobsDone, LastJobAt) = (state, sentAt, jobsDone, lastJobAt ?? LastJobAt);
    }

    /// <summary>Fills in steps not seen before; a step once seen keeps its time.</summary>
    public void Reach(MinerSteps seen) => Steps = new MinerSteps(
        Steps.Rented ?? seen.Rented, Steps.GpuVerified ?? seen.GpuVerified, Steps.FilesReady ?? seen.FilesReady,
        Steps.ModelLoaded ?? seen.ModelLoaded, Steps.Enrolled ?? seen.Enrolled, Steps.FirstCredit ?? seen.FirstCredit);

    /// <summary>The network credited work.</summary>
    public void Credit(DateTimeOffset at)
    {
        if (LastCreditAt is null || at > LastCreditAt) { LastCreditAt = at; }
        Reach(new MinerSteps(FirstCredit: at));
    }

    /// <summary>The network knows it.</summary>
    public void MarkEnrolled(DateTimeOffset at) { EnrolledAt = at; Reach(new MinerSteps(Enrolled: at)); }

    /// <summary>The network no longer sends it work.</summary>
    public void MarkWithdrawn() => EnrolledAt = null;
}
