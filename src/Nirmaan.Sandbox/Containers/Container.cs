using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Containers;

/// <summary>Where a container stands in its life.</summary>
public enum ContainerPhase
{
    /// <summary>The image is being pulled.</summary>
    Pulling,

    /// <summary>The image cannot be pulled; nothing will run until the lease asks for another.</summary>
    PullFailed,

    /// <summary>Its process runs.</summary>
    Running,

    /// <summary>The lease ended or changed; its process is gone.</summary>
    Stopped,

    /// <summary>Its machine died.</summary>
    Lost,
}

/// <summary>A rented container on its machine.</summary>
/// <param name="id">Unique over all suppliers, for example <c>akash/1795305600001/1/miner-0</c>.</param>
/// <param name="spec">What the lease asked to run.</param>
/// <param name="gpu">The card that is truly in the machine.</param>
/// <param name="site">Where it stands, for people.</param>
public sealed class Container(string id, ContainerSpec spec, Gpu gpu, string site)
{
    /// <summary>Unique id over all suppliers.</summary>
    public string Id => id;

    /// <summary>What the lease asked to run.</summary>
    public ContainerSpec Spec => spec;

    /// <summary>The card that is truly in the machine.</summary>
    public Gpu Gpu => gpu;

    /// <summary>Where it stands.</summary>
    public string Site => site;

    /// <summary>Where it stands in its life.</summary>
    public ContainerPhase Phase { get; internal set; } = ContainerPhase.Pulling;

    /// <summary>When its process first ran.</summary>
    public DateTimeOffset? StartedAt { get; internal set; }

    /// <summary>Its output.</summary>
    public LogTail Log { get; } = new();

    /// <summary>What runs in it, while anything does.</summary>
    internal IContainerBody? Body { get; set; }

    /// <summary>True while its port answers HTTP 200: what a supplier's check sees.</summary>
    public bool IsHealthy => Phase == ContainerPhase.Running && Body is { IsHealthy: true };

    /// <summary>True until its lease or machine ends.</summary>
    public bool IsAlive => Phase is not (ContainerPhase.Stopped or ContainerPhase.Lost);
}

/// <summary>What runs in a container: a real agent process, or an agent played in this process.</summary>
internal interface IContainerBody
{
    /// <summary><c>process</c> or <c>in-process</c>.</summary>
    string Kind { get; }

    /// <summary>True while its port answers HTTP 200.</summary>
    bool IsHealthy { get; }

    /// <summary>The agent's word for the miner's state.</summary>
    string State { get; }

    /// <summary>Why, where the agent says so.</summary>
    string? Reason { get; }

    /// <summary>Jobs done since the start.</summary>
    int JobsDone { get; }

    /// <summary>Address of its port; null when it is only reached through the sandbox.</summary>
    string? Url { get; }

    /// <summary>Starts it.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Ends it: gently, or at once as a machine dies.</summary>
    Task EndAsync(bool atOnce);

    /// <summary>Hands a chat completion body to the model server in it; null when there is no answer.</summary>
    Task<string?> PromptAsync(string body, CancellationToken cancellationToken);
}
