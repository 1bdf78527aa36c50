using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Http;
using Nirmaan.Providers.Ssh;

namespace Nirmaan.Providers.IoNet;

/// <summary>Reads the VMs on the account, and by ssh what runs on those that our key opens.</summary>
internal sealed class IoNetVmInventory(IIoNetVmApi api, IoNetDeployments deployments, SupplierCalls calls, SshDocker docker, IoNetVmOptions options)
{
    /// <summary>Name under which a VM's agent is let in.</summary>
    public const string AgentService = "agent";

    private const int PageSize = 100;

    private readonly string _publicKey = File.ReadAllText(options.PublicKeyPath).Trim();

    /// <summary>The key that goes along with an order.</summary>
    public string PublicKey => _publicKey;

    /// <summary>One deployment with its VM and what runs on it; null = the supplier says there is none.</summary>
    public async Task<SupplierInstance?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await deployments.ReadDetailsAsync(id, cancellationToken) is not { } details) { return null; }
        var (name, said) = (NameOf(details), IoNetDeployments.StatusOf(details.Status));
        if (said != SupplierStatus.Running) { return deployments.Of(id, details, name, said, details.Status ?? "(none)"); }
        var vm = await ReadVmAsync(id, cancellationToken);
        var raw = $"{details.Status}, vm {vm?.Status ?? "(none)"}";
        var seen = deployments.Of(id, details, name, SupplierStatus.Starting, raw) with { Provider = vm?.DeviceId, Reason = IoNetDeployments.Last(vm?.VmEvents) };
        if (vm is null || !IoNetDeployments.IsUp(vm.Status)) { return seen; }
        // Where our key does not open, it is somebody else's, and nobody knocks.
        if (name is null) { return seen with { Status = SupplierStatus.Running, Reason = null }; }
        if (Door(id, vm) is not { } door) { return seen with { Reason = $"its ssh access is not understood: '{vm.SshAccess}'" }; }
        try
        {
            return await ContainerAsync(door, cancellationToken) is { } container
                ? seen with
                {
                    Status = SshDocker.StatusOf(container.State), RawState = $"{raw}, container {SshDocker.Raw(container.State)}", Endpoint = Endpoint(vm),
                    Reason = string.IsNullOrEmpty(container.State?.Error) ? null : container.State.Error,
                }
                : seen with { Status = SupplierStatus.Bare, RawState = $"{raw}, nothing on it", Reason = null };
        }
        catch (SupplierUnavailableException e) { return seen with { Reachable = false, RawState = $"{raw}, out of reach", Reason = e.Message }; }
    }

    /// <summary>The way into a running VM of ours; null = there is none yet, or none that we may take.</summary>
    /// <exception cref="SupplierUnavailableException">Not readable.</exception>
    public async Task<SshDoor?> DoorAsync(string id, IoNetDetailsWire details, CancellationToken cancellationToken) =>
        IoNetDeployments.StatusOf(details.Status) == SupplierStatus.Running && NameOf(details) is not null
            && await ReadVmAsync(id, cancellationToken) is { } vm && IoNetDeployments.IsUp(vm.Status) ? Door(id, vm) : null;

    /// <summary>The container of ours on a VM; null = none.</summary>
    /// <exception cref="SupplierUnavailableException">Not readable.</exception>
    public async Task<DockerContainerWire?> ContainerAsync(SshDoor door, CancellationToken cancellationToken) =>
        (await docker.ReadAsync(door, cancellationToken)).FirstOrDefault(c => c.Label(SshInventory.NameLabel) is not null);

    /// <summary>The name that we gave: details do not show it, but our key travels under it and comes back.</summary>
    private string? NameOf(IoNetDetailsWire details) =>
        details.SshKeys?.Where(k => k.Value is not null && IoNetVmKey.Bare(k.Value) == IoNetVmKey.Bare(_publicKey)).Select(k => k.Key).FirstOrDefault();

    private SshDoor? Door(string id, IoNetVmWire vm) => IoNetVmAccess.Door(id, vm.SshAccess, options);

    private async Task<IoNetVmWire?> ReadVmAsync(string id, CancellationToken cancellationToken)
    {
        var found = await calls.FindAsync($"vms of {id}", () => api.ListVmsAsync(id, 0, PageSize, cancellationToken), cancellationToken);
        return found?.Data?.Workers?.FirstOrDefault();
    }

    /// <summary>Where the agent is reached from the networks that are let in; null = from none.</summary>
    private static string? Endpoint(IoNetVmWire vm) =>
        vm.NetworkServices?.GetValueOrDefault(AgentService) is { PublicIp: { Length: > 0 } address, PublicPort: > 0 and var port }
            ? $"http://{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}:{port}/" : null;
}
