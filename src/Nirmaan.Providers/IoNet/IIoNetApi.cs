using System.Text.Json;
using Refit;

namespace Nirmaan.Providers.IoNet;

/// <summary>
/// The calls of io.net's containers as a service that are used here, in its words. Source: io.net's own OpenAPI (prefix
/// <c>/enterprise/v1/io-cloud/caas</c>) and documentation. Reads and extend answer <c>{"data":...}</c>; deploy, change and delete answer bare.
/// </summary>
internal interface IIoNetApi
{
    /// <summary>The catalogue with prices; open to all, without a key. Its envelope has moved before: read as found.</summary>
    [Get("/v1/io-cloud/caas/hardware")]
    Task<JsonDocument?> ReadCatalogueAsync(CancellationToken cancellationToken);

    [Get("/enterprise/v1/io-cloud/caas/hardware/max-gpus-per-container")]
    Task<IoNetData<IoNetMaxGpusWire>?> ReadMaxGpusAsync(CancellationToken cancellationToken);

    [Get("/enterprise/v1/io-cloud/caas/available-replicas")]
    Task<IoNetData<List<IoNetReplicasWire>>?> ListReplicasAsync(
        [AliasAs("hardware_id")] string hardwareId, [AliasAs("hardware_qty")] int gpusPerContainer, CancellationToken cancellationToken);

    /// <summary>Total of a deployment, for all replicas and hours.</summary>
    /// <param name="locationIds">A JSON list as text, such as <c>[1]</c>.</param>
    [Get("/enterprise/v1/io-cloud/caas/price")]
    Task<IoNetData<IoNetPriceWire>?> ReadPriceAsync(
        [AliasAs("location_ids")] string locationIds, [AliasAs("hardware_id")] string hardwareId, [AliasAs("duration_hours")] int hours,
        [AliasAs("gpus_per_container")] int gpusPerContainer, [AliasAs("replica_count")] int replicas, CancellationToken cancellationToken);

    /// <summary>Not idempotent, and there is no key to make it so.</summary>
    [Post("/enterprise/v1/io-cloud/caas/deploy")]
    Task<IoNetAcceptedWire?> DeployAsync([Body] IoNetDeployBody body, CancellationToken cancellationToken);

    /// <summary>Pages count from 0.</summary>
    [Get("/enterprise/v1/io-cloud/caas/deployments")]
    Task<IoNetData<IoNetDeploymentsWire>?> ListDeploymentsAsync([Query] int page, [AliasAs("page_size")] int pageSize, CancellationToken cancellationToken);

    [Get("/enterprise/v1/io-cloud/caas/deployment/{id}")]
    Task<IoNetData<IoNetDetailsWire>?> GetDeploymentAsync(string id, CancellationToken cancellationToken);

    [Get("/enterprise/v1/io-cloud/caas/deployment/{id}/containers")]
    Task<IoNetData<IoNetContainersWire>?> ListContainersAsync(
        string id, [Query] int page, [AliasAs("page_size")] int pageSize, CancellationToken cancellationToken);

    /// <summary>A server-sent event stream that does not end. Dispose the answer.</summary>
    [Get("/enterprise/v1/io-cloud/caas/deployment/{id}/log/{container}")]
    Task<HttpResponseMessage> OpenLogAsync(string id, string container, [Query] string stream, CancellationToken cancellationToken);

    /// <summary>Flat, without the container_config of a deploy.</summary>
    [Patch("/enterprise/v1/io-cloud/caas/deployment/{id}")]
    Task<IoNetAcceptedWire?> ChangeAsync(string id, [Body] IoNetChangeBody body, CancellationToken cancellationToken);

    [Post("/enterprise/v1/io-cloud/caas/deployment/{id}/extend")]
    Task<IoNetData<IoNetDetailsWire>?> ExtendAsync(string id, [Body] IoNetExtendBody body, CancellationToken cancellationToken);

    /// <summary>A request: the deployment is gone when its status says so.</summary>
    [Delete("/enterprise/v1/io-cloud/caas/deployment/{id}")]
    Task<IoNetAcceptedWire?> DestroyAsync(string id, CancellationToken cancellationToken);
}
