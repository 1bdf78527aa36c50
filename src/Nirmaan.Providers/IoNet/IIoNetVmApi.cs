using System.Text.Json;
using Refit;

namespace Nirmaan.Providers.IoNet;

/// <summary>
/// The calls of io.net's virtual machines that are used here, in its words. Source: io.net's own OpenAPI and documentation (prefix
/// <c>/enterprise/v1/io-cloud/vmaas</c>). Answers of deploy and destroy are not declared there. There is no log, no exec and no user data:
/// whatever runs on a VM is brought by ssh.
/// </summary>
internal interface IIoNetVmApi
{
    /// <summary>The catalogue with prices.</summary>
    [Get("/enterprise/v1/io-cloud/vmaas/hardware")]
    Task<JsonDocument?> ReadCatalogueAsync(CancellationToken cancellationToken);

    [Get("/enterprise/v1/io-cloud/vmaas/hardware/max-gpus-per-vm")]
    Task<IoNetData<IoNetMaxGpusWire>?> ReadMaxGpusAsync(CancellationToken cancellationToken);

    [Get("/enterprise/v1/io-cloud/vmaas/available-vms")]
    Task<IoNetData<List<IoNetReplicasWire>>?> ListVmsToHaveAsync(
        [AliasAs("hardware_id")] string hardwareId, [AliasAs("hardware_qty")] int gpusPerVm, CancellationToken cancellationToken);

    /// <summary>Total of a deployment, for all VMs and hours, paid in credits.</summary>
    /// <param name="locationIds">A JSON list as text, such as <c>[1]</c>.</param>
    [Get("/enterprise/v1/io-cloud/vmaas/price?currency=usdc")]
    Task<IoNetData<IoNetPriceWire>?> ReadPriceAsync(
        [AliasAs("location_ids")] string locationIds, [AliasAs("hardware_id")] string hardwareId, [AliasAs("duration_hours")] int hours,
        [AliasAs("gpus_per_vm")] int gpusPerVm, [AliasAs("replica_count")] int vms, CancellationToken cancellationToken);

    /// <summary>Not idempotent, and there is no key to make it so. Clients have met answers without a body.</summary>
    [Post("/enterprise/v1/io-cloud/vmaas/deploy")]
    Task<IoNetAcceptedWire?> DeployAsync([Body] IoNetVmDeployBody body, CancellationToken cancellationToken);

    /// <summary>Pages count from 0.</summary>
    [Get("/enterprise/v1/io-cloud/vmaas/deployments")]
    Task<IoNetData<IoNetDeploymentsWire>?> ListDeploymentsAsync([Query] int page, [AliasAs("page_size")] int pageSize, CancellationToken cancellationToken);

    [Get("/enterprise/v1/io-cloud/vmaas/deployment/{id}")]
    Task<IoNetData<IoNetDetailsWire>?> GetDeploymentAsync(string id, CancellationToken cancellationToken);

    [Get("/enterprise/v1/io-cloud/vmaas/deployment/{id}/vms")]
    Task<IoNetData<IoNetVmsWire>?> ListVmsAsync(string id, [Query] int page, [AliasAs("page_size")] int pageSize, CancellationToken cancellationToken);

    [Post("/enterprise/v1/io-cloud/vmaas/deployment/{id}/extend")]
    Task<IoNetData<IoNetDetailsWire>?> ExtendAsync(string id, [Body] IoNetExtendBody body, CancellationToken cancellationToken);

    /// <summary>A request: the deployment is gone when its status says so.</summary>
    [Delete("/enterprise/v1/io-cloud/vmaas/deployment/{id}")]
    Task<IoNetAcceptedWire?> DestroyAsync(string id, CancellationToken cancellationToken);
}
