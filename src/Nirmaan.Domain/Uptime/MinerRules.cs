using Nirmaan.Domain.Fleet;

namespace Nirmaan.Domain.Uptime;

/// <summary>Turns what an agent reports and what a network credits into a miner's state.</summary>
public static class MinerRules
{
    /// <summary>
    /// The state that follows from the newest report. Credit within <paramref name="creditReach"/> makes a serving miner Earning; silence
    /// longer than <paramref name="silentAfter"/> makes it Silent; "stopped" by the agent alone is Degraded, since only we end a miner.
    /// </summary>
    public static (MinerState State, string? Why) StateOf(Miner miner, DateTimeOffset now, TimeSpan silentAfter, TimeSpan creditReach)
    {
        if (miner.State == MinerState.Stopped) { return (MinerState.Stopped, miner.Reason); }
        if (miner.LastHeartbeatAt is not { } heard)
        {
            return now > miner.ReadyDeadline ? (MinerState.Silent, "no heartbeat since it was launched") : (MinerState.Installing, null);
        }
        if (now - heard > silentAfter) { return (MinerState.Silent, $"no heartbeat since {heard:u}"); }
        return miner.ReportedState switch
        {
            "installing" => (miner.State is MinerState.Installing or MinerState.Degraded or MinerState.Silent ? MinerState.Installing : MinerState.Degraded, Restarted(miner)),
            "loading" => (miner.State is MinerState.Idle or MinerState.Earning ? MinerState.Degraded : MinerState.WarmingUp, Restarted(miner)),
            "serving" or "working" or "idle" when miner.LastCreditAt is { } credit && now - credit <= creditReach => (MinerState.Earning, null),
            "serving" or "working" or "idle" => (MinerState.Idle, null),
            "failed" => (MinerState.Degraded, "the miner reports a failure"),
            _ => (MinerState.Degraded, "the miner stopped by itself"),
        };
    }

    private static string? Restarted(Miner miner) => miner.State is MinerState.Idle or MinerState.Earning ? "the miner started over" : null;

    /// <summary>Walks the legal steps to a state: Installing reaches Earning through Idle. Answers the states passed, the last one included.</summary>
    public static IReadOnlyList<MinerState> PathTo(MinerState from, MinerState to) => (from, to) switch
    {
        (MinerState.Installing or MinerState.WarmingUp, MinerState.Earning) => [MinerState.Idle, MinerState.Earning],
        _ => [to],
    };
}
