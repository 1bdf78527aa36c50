using System.Text.Json.Serialization;
using Nirmaan.Providers.Preflight;

namespace Nirmaan.Providers.Akash;

// What goes over the wire. Every part of an answer may be missing or null, whatever the published schema says: the provider's half is Go,
// whose empty maps and lists arrive as null.

internal sealed record AkashData<T>(T? Data);

internal sealed record AkashCoinWire(string? Denom, string? Amount);

internal sealed record AkashPairWire(string? Key, string? Value);

internal sealed record AkashValueWire(string? Val);

/// <summary>Of a deployment, a bid or a lease.</summary>
internal sealed record AkashLeaseIdWire(
    string? Owner, string? Dseq, [property: MayLack(AkashLeaseIdWire.Short, Within = "deployment.id")] int? Gseq, [property: MayLack(AkashLeaseIdWire.Short, Within = "deployment.id")] int? Oseq,
    [property: MayLack(AkashLeaseIdWire.Short, Within = "deployment.id")] string? Provider)
{
    private const string Short = "a deployment's id ends with its dseq";
}

internal sealed record AkashServiceWire(string? Name, decimal? Available, decimal? Total, List<string>? Uris);

internal sealed record AkashLeaseStatusWire(Dictionary<string, AkashServiceWire?>? Services);

internal sealed record AkashReclamationWire(string? Deadline, string? Reason);

internal sealed record AkashLeaseWire(
    AkashLeaseIdWire? Id, string? State, AkashCoinWire? Price, [property: JsonPropertyName("created_at")] string? CreatedAt, [property: MayLack("while it lives")] string? Reason,
    [property: MayLack("unless the provider takes it back")] AkashReclamationWire? Reclamation, [property: MayLack("in lists, and before the manifest is there")] AkashLeaseStatusWire? Status);

internal sealed record AkashEscrowStateWire(
    string? State, List<AkashCoinWire>? Transferred, [property: JsonPropertyName("settled_at")] string? SettledAt, List<AkashCoinWire>? Funds);

internal sealed record AkashEscrowWire(AkashEscrowStateWire? State);

internal sealed record AkashDeploymentCoreWire(AkashLeaseIdWire? Id, string? State, [property: JsonPropertyName("created_at")] string? CreatedAt);

/// <summary>A deployment with its leases and escrow; <c>name</c> in the next contract only.</summary>
internal sealed record AkashDeploymentWire(
    AkashDeploymentCoreWire? Deployment, List<AkashLeaseWire>? Leases,
    [property: JsonPropertyName("escrow_account")] AkashEscrowWire? EscrowAccount, [property: MayLack("in the published contract")] string? Name);

internal sealed record AkashPaginationWire(decimal? Total, bool? HasMore);

internal sealed record AkashDeploymentsWire(List<AkashDeploymentWire>? Deployments, AkashPaginationWire? Pagination);

internal sealed record AkashGpuWire(AkashValueWire? Units, List<AkashPairWire>? Attributes);

internal sealed record AkashResourcesWire(AkashGpuWire? Gpu);

internal sealed record AkashGroupUnitWire(AkashResourcesWire? Resource, decimal? Count);

internal sealed record AkashGroupSpecWire(List<AkashGroupUnitWire>? Resources);

internal sealed record AkashGroupWire([property: JsonPropertyName("group_spec")] AkashGroupSpecWire? GroupSpec);

internal sealed record AkashPublicOtherWire(List<AkashGroupWire>? Groups);

internal sealed record AkashPublicDeploymentWire(AkashPublicOtherWire? Other);

internal sealed record AkashOfferedUnitWire(AkashResourcesWire? Resources, decimal? Count);

internal sealed record AkashBidWire(
    AkashLeaseIdWire? Id, string? State, AkashCoinWire? Price, [property: JsonPropertyName("created_at")] string? CreatedAt,
    [property: JsonPropertyName("resources_offer")] List<AkashOfferedUnitWire>? ResourcesOffer);

internal sealed record AkashBidEntryWire(AkashBidWire? Bid);

internal sealed record AkashCreatedWire(string? Dseq, string? Manifest);

internal sealed record AkashClosedWire(bool? Success);

internal sealed record AkashBalancesWire(decimal? Balance, decimal? Deployments);

internal sealed record AkashBlockWire(string? Height, DateTimeOffset? Datetime);

internal sealed record AkashGpuModelWire(string? Vendor, string? Model, string? Ram, string? Interface);

internal sealed record AkashProviderWire(
    string? Owner, string? Name, string? HostUri, string? Organization, string? IpCountryCode, string? IpRegion, bool? IsOnline, bool? IsAudited,
    bool? IsValidVersion, decimal? Uptime7d, List<AkashGpuModelWire>? GpuModels);

internal sealed record AkashStockWire(string? Model, string? Ram, string? Interface, decimal? Allocatable, decimal? Allocated);

internal sealed record AkashStocksWire(Dictionary<string, List<AkashStockWire>?>? Details);

internal sealed record AkashGpuStockWire(AkashStocksWire? Gpus);

internal sealed record AkashPriceWire(string? Currency, decimal? Med);

internal sealed record AkashGpuPriceWire(string? Vendor, string? Model, string? Ram, string? Interface, AkashPriceWire? Price);

internal sealed record AkashGpuPricesWire(List<AkashGpuPriceWire>? Models);

internal sealed record AkashScreenedWire(string? Owner, decimal? AvailableGpus);

internal sealed record AkashScreeningWire(List<AkashScreenedWire>? Providers);

internal sealed record AkashTokenWire(string? Token);

/// <summary>A line of a lease's log, as a provider's gateway frames it; <c>name</c> is the pod's.</summary>
internal sealed record AkashLogFrameWire(string? Name, string? Message);

/// <summary>How a command ended, or why it was not run.</summary>
internal sealed record AkashShellResultWire([property: JsonPropertyName("exit_code")] int? ExitCode, string? Message);

// Bodies.

internal sealed record AkashTokenPermissionBody(string Provider, string Access, IReadOnlyList<string> Scope);

internal sealed record AkashTokenLeasesBody(string Access, IReadOnlyList<AkashTokenPermissionBody> Permissions);

internal sealed record AkashTokenBody(int Ttl, AkashTokenLeasesBody Leases);

internal sealed record AkashCreateBody(string Sdl, decimal Deposit, string Name);

internal sealed record AkashUpdateBody(string Sdl, string Name);

internal sealed record AkashLeaseBody(string Dseq, int Gseq, int Oseq, string Provider);

internal sealed record AkashLeasesBody(string? Manifest, IReadOnlyList<AkashLeaseBody> Leases);

internal sealed record AkashPairBody(string Key, string Value);

internal sealed record AkashValueBody(string Val);

internal sealed record AkashCpuBody(AkashValueBody Units);

internal sealed record AkashGpuBody(AkashValueBody Units, IReadOnlyList<AkashPairBody> Attributes);

internal sealed record AkashQuantityBody(AkashValueBody Quantity);

internal sealed record AkashVolumeBody(string Name, AkashValueBody Quantity);

internal sealed record AkashResourceBody(int Id, AkashCpuBody Cpu, AkashQuantityBody Memory, AkashGpuBody Gpu, IReadOnlyList<AkashVolumeBody> Storage);

internal sealed record AkashCoinBody(string Denom, string Amount);

internal sealed record AkashScreeningUnitBody(AkashResourceBody Resource, int Count, AkashCoinBody Price);

internal sealed record AkashScreeningBody(IReadOnlyList<AkashScreeningUnitBody> Resources, string Timezone);
