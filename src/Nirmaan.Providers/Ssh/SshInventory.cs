using System.Collections.Concurrent;
using System.Globalization;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Providers.Ssh;

/// <summary>A container's id: the machine and the container's name on it.</summary>
internal sealed record SshId(string Machine, string Container)
{
    public override string ToString() => $"{Machine}/{Container}";

    /// <summary>Reads one; null = it is none.</summary>
    public static SshId? Parse(string text) =>
        text.Split('/') is [var machine, var container] && SshOptionsCheck.Word().IsMatch(machine) && IsName(container) ? new SshId(machine, container) : null;

    /// <summary>True for what docker takes as a name, and what cannot be taken for an option.</summary>
    public static bool IsName(string text) => text.Length is > 1 and <= 120 && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');
}

/// <summary>
/// Reads what runs on the machines. One that cannot be reached shows what it showed last, as unreachable; one that was not reached
/// since something was begun on it, or ever, leaves the whole unknown, because anything may stand there.
/// </summary>
internal sealed class SshInventory(SshOptions options, SshDocker docker, SshPrices prices, TimeProvider clock)
{
    /// <summary>Labels of a container of ours: the operation's name, and the GPUs that it has.</summary>
    public const string NameLabel = "nirmaan.name", GpusLabel = "nirmaan.gpus";

    private readonly ConcurrentDictionary<string, IReadOnlyList<DockerContainerWire>> _known = new(StringComparer.Ordinal);

    /// <summary>Everything of ours on every machine.</summary>
    /// <exception cref="SupplierUnavailableException">A machine was never reached.</exception>
    public async Task<IReadOnlyList<SupplierInstance>> ListAsync(CancellationToken cancellationToken)
    {
        async Task<IEnumerable<SupplierInstance>> LookAsync(SshMachine machine)
        {
            try { return (await ReadAsync(machine, cancellationToken)).Select(c => Of(machine, c, isThere: true)); }
            catch (SupplierUnavailableException) when (_known.TryGetValue(machine.Name, out var known)) { return known.Select(c => Of(machine, c, isThere: false)); }
        }
        return [.. (await Task.WhenAll(options.Machines.Select(LookAsync))).SelectMany(i => i)];
    }

    /// <summary>One container; null = the machine says there is none.</summary>
    /// <exception cref="SupplierUnavailableException">The machine cannot be reached, or is not among ours.</exception>
    public async Task<SupplierInstance?> FindAsync(SshId id, CancellationToken cancellationToken)
    {
        var machine = MachineOf(id);
        return (await ReadAsync(machine, cancellationToken)).Where(c => SshDocker.NameOf(c) == id.Container).Select(c => Of(machine, c, isThere: true)).FirstOrDefault();
    }

    /// <summary>Something new may stand on the machine: until it is read again, what it showed last says nothing.</summary>
    public void Forget(SshMachine machine) => _known.TryRemove(machine.Name, out _);

    /// <summary>True when what the machine showed last still holds.</summary>
    public bool IsKnown(SshMachine machine) => _known.ContainsKey(machine.Name);

    /// <summary>The machine of an id.</summary>
    /// <exception cref="SupplierUnavailableException">It is not configured: what stands there is not known.</exception>
    public SshMachine MachineOf(SshId id) => options.Machines.FirstOrDefault(m => m.Name == id.Machine) ?? throw new SupplierUnavailableException(SupplierName.Own.Value, $"machine '{id.Machine}' is not configured");

    /// <summary>Containers of ours on a machine.</summary>
    /// <exception cref="SupplierUnavailableException">Not readable.</exception>
    public async Task<IReadOnlyList<DockerContainerWire>> ReadAsync(SshMachine machine, CancellationToken cancellationToken) =>
        _known[machine.Name] = await docker.ReadAsync(options.DoorOf(machine), cancellationToken);

    /// <summary>GPUs that no container of ours has, by index.</summary>
    public static IReadOnlyList<int> Free(SshMachine machine, IEnumerable<DockerContainerWire> containers)
    {
        var taken = containers.SelectMany(GpusOf).ToHashSet();
        return [.. Enumerable.Range(0, machine.GpuCount).Where(i => !taken.Contains(i))];
    }

    private SupplierInstance Of(SshMachine machine, DockerContainerWire container, bool isThere)
    {
        var (status, gpus, price) = (SshDocker.StatusOf(container.State), GpusOf(container).Count, prices.UsdPerGpuHour(machine));
        var hours = container.Created is { } created ? (decimal)(clock.GetUtcNow() - created).TotalHours : (decimal?)null;
        return new SupplierInstance(
            new SshId(machine.Name, SshDocker.NameOf(container)).ToString(), container.Label(NameLabel), status, SshDocker.Raw(container.State), container.Created, new GpuModel(machine.Gpu),
            gpus, price, price * gpus * (hours > 0 ? hours : 0), Provider: machine.Name, Region: machine.Region,
            Endpoint: status == SupplierStatus.Running ? Endpoint(machine, container) : null,
            Reason: string.IsNullOrEmpty(container.State?.Error) ? null : container.State.Error, Reachable: isThere);
    }

    private static List<int> GpusOf(DockerContainerWire container) =>
        [.. (container.Label(GpusLabel) ?? "").Split(',').Select(g => int.TryParse(g, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1).Where(i => i >= 0)];

    /// <summary>Where the agent is reached: the first published port; null = nothing is published.</summary>
    private static string? Endpoint(SshMachine machine, DockerContainerWire container)
    {
        if (machine.PublicHost is not { } host) { return null; }
        var agent = container.Label(SshRun.AgentLabel);
        var port = container.NetworkSettings?.Ports?.GetValueOrDefault($"{agent}/tcp")?.FirstOrDefault()?.HostPort;
        return string.IsNullOrEmpty(port) ? null : $"http://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}/";
    }
}
