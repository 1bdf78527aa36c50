using System.Text.Json;
using System.Text.Json.Serialization;
using Nirmaan.Providers.Http;
using Nirmaan.Providers.Preflight;
using Refit;

namespace Nirmaan.Providers.IoNet;

// What goes over the wire. Every part of an answer may be missing or null.

internal sealed record IoNetData<T>(T? Data);

// Containers and VMs differ in a few names only; a record that serves both has both.
file static class Only
{
    public const string Containers = "only containers have it", Vms = "only VMs have it";
}

internal sealed record IoNetHardwareWire(
    [property: MayLack(Only.Containers)] int? MaxGpusPerContainer, [property: MayLack(Only.Vms)] int? MaxGpusPerVm, int? Available, OpaqueId? HardwareId, string? HardwareName, string? BrandName)
{
    /// <summary>Most GPUs of one machine.</summary>
    public int? Most => MaxGpusPerContainer ?? MaxGpusPerVm;
}

internal sealed record IoNetMaxGpusWire(List<IoNetHardwareWire>? Hardware);

/// <summary>One row of the catalogue. The price is per hour for the whole machine of <c>num_cards</c> GPUs.</summary>
internal sealed record IoNetCatalogueWire(
    string? Id, OpaqueId? DeployId, string? Name, int? NumCards, decimal? Price, int? VramPerCard, string? Interconnect, int? Vcpu, decimal? Memory,
    string? Location, bool? SoldOut);

internal sealed record IoNetReplicasWire(OpaqueId? Id, string? Iso2, string? Name, int? AvailableReplicas);

internal sealed record IoNetPriceWire(List<int>? AvailableReplicaCount, decimal? TotalCostUsdc);

/// <summary>
/// Answer of deploy, change and destroy. Clients have met the id under three names and below <c>data</c>; a 200 that carries <c>detail</c> is
/// an error in disguise.
/// </summary>
internal sealed record IoNetAcceptedWire(string? Status, string? DeploymentId, string? ClusterId, string? Id, IoNetAcceptedWire? Data, JsonElement? Detail)
{
    /// <summary>The deployment's id wherever it stands; null = nowhere.</summary>
    public string? FoundId => new[] { DeploymentId, ClusterId, Id, Data?.FoundId }.FirstOrDefault(i => !string.IsNullOrEmpty(i));

    /// <summary>True when a good status carries an error.</summary>
    public bool IsError => Detail is { ValueKind: not JsonValueKind.Null } || Data?.IsError == true;
}

internal sealed record IoNetListedWire(
    string? Id, string? Status, string? Name, int? HardwareQuantity, string? HardwareName, int? ComputeMinutesRemaining,
    [property: MayLack("in the published contract")] DateTimeOffset? CreatedAt);

internal sealed record IoNetDeploymentsWire(List<IoNetListedWire>? Deployments, int? Total);

internal sealed record IoNetLocationWire(OpaqueId? Id, string? Iso2, string? Name);

internal sealed record IoNetContainerConfigWire(Dictionary<string, string?>? EnvVariables, List<string>? SecretEnvKeys);

internal sealed record IoNetDetailsWire(
    string? Id, string? Status, DateTimeOffset? CreatedAt, decimal? AmountPaid, int? TotalGpus, [property: MayLack(Only.Containers)] int? GpusPerContainer, [property: MayLack(Only.Vms)] int? GpusPerVm,
    [property: MayLack(Only.Containers)] int? TotalContainers, [property: MayLack(Only.Vms)] int? TotalVms,
    string? HardwareName, OpaqueId? HardwareId, List<IoNetLocationWire>? Locations, int? ComputeMinutesServed, int? ComputeMinutesRemaining,
    [property: MayLack(Only.Containers)] IoNetContainerConfigWire? ContainerConfig, [property: MayLack(Only.Vms)] Dictionary<string, string?>? SshKeys)
{
    /// <summary>GPUs of each machine.</summary>
    public int? GpusEach => GpusPerContainer ?? GpusPerVm;

    /// <summary>Machines.</summary>
    public int? Machines => TotalContainers ?? TotalVms;
}

