using System.Text.Json;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Providers.IoNet;

/// <summary>What io.net's containers and VMs have in common: a shop, and deployments that are paid ahead. Paths and a few names differ.</summary>
internal interface IIoNetProduct
{
    SupplierName Supplier { get; }

    /// <summary>Its name for people.</summary>
    string Label { get; }

    Task<JsonDocument?> ReadCatalogueAsync(CancellationToken cancellationToken);

    Task<IoNetData<IoNetMaxGpusWire>?> ReadMaxGpusAsync(CancellationToken cancellationToken);

    Task<IoNetData<List<IoNetReplicasWire>>?> ListReplicasAsync(string hardwareId, int gpus, CancellationToken cancellationToken);

    Task<IoNetData<IoNetPriceWire>?> ReadPriceAsync(string locationIds, string hardwareId, int hours, int gpus, int replicas, CancellationToken cancellationToken);

    Task<IoNetData<IoNetDeploymentsWire>?> ListDeploymentsAsync(int page, int pageSize, CancellationToken cancellationToken);

    Task<IoNetData<IoNetDetailsWire>?> GetDeploymentAsync(string id, CancellationToken cancellationToken);

    Task<IoNetData<IoNetDetailsWire>?> ExtendAsync(string id, IoNetExtendBody body, CancellationToken cancellationToken);

    /// <summary>Gives a deployment back; what the answer means is the product's.</summary>
    Task<Domain.Fleet.Effect> DestroyAsync(string id, CancellationToken cancellationToken);
}

/// <summary>Containers as a service.</summary>
internal sealed class IoNetContainers(IIoNetApi api) : IIoNetProduct
{
    public SupplierName Supplier => SupplierName.IoNet;

    public string Label => "io.net";

    public Task<JsonDocument?> ReadCatalogueAsync(CancellationToken cancellationToken) => api.ReadCatalogueAsync(cancellationToken);

    public Task<IoNetData<IoNetMaxGpusWire>?> ReadMaxGpusAsync(CancellationToken cancellationToken) => api.ReadMaxGpusAsync(cancellationToken);

    public Task<IoNetData<List<IoNetReplicasWire>>?> ListReplicasAsync(string hardwareId, int gpus, CancellationToken cancellationToken) =>
        api.ListReplicasAsync(hardwareId, gpus, cancellationToken);

    public Task<IoNetData<IoNetPriceWire>?> ReadPriceAsync(string locationIds, string hardwareId, int hours, int gpus, int replicas, CancellationToken cancellationToken) =>
        api.ReadPriceAsync(locationIds, hardwareId, hours, gpus, replicas, cancellationToken);

    public Task<IoNetData<IoNetDeploymentsWire>?> ListDeploymentsAsync(int page, int pageSize, CancellationToken cancellationToken) =>
        api.ListDeploymentsAsync(page, pageSize, cancellationToken);

    public Task<IoNetData<IoNetDetailsWire>?> GetDeploymentAsync(string id, CancellationToken cancellationToken) => api.GetDeploymentAsync(id, cancellationToken);

    public Task<IoNetData<IoNetDetailsWire>?> ExtendAsync(string id, IoNetExtendBody body, CancellationToken cancellationToken) =>
        api.ExtendAsync(id, body, cancellationToken);

    public async Task<Domain.Fleet.Effect> DestroyAsync(string id, CancellationToken cancellationToken) =>
        IoNetOrders.Accepted(await api.DestroyAsync(id, cancellationToken), id);
}
