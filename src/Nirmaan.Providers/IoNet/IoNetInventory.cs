using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.IoNet;

/// <summary>Reads what is on the account.</summary>
internal sealed class IoNetInventory(IIoNetApi api, SupplierCalls calls, IoNetOptions options, TimeProvider clock)
{
    private const int PageSize = 100;
    private const int MaxRestarts = 3;
    private const int MinutesOfFirstHour = 60;

    /// <summary>All that is not over. A list does not look into containers: what runs is <see cref="SupplierStatus.Starting"/> here.</summary>
    /// <exception cref="SupplierUnavailableException">Not readable, or it never stands still.</exception>
    public async Task<IReadOnlyList<SupplierInstance>> ListAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt <= MaxRestarts; attempt++)
        {
            if (await TryReadAllAsync(cancellationToken) is { } all) { return [.. all.Select(Of).Where(i => i.Status != SupplierStatus.Closed)]; }
        }
        throw calls.Unavailable("deployments: the list changes faster than it can be read");
    }

    /// <summary>One deployment with its container; null = the supplier says there is none.</summary>
    public async Task<SupplierInstance?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await ReadDetailsAsync(id, cancellationToken) is not { } details) { return null; }
        var status = StatusOf(details.Status);
        return Of(id, details, status == SupplierStatus.Running ? await ReadWorkerAsync(id, cancellationToken) : null);
    }

    /// <summary>The details of one; null = the supplier says there is none.</summary>
    public async Task<IoNetDetailsWire?> ReadDetailsAsync(string id, CancellationToken cancellationToken)
    {
        var found = await calls.FindAsync($"deployment {id}", () => api.GetDeploymentAsync(id, cancellationToken), cancellationToken);
        return found is null ? null : found.Data ?? throw calls.Unavailable($"deployment {id}: the answer lacks it");
    }

    /// <summary>The one container of a deployment of ours; null = not there yet.</summary>
    public async Task<IoNetWorkerWire?> ReadWorkerAsync(string id, CancellationToken cancellationToken)
    {
        var found = await calls.FindAsync($"containers of {id}", () => api.ListContainersAsync(id, 0, PageSize, cancellationToken), cancellationToken);
        return found?.Data?.Workers?.FirstOrDefault();
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
            var answer = await calls.ReadAsync("deployments", () => api.ListDeploymentsAsync(page, PageSize, cancellationToken), cancellationToken);
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

    private SupplierInstance Of(string id, IoNetDetailsWire details, IoNetWorkerWire? worker)
    {
        var said = StatusOf(details.Status);
        var status = said == SupplierStatus.Running && !IsUp(worker) ? SupplierStatus.Starting : said;
        var minutes = (details.ComputeMinutesServed ?? 0) + (details.ComputeMinutesRemaining ?? 0);
        var price = details is { AmountPaid: { } paid, TotalGpus: > 0 and var gpus } && minutes > 0 ? paid * 60 / minutes / gpus : (decimal?)null;
        return new SupplierInstance(
            details.Id ?? id, details.ContainerConfig?.EnvVariables?.GetValueOrDefault(RentEnv.Marker), status, Raw(details, worker), details.CreatedAt,
            NvidiaNames.ModelOf(details.HardwareName), details.TotalGpus, price, Spent(details, status), PaidUntil(said, details.ComputeMinutesRemaining),
            worker?.DeviceId, details.Locations?.FirstOrDefault()?.Iso2, Endpoint(worker?.PublicUrl),
            status == SupplierStatus.Running ? null : LastEvent(worker));
    }

    private static bool IsUp(IoNetWorkerWire? worker) =>
        worker is { PublicUrl.Length: > 0 } && worker.Status?.Trim().ToLowerInvariant() is "running" or "ready" or "healthy";

    private static string Raw(IoNetDetailsWire details, IoNetWorkerWire? worker) => worker is null ? details.Status ?? "(none)"
        : $"{details.Status}, container {worker.Status ?? "(none)"}{(string.IsNullOrEmpty(worker.PublicUrl) ? ", no url" : "")}";

    private static string? LastEvent(IoNetWorkerWire? worker) => worker?.ContainerEvents?.MaxBy(e => e.Time ?? DateTimeOffset.MinValue)?.Message;

    private static string? Endpoint(string? url) =>
        string.IsNullOrEmpty(url) ? null : url.Contains("://", StringComparison.Ordinal) ? url : "https://" + url;

    private decimal? Spent(IoNetDetailsWire details, SupplierStatus status)
    {
        var (paid, served, left) = (details.AmountPaid, details.ComputeMinutesServed ?? 0, details.ComputeMinutesRemaining ?? 0);
        return status == SupplierStatus.Closed && options.EarlyRefund == IoNetEarlyRefund.UnusedMinutes && left > 0
            ? paid * Math.Min(served + left, Math.Max(served, MinutesOfFirstHour)) / (served + left) : paid;
    }

    private DateTimeOffset? PaidUntil(SupplierStatus status, int? minutesLeft) =>
        status == SupplierStatus.Running && minutesLeft is { } minutes ? clock.GetUtcNow().AddMinutes(minutes) : null;
}