internal sealed record IoNetEventWire(DateTimeOffset? Time, string? Message);

internal sealed record IoNetWorkerWire(string? DeviceId, string? ContainerId, string? Status, List<IoNetEventWire>? ContainerEvents, string? PublicUrl);

internal sealed record IoNetContainersWire(List<IoNetWorkerWire>? Workers);

internal sealed record IoNetServiceWire(int? Port, int? PublicPort, string? PublicIp);

internal sealed record IoNetVmWire(
    string? DeviceId, string? VmId, string? Status, List<IoNetEventWire>? VmEvents, Dictionary<string, IoNetServiceWire?>? NetworkServices, string? SshAccess);

internal sealed record IoNetVmsWire(List<IoNetVmWire>? Workers);

// Bodies. Unknown names are refused, and so are empty lists: what is not there is left out.

internal sealed record IoNetContainerBody(
    int ReplicaCount, int TrafficPort, IReadOnlyDictionary<string, string> EnvVariables, IReadOnlyDictionary<string, string>? SecretEnvVariables,
    IReadOnlyList<string>? Entrypoint);

internal sealed record IoNetRegistryBody(string ImageUrl);

internal sealed record IoNetDeployBody(
    string ResourcePrivateName, int DurationHours, int GpusPerContainer, OpaqueId HardwareId, IReadOnlyList<OpaqueId> LocationIds,
    IoNetContainerBody ContainerConfig, IoNetRegistryBody RegistryConfig);

/// <summary>Names and values of the whole environment; of the secrets only what changes, null taking one away.</summary>
internal sealed record IoNetChangeBody(
    IReadOnlyDictionary<string, string> EnvVariables, IReadOnlyDictionary<string, string?>? SecretEnvVariables, IReadOnlyList<string>? Entrypoint,
    int TrafficPort, string ImageUrl);

internal sealed record IoNetExtendBody(int DurationHours);

/// <summary>A port that is let in from these networks.</summary>
internal sealed record IoNetServiceBody(int Port, string Protocol, IReadOnlyList<string> Whitelist);

/// <summary>One VM. <c>vms_qty</c> is called deprecated and is required.</summary>
internal sealed record IoNetVmDeployBody(
    string ResourcePrivateName, int DurationHours, int GpusPerVm, OpaqueId HardwareId, IReadOnlyList<OpaqueId> LocationIds, int VmsQty,
    IReadOnlyDictionary<string, string> SshKeys, string VmImageType, IReadOnlyDictionary<string, IoNetServiceBody>? NetworkServices);

/// <summary>How io.net's bodies are written and read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(LooseText), typeof(LooseTime)])]
[JsonSerializable(typeof(JsonDocument))]
[JsonSerializable(typeof(IoNetCatalogueWire))]
[JsonSerializable(typeof(IoNetData<IoNetMaxGpusWire>))]
[JsonSerializable(typeof(IoNetData<List<IoNetReplicasWire>>))]
[JsonSerializable(typeof(IoNetData<IoNetPriceWire>))]
[JsonSerializable(typeof(IoNetDeployBody))]
[JsonSerializable(typeof(IoNetAcceptedWire))]
[JsonSerializable(typeof(IoNetData<IoNetDeploymentsWire>))]
[JsonSerializable(typeof(IoNetData<IoNetDetailsWire>))]
[JsonSerializable(typeof(IoNetData<IoNetContainersWire>))]
[JsonSerializable(typeof(IoNetChangeBody))]
[JsonSerializable(typeof(IoNetExtendBody))]
[JsonSerializable(typeof(IoNetData<IoNetVmsWire>))]
[JsonSerializable(typeof(IoNetVmDeployBody))]
internal sealed partial class IoNetJson : JsonSerializerContext
{
    /// <summary>Settings of the declared interface.</summary>
    public static RefitSettings Settings() => new(new SystemTextJsonContentSerializer(new JsonSerializerOptions(Default.Options)));
}
