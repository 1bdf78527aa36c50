using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>Yes, no, or nobody knows.</summary>
public enum Signal
{
    /// <summary>It is so.</summary>
    Yes,

    /// <summary>It is not so.</summary>
    No,

    /// <summary>Nobody knows at the moment.</summary>
    Unknown,
}

/// <summary>Three different things about a machine: it is up, its miner serves, the network credits it.</summary>
public sealed record FleetSignals(Signal Up, Signal Serving, Signal Earning)
{
    /// <summary>Reads them off a row. A silent miner is unknown, not off: stale is not offline.</summary>
    public static FleetSignals Of(InstanceRow row)
    {
        var up = row.State switch
        {
            InstanceState.Running or InstanceState.Reclaiming or InstanceState.Draining => Signal.Yes,
            InstanceState.Unknown => Signal.Unknown,
            _ => Signal.No,
        };
        return row.Miner switch
        {
            null or { State: MinerState.Stopped } => new FleetSignals(up, Signal.No, Signal.No),
            { State: MinerState.Silent } => new FleetSignals(up, Signal.Unknown, Signal.Unknown),
            var miner => new FleetSignals(
                up, miner.ReportedState is { } word && ReportedStates.IsServing(word) ? Signal.Yes : Signal.No, miner.State == MinerState.Earning ? Signal.Yes : Signal.No),
        };
    }

    /// <summary>A sentence for screen readers and the tip.</summary>
    public string Words(InstanceRow row) => string.Join("; ",
        Up switch { Signal.Yes => "up", Signal.No => "not up", _ => "not known whether it is up" },
        Serving switch { Signal.Yes => "serving", Signal.No => "not serving", _ => $"not heard of since {(row.Miner?.LastHeartbeatAt is { } at ? at.UtcDateTime.ToString("HH:mm:ss 'UTC'", System.Globalization.CultureInfo.InvariantCulture) : "it was set up")}" },
        Earning switch { Signal.Yes => "credited by the network", Signal.No => "not credited lately", _ => "not known whether it is credited" });
}
