using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Fleet;

/// <summary>One difference between our books and a supplier's inventory.</summary>
/// <param name="Kind"><c>ours-not-theirs</c>, <c>theirs-not-ours</c> or <c>differs</c>.</param>
/// <param name="UsdPerHourAtRisk">What it costs while nobody minds it; null = unknown.</param>
/// <param name="SecondsToDetect">From when it began (as far as known) to now; null = unknown.</param>
/// <param name="Action">What was done about it.</param>
public sealed record Finding(string Kind, string? ExternalId, string? Name, InstanceId? InstanceId, OperationId? OperationId, string What, decimal? UsdPerHourAtRisk, int? SecondsToDetect, string Action);

/// <summary>One comparison of our books with a supplier's inventory, both ways.</summary>
/// <param name="Foreign">Things on the account without our name prefix: never touched.</param>
/// <param name="Error">Why the inventory could not be read; then nothing was concluded.</param>
public sealed record SupplierReport(Guid Id, SupplierName Supplier, DateTimeOffset At, int Ours, int Theirs, int Foreign, Finding[] Findings, string? Error);

/// <summary>A bid as it was seen on an auction of ours; losing bids are kept.</summary>
public sealed record SeenBid(InstanceId InstanceId, string Ref, string Provider, string ProviderLabel, string? Gpu, decimal UsdPerGpuHour, decimal? Reliability, string? Region, bool Open, string? Unsuitable, DateTimeOffset FirstSeenAt, DateTimeOffset? ExpiresAt, bool Accepted);

/// <summary>Lines of a container's log as they were read, kept after the machine is gone.</summary>
public sealed record InstanceLog(InstanceId InstanceId, DateTimeOffset At, string Lines);
