using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.IoNet;

/// <summary>Reads the containers on the account.</summary>
internal sealed class IoNetInventory(IIoNetApi api, IoNetDeployments deployments, SupplierCalls calls)
{
    private const int PageSize = 100;

    /// <summary>All that is not over, without a look into containers.</summary>
    /// <exception cref="SupplierUnavailableException">Not readable, or it never stands still.</exception>
    public Task<IReadOnlyList<SupplierInstance>> ListAsync(CancellationToken cancellationToken) => deployments.ListAsync(cancellationToken);

    /// <summary>One deployment with its container; null = the supplier says there is none.</summary>
    public async Task<SupplierInstance?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await ReadDetailsAsync(id, cancellationToken) is not { } details) { return null; }
        var said = IoNetDeployments.StatusOf(details.Status);
        var worker = said == SupplierStatus.Running ? await ReadWorkerAsync(id, cancellationToken) : null;
        var status = said == SupplierStatus.Running && !IsUp(worker) ? SupplierStatus.Starting : said;
        return deployments.Of(id, details, details.ContainerConfig?.EnvVariables?.GetValueOrDefault(RentEnv.Marker), status, Raw(details, worker)) with
        {
            Provider = worker?.DeviceId,
            Endpoint = Endpoint(worker?.PublicUrl),
            Reason = status == SupplierStatus.Running ? null : IoNetDeployments.Last(worker?.ContainerEvents),
        };
    }

    /// <summary>The details of one; null = the supplier says there is none.</summary>
    public Task<IoNetDetailsWire?> ReadDetailsAsync(string id, CancellationToken cancellationToken) => deployments.ReadDetailsAsync(id, cancellationToken);

    /// <summary>The one container of a deployment of ours; null = not there yet.</summary>
    public async Task<IoNetWorkerWire?> ReadWorkerAsync(string id, CancellationToken cancellationToken)
    {
        var found = await calls.FindAsync($"containers of {id}", () => api.ListContainersAsync(id, 0, PageSize, cancellationToken), cancellationToken);
        return found?.Data?.Workers?.FirstOrDefault();
    }

    private static bool IsUp(IoNetWorkerWire? worker) => worker is { PublicUrl.Length: > 0 } && IoNetDeployments.IsUp(worker.Status);

    private static string Raw(IoNetDetailsWire details, IoNetWorkerWire? worker) => worker is null ? details.Status ?? "(none)"
        : $"{details.Status}, container {worker.Status ?? "(none)"}{(string.IsNullOrEmpty(worker.PublicUrl) ? ", no url" : "")}";

    private static string? Endpoint(string? url) =>
        string.IsNullOrEmpty(url) ? null : url.Contains("://", StringComparison.Ordinal) ? url : "https://" + url;
}
