using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.IoNet;

/// <summary>Reads the deployments on the account, of containers or of VMs.</summary>
internal sealed class IoNetDeployments(IIoNetProduct product, SupplierCalls calls, IoNetProductOptions options, TimeProvider clock)
{
    private const int PageSize = 100;
    private const int MaxRestarts = 3;
    private const int MinutesOfFirstHour = 60;

    /// <summary>All that is not over. A list does not look into machines: what runs is <see cref="SupplierStatus.Starting"/> here.</summary>
    /// <exception cref="SupplierUnavailableException">Not readable, or it never stands still.</exception>
    public async Task<IReadOnlyList<SupplierInstance>> ListAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt <= MaxRestarts; attempt++)
        {
            if (await TryReadAllAsync(cancellationToken) is { } all) { return [.. all.Select(Of).Where(i => i.Status != SupplierStatus.Closed)]; }
        }
        throw calls.Unavailable("deployments: the list changes faster than it can be read");
    }

    /// <summary>The details of one; null = the supplier says there is none.</summary>
    public async Task<IoNetDetailsWire?> ReadDetailsAsync(string id, CancellationToken cancellationToken)
    {
        var found = await calls.FindAsync($"deployment {id}", () => product.GetDeploymentAsync(id, cancellationToken), cancellationToken);
        return found is null ? null : found.Data ?? throw calls.Unavailable($"deployment {id}: the answer lacks it");
    }

    /// <summary>The supplier's status words, in any case.</summary>
    public static SupplierStatus StatusOf(string? word) => word?.Trim().Replace('_', ' ').ToLowerInvariant() switch
    {
        "deployment requested" or "deploying" => SupplierStatus.Requested,
        "running" => SupplierStatus.Running,
        "termination requested" => SupplierStatus.Closing,
        "completed" or "destroyed" or "terminated" => SupplierStatus.Closed,
        "failed" => SupplierStatus.Failed,
        _ => SupplierStatus.Unrecognised,
    };

    /// <summary>
    /// Every page, or null when the number of items is not what the pages say: something came or went meanwhile and an item may have been
    /// jumped over.
    /// </summary>
    private async Task<IEnumerable<IoNetListedWire>?> TryReadAllAsync(CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, IoNetListedWire>(StringComparer.Ordinal);
        int? total = null;
        for (var page = 0; ; page++)
        {
            var answer = await calls.ReadAsync("deployments", () => product.ListDeploymentsAsync(page, PageSize, cancellationToken), cancellationToken);
            if (answer.Data is not { Deployments: { } items }) { throw calls.Unavailable("deployments: the answer lacks the list"); }
            foreach (var item in items)
            {
                if (item.Id is not { Length: > 0 } id) { throw calls.Unavailable("deployments: one without id"); }
                all[id] = item;
            }
            if (total is not null && answer.Data.Total != total) { return null; }
            total = answer.Data.Total;
            if (items.Count < PageSize) { return total is null || total == all.Count ? all.Values : null; }
        }
    }

    private SupplierInstance Of(IoNetListedWire wire)
    {
        var status = StatusOf(wire.Status);
        return new SupplierInstance(
            wire.Id!, string.IsNullOrEmpty(wire.Name) ? null : wire.Name, status == SupplierStatus.Running ? SupplierStatus.Starting : status,
            wire.Status ?? "(none)", wire.CreatedAt, NvidiaNames.ModelOf(wire.HardwareName), wire.HardwareQuantity,
            PaidUntil: PaidUntil(status, wire.ComputeMinutesRemaining));
    }

    /// <summary>What a deployment shows of itself; the status is that of what runs on it.</summary>
    public SupplierInstance Of(string id, IoNetDetailsWire details, string? name, SupplierStatus status, string raw)
    {
        var said = StatusOf(details.Status);
        var minutes = (details.ComputeMinutesServed ?? 0) + (details.ComputeMinutesRemaining ?? 0);
        var price = details is { AmountPaid: { } paid, TotalGpus: > 0 and var gpus } && minutes > 0 ? paid * 60 / minutes / gpus : (decimal?)null;
        return new SupplierInstance(
            details.Id ?? id, name, status, raw, details.CreatedAt, NvidiaNames.ModelOf(details.HardwareName), details.TotalGpus, price,
            Spent(details, status), PaidUntil(said, details.ComputeMinutesRemaining), Region: details.Locations?.FirstOrDefault()?.Iso2);
    }

    /// <summary>True for a machine's word that it is up.</summary>
    public static bool IsUp(string? word) => word?.Trim().ToLowerInvariant() is "running" or "ready" or "healthy";

    /// <summary>The newest event's message; null = none.</summary>
    public static string? Last(List<IoNetEventWire>? events) => events?.MaxBy(e => e.Time ?? DateTimeOffset.MinValue)?.Message;

    private decimal? Spent(IoNetDetailsWire details, SupplierStatus status)
    {
        var (paid, served, left) = (details.AmountPaid, details.ComputeMinutesServed ?? 0, details.ComputeMinutesRemaining ?? 0);
        return status == SupplierStatus.Closed && options.EarlyRefund == IoNetEarlyRefund.UnusedMinutes && left > 0
            ? paid * Math.Min(served + left, Math.Max(served, MinutesOfFirstHour)) / (served + left) : paid;
    }

    private DateTimeOffset? PaidUntil(SupplierStatus status, int? minutesLeft) =>
        status == SupplierStatus.Running && minutesLeft is { } minutes ? clock.GetUtcNow().AddMinutes(minutes) : null;
}
