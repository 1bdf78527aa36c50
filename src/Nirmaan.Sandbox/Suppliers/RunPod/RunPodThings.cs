using Nirmaan.Sandbox.Containers;

namespace Nirmaan.Sandbox.Suppliers.RunPod;

/// <summary>Whose API key it is.</summary>
internal sealed class RunPodAccount(string id, decimal credit)
{
    public string Id => id;

    /// <summary>All credit ever put in, USD.</summary>
    public decimal Credit => credit;

    public List<RunPodPod> Pods { get; } = [];

    /// <summary>Counts changes of what is burnt, so that an end of the credit that was foreseen before one is void.</summary>
    public int Version { get; set; }

    /// <summary>Calls of the minute that began then.</summary>
    public (DateTimeOffset Minute, int Calls) Rate { get; set; }

    public decimal Left(DateTimeOffset now) => credit - Pods.Sum(p => p.ChargedUsd(now));
}

/// <summary>The words of a pod's status.</summary>
internal static class RunPodStatus
{
    public const string Provisioning = "PROVISIONING";
    public const string Starting = "STARTING";
    public const string Running = "RUNNING";
    public const string Exited = "EXITED";
    public const string Error = "ERROR";
    public const string Terminated = "TERMINATED";

    /// <summary>What may be asked of a pod in this state.</summary>
    public static IReadOnlyList<string> Actions(string status) => status switch
    {
        Running => ["stop", "restart", "terminate"],
        Exited or Error => ["start", "terminate"],
        Provisioning or Starting => ["stop", "terminate"],
        _ => [],
    };
}

/// <summary>What a pod runs.</summary>
internal sealed record RunPodConfig(string Name, string Image, string Args, int Disk, IReadOnlyDictionary<string, string> Env, IReadOnlyList<string> Ports);

/// <summary>A pod on its machine.</summary>
/// <param name="rate">USD per hour for the whole pod.</param>
internal sealed class RunPodPod(RunPodAccount account, string id, RunPodType type, int gpus, bool secure, string place, decimal rate, DateTimeOffset createdAt)
{
    private decimal _charged;
    private decimal _disk;
    private DateTimeOffset _since = createdAt;

    public RunPodAccount Account => account;

    public string Id => id;

    public RunPodType Type => type;

    public int Gpus => gpus;

    public bool IsSecure => secure;

    /// <summary>Data centre; empty on the community cloud.</summary>
    public string Place => place;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public required RunPodConfig Config { get; set; }

    /// <summary>What the container was last started with.</summary>
    public RunPodConfig? Running { get; set; }

    public string Status { get; private set; } = RunPodStatus.Provisioning;

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; private set; }

    public Container? Container { get; set; }

    public string YardId => $"runpod/{id}/0";

    public bool IsLive => Status != RunPodStatus.Terminated;

    /// <summary>True while the GPUs are its own, and cost.</summary>
    public bool HoldsGpus => Status is RunPodStatus.Provisioning or RunPodStatus.Starting or RunPodStatus.Running or RunPodStatus.Error;

    /// <summary>USD per hour now.</summary>
    public decimal Cost => HoldsGpus ? rate : 0;

    /// <summary>USD per hour of its disk while stopped.</summary>
    public required decimal StoppedDiskCost { get; init; }

    /// <summary>USD per hour in all that goes off the credit now.</summary>
    public decimal Burn => HoldsGpus ? rate : Status == RunPodStatus.Exited ? StoppedDiskCost : 0;

    /// <summary>Charged up to a time, to the second.</summary>
    public decimal ChargedUsd(DateTimeOffset now) => Math.Round(_charged + _disk + Hours(now) * Burn, 6);

    /// <summary>The part of it that is disk.</summary>
    public decimal DiskUsd(DateTimeOffset now) => Math.Round(_disk + (HoldsGpus ? 0 : Hours(now) * Burn), 6);

    /// <summary>Goes over to another state; what it cost until now is settled.</summary>
    public void Become(string status, DateTimeOffset now)
    {
        var part = Hours(now) * Burn;
        if (HoldsGpus) { _charged += part; } else { _disk += part; }
        (_since, Status) = (now, status);
        if (status == RunPodStatus.Terminated) { EndedAt = now; }
    }

    private decimal Hours(DateTimeOffset now) => (decimal)(now - _since).TotalSeconds / 3600m;
}
