using System.Globalization;
using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.RunPod;

/// <summary>Reads what is on the account.</summary>
internal sealed class RunPodInventory(IRunPodApi api, SupplierCalls calls, RunPodOptions options, RunPodBilling billing)
{
    /// <summary>All pods that are not over; members of clusters are other people's work and not among them.</summary>
    /// <exception cref="SupplierUnavailableException">Not readable.</exception>
    public async Task<IReadOnlyList<SupplierInstance>> ListAsync(CancellationToken cancellationToken)
    {
        var answer = await calls.ReadAsync("pods", () => api.ListAsync(cancellationToken), cancellationToken);
        if (answer.Pods is not { } pods) { throw calls.Unavailable("pods: the answer lacks the list"); }
        if (pods.Exists(p => string.IsNullOrEmpty(p.Id))) { throw calls.Unavailable("pods: one without id"); }
        return [.. pods.Select(p => Of(p, null)).Where(i => i.Status != SupplierStatus.Closed)];
    }

    /// <summary>One pod with what it cost so far; null = the supplier says there is none.</summary>
    public async Task<SupplierInstance?> FindAsync(string id, CancellationToken cancellationToken) => await ReadAsync(id, cancellationToken) is { } pod
        ? Of(pod, pod.CreatedAt is { } start ? await billing.SpentAsync(id, start, cancellationToken) : null) : null;

    /// <summary>One pod as it is; null = the supplier says there is none.</summary>
    public async Task<RunPodPodWire?> ReadAsync(string id, CancellationToken cancellationToken)
    {
        var found = await calls.FindAsync($"pod {id}", () => api.GetAsync(id, cancellationToken), cancellationToken);
        return found is { Id: not { Length: > 0 } } ? throw calls.Unavailable($"pod {id}: the answer lacks it") : found;
    }

    /// <summary>The supplier's status words. A stopped pod has given its GPUs back and still pays for its disk; one in error is not over either.</summary>
    public static SupplierStatus StatusOf(string? word) => word?.Trim().ToUpperInvariant() switch
    {
        "PROVISIONING" => SupplierStatus.Requested,
        "STARTING" => SupplierStatus.Starting,
        "RUNNING" => SupplierStatus.Running,
        "EXITED" or "ERROR" => SupplierStatus.Lost,
        "TERMINATED" => SupplierStatus.Closed,
        _ => SupplierStatus.Unrecognised,
    };

    private SupplierInstance Of(RunPodPodWire pod, decimal? spent)
    {
        var status = StatusOf(pod.Status);
        return new SupplierInstance(
            pod.Id!, string.IsNullOrEmpty(pod.Name) ? null : pod.Name, status, pod.Status ?? "(none)", pod.CreatedAt, RunPodGpus.ModelOf(pod.Gpu?.Id), pod.Gpu?.Count,
            pod is { Cost: > 0 and var cost, Gpu.Count: > 0 and var gpus } ? cost / gpus : null, spent, Region: pod.DataCenterId,
            Endpoint: status == SupplierStatus.Running ? Endpoint(pod) : null);
    }

    /// <summary>The first HTTP port, where the agent is: RunPod's proxy shows it under the pod's id.</summary>
    private string? Endpoint(RunPodPodWire pod)
    {
        var port = pod.Ports?.Select(p => p.Split('/')).FirstOrDefault(p => p is [_, "http"])?[0];
        return int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? options.Proxied(pod.Id!, number) : null;
    }
}

/// <summary>
/// What pods cost by RunPod's own bill. One read tells it for the whole account, so it is kept for a while; a bill that cannot be read is an
/// unknown cost, and no reason not to see the pod.
/// </summary>
internal sealed class RunPodBilling(IRunPodApi api, SupplierCalls calls, RunPodOptions options, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private (DateTimeOffset ReadAt, DateTimeOffset From, IReadOnlyDictionary<string, decimal> Spent)? _bill;

    /// <summary>USD since the pod began; null = the bill cannot be read, or does not know the pod yet.</summary>
    /// <param name="afresh">What was read a moment ago does not do.</param>
    public async Task<decimal?> SpentAsync(string pod, DateTimeOffset start, CancellationToken cancellationToken, bool afresh = false)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (_bill is not { } bill || bill.From > start || now - bill.ReadAt > (afresh ? TimeSpan.Zero : options.BillingAge) || now < bill.ReadAt)
            {
                // A pod that began before the bill does would be billed in part only.
                var from = _bill is { } old && old.From < start ? old.From : start;
                var text = from.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
                var answer = await calls.ReadAsync("billing", () => api.ReadBillingAsync(text, cancellationToken), cancellationToken);
                _bill = bill = (now, from, (answer.Records ?? []).Where(r => r.PodId is not null && r.TotalAmount is not null)
                    .GroupBy(r => r.PodId!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(r => r.TotalAmount!.Value)));
            }
            return bill.Spent.TryGetValue(pod, out var spent) ? spent : null;
        }
        catch (SupplierUnavailableException) { return null; }
        finally { _one.Release(); }
    }

    /// <inheritdoc />
    public void Dispose() => _one.Dispose();
}
