using System.Text.Json;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.IoNet;

/// <summary>Virtual machines.</summary>
internal sealed class IoNetVms(IIoNetVmApi api) : IIoNetProduct
{
    public SupplierName Supplier => SupplierName.IoNetVm;

    public string Label => "io.net VM";

    public Task<JsonDocument?> ReadCatalogueAsync(CancellationToken cancellationToken) => api.ReadCatalogueAsync(cancellationToken);

    public Task<IoNetData<IoNetMaxGpusWire>?> ReadMaxGpusAsync(CancellationToken cancellationToken) => api.ReadMaxGpusAsync(cancellationToken);

    public Task<IoNetData<List<IoNetReplicasWire>>?> ListReplicasAsync(string hardwareId, int gpus, CancellationToken cancellationToken) =>
        api.ListVmsToHaveAsync(hardwareId, gpus, cancellationToken);

    public Task<IoNetData<IoNetPriceWire>?> ReadPriceAsync(string locationIds, string hardwareId, int hours, int gpus, int replicas, CancellationToken cancellationToken) =>
        api.ReadPriceAsync(locationIds, hardwareId, hours, gpus, replicas, cancellationToken);

    public Task<IoNetData<IoNetDeploymentsWire>?> ListDeploymentsAsync(int page, int pageSize, CancellationToken cancellationToken) =>
        api.ListDeploymentsAsync(page, pageSize, cancellationToken);

    public Task<IoNetData<IoNetDetailsWire>?> GetDeploymentAsync(string id, CancellationToken cancellationToken) => api.GetDeploymentAsync(id, cancellationToken);

    public Task<IoNetData<IoNetDetailsWire>?> ExtendAsync(string id, IoNetExtendBody body, CancellationToken cancellationToken) =>
        api.ExtendAsync(id, body, cancellationToken);

    public async Task<Effect> DestroyAsync(string id, CancellationToken cancellationToken) =>
        // No answer is declared, so a good status without a body is all that may be expected.
        await api.DestroyAsync(id, cancellationToken) is { } answer ? IoNetOrders.Accepted(answer, id) : new Effect.Done(id);
}
