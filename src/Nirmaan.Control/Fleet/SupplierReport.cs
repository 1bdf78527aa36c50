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

/// <summary>A comparison that found something.</summary>
/// <param name="NextAt">When the supplier's list was read next; what is not found then is over. Null = not yet.</param>
public sealed record FindingReport(SupplierReport Report, DateTimeOffset? NextAt);

/// <summary>A bid as it was seen on an auction of ours; losing bids are kept.</summary>
public sealed record SeenBid(InstanceId InstanceId, string Ref, string Provider, string ProviderLabel, string? Gpu, decimal UsdPerGpuHour, decimal? Reliability, string? Region, bool Open, string? Unsuitable, DateTimeOffset FirstSeenAt, DateTimeOffset? ExpiresAt, bool Accepted);

/// <summary>Who gave the lines of a container's log.</summary>
public enum LogOrigin
{
    /// <summary>The agent in the container.</summary>
    Agent,
    /// <summary>The supplier, without times and log files.</summary>
    Supplier,
}

/// <summary>What one reading of a container's log brought anew, kept after the machine is gone.</summary>
/// <param name="Lines">Lines in their stored form, one a line. The database compresses a long text by itself.</param>
/// <param name="Written">Characters kept of this machine up to the end of this reading, forgotten ones among them: what lies too far back is found by it.</param>
public sealed record InstanceLog(InstanceId InstanceId, DateTimeOffset At, string Lines, long Written);

/// <summary>How the reading of a container's log stands.</summary>
/// <param name="TriedAt">When it was last tried.</param>
/// <param name="ReadAt">When it last succeeded, with or without new lines; null = never.</param>
/// <param name="Origin">Who answered then.</param>
/// <param name="Why">Why the last try read nothing; null = it did read.</param>
public sealed record LogReading(InstanceId InstanceId, DateTimeOffset TriedAt, DateTimeOffset? ReadAt, LogOrigin? Origin, string? Why);

/// <summary>Who follows a container's log as it is written, and how far that got.</summary>
/// <param name="HeldBy">The process that follows it; null = none.</param>
/// <param name="HeldUntil">Without a renewal nobody follows it after this; meanwhile nobody else keeps its lines.</param>
/// <param name="WatchedUntil">Somebody looks at it until about then: it goes before others.</param>
/// <param name="Cursor">Place behind the last kept line, in the supplier's adapter's words; null = it has none.</param>
/// <param name="KeptAt">The reading into which the last line went: with a later one somebody else has kept lines since.</param>
public sealed record LogStream(InstanceId InstanceId, Guid? HeldBy, DateTimeOffset? HeldUntil, DateTimeOffset? WatchedUntil, string? Cursor, DateTimeOffset? KeptAt);

/// <summary>A command that somebody ran in a container. Written before it is sent, so that none is run unrecorded.</summary>
/// <param name="Command">What was typed, secrets struck out.</param>
/// <param name="EndedAt">When it was over; null = it runs, or the process that ran it ended first.</param>
/// <param name="Exit">Its exit code; null = it did not end by itself, <paramref name="Why"/> tells.</param>
/// <param name="Characters">Output that was shown.</param>
public sealed record ShellCommand(Guid Id, InstanceId InstanceId, string By, DateTimeOffset At, string Command, DateTimeOffset? EndedAt, int? Exit, string? Why, long Characters);
