using Nirmaan.Sandbox.Containers;

namespace Nirmaan.Sandbox.Suppliers.IoNet;

/// <summary>Whose API key it is.</summary>
internal sealed class IoNetAccount(string id, decimal credit)
{
    public string Id => id;

    /// <summary>IO Credits left, USD.</summary>
    public decimal Credit { get; set; } = credit;

    public List<IoNetDeployment> Deployments { get; } = [];
}

/// <summary>The words of a deployment's status.</summary>
internal static class IoNetStatus
{
    public const string Requested = "deployment requested";
    public const string Running = "running";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Terminating = "termination requested";
    public const string Destroyed = "destroyed";

    public static IReadOnlyList<string> All { get; } = [Running, Completed, Failed, Requested, Terminating, Destroyed];
}

/// <summary>What a deployment runs.</summary>
internal sealed record IoNetConfig(string Image, int TrafficPort, IReadOnlyDictionary<string, string> Env, IReadOnlyDictionary<string, string> SecretEnv,
    IReadOnlyList<string>? Entrypoint);

/// <summary>A port of a VM that is let in from some networks.</summary>
internal sealed record IoNetService(int Port, string Protocol, IReadOnlyList<string> Whitelist);

/// <summary>What VMs are made with; none of it changes later.</summary>
internal sealed record IoNetVmConfig(IReadOnlyDictionary<string, string> SshKeys, IReadOnlyList<string> GithubIds, IReadOnlyDictionary<string, IoNetService> Services);

/// <summary>A deployment and its containers, or its VMs.</summary>
internal sealed class IoNetDeployment(IoNetAccount account, Guid id, string name, IoNetCard card, IoNetLocation location, int perContainer, int replicas,
    DateTimeOffset createdAt)
{
    public IoNetAccount Account => account;

    public Guid Id => id;

    public string Name => name;

    public IoNetCard Card => card;

    public IoNetLocation Location => location;

    public int PerContainer => perContainer;

    public int Replicas => replicas;

    public DateTimeOffset CreatedAt => createdAt;

    public required IoNetConfig Config { get; set; }

    /// <summary>Null = the deployment is of containers; otherwise of VMs, and Config is empty.</summary>
    public IoNetVmConfig? Vms { get; init; }

    /// <summary>Paid hours, extensions included.</summary>
    public required int Hours { get; set; }

    /// <summary>Charged up to now, USD.</summary>
    public required decimal Paid { get; set; }

    public string Status { get; set; } = IoNetStatus.Requested;

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public List<IoNetWorker> Workers { get; } = [];

    public bool IsLive => Status is IoNetStatus.Requested or IoNetStatus.Running or IoNetStatus.Terminating;

    /// <summary>Minutes run up to a time.</summary>
    public int MinutesServed(DateTimeOffset now) => StartedAt is { } start ? (int)Math.Min(Hours * 60, ((FinishedAt ?? now) - start).TotalMinutes) : 0;
}

/// <summary>One container's, or VM's, place on a device, with what happened to it.</summary>
internal sealed class IoNetWorker(string containerId, Guid deviceId, DateTimeOffset createdAt)
{
    public string ContainerId => containerId;

    public Guid DeviceId => deviceId;

    public DateTimeOffset CreatedAt { get; set; } = createdAt;

    public List<(DateTimeOffset Time, string Message)> Events { get; } = [];

    /// <summary>True once the check on its port has passed; from then on it has an address.</summary>
    public bool Passed { get; set; }

    public string Status { get; set; } = "pending";

    /// <summary>Seconds without an answer on its port, and since when it has been silent.</summary>
    public double SilentSeconds { get; set; }

    public DateTimeOffset? SilentSince { get; set; }

    /// <summary>Earlier runs of this container: number of events each had when it was replaced.</summary>
    public List<(DateTimeOffset CreatedAt, string Status, IReadOnlyList<(DateTimeOffset Time, string Message)> Events)> Earlier { get; } = [];

    public Container? Container { get; set; }

    /// <summary>The machine of a VM, from its boot on.</summary>
    public VmMachine? Machine { get; set; }
}
