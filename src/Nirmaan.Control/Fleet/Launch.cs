using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Fleet;

/// <summary>What a person or a plan asks for: miners of one workload. See formats.md, POST instances.</summary>
public sealed record LaunchRequest(
    WorkloadName Workload, int Count, decimal MaxUsdPerGpuHour, GpuModel? Gpu = null, SupplierName? Provider = null, string? Region = null,
    OfferId? OfferId = null, string Reason = "", bool AcceptBidsByHand = false, MachineResources? Resources = null);

/// <summary>One offer as it was when a launch was planned.</summary>
/// <param name="RejectedFor">Null = chosen; otherwise the funnel's reason, or <see cref="Dearer"/>.</param>
public sealed record PlannedOffer(
    OfferId OfferId, SupplierName Supplier, string Provider, string ProviderLabel, GpuModel Gpu, int GpusPerMachine, decimal? UsdPerGpuHour, PriceKind PriceKind,
    string? Region, int Available, DateTimeOffset SeenAt, int Machines, string? RejectedFor)
{
    /// <summary>It fits, but cheaper ones are enough.</summary>
    public const string Dearer = "dearer";
}

/// <summary>The plan and price of a launch, shown before anything is spent and kept afterwards.</summary>
/// <param name="Blocked">Why it may not be launched at all (cap, kill switch, licence); null = it may.</param>
/// <param name="Warnings">What a person should know before launching: the admin's limits on plans that it goes beyond. Null or empty = nothing.</param>
public sealed record LaunchPlan(
    LaunchRequest Request, int GpusPerMiner, int Found, decimal UsdPerHour, decimal? UsdUpFront, IReadOnlyList<PlannedOffer> Chosen, IReadOnlyList<PlannedOffer> Rejected,
    IReadOnlyList<FunnelStep> Funnel, string? Blocked, IReadOnlyList<string>? Warnings = null);

/// <summary>A launch that was carried out: its key makes a repeated request answer the same.</summary>
public sealed record Launch(string Key, string BodyHash, DateTimeOffset At, string By, LaunchPlan Plan, Guid[] Operations);
