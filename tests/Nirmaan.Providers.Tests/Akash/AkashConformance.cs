using Nirmaan.Domain.Amounts;
using Nirmaan.Providers.Tests.Conformance;

namespace Nirmaan.Providers.Tests.Akash;

public sealed class AkashConformance : HttpConformance
{
    protected override HttpSupplier At { get; } = new(
        "Akash", "akash", Rig.AkashKey, "x-api-key", "akash.create-deployment", "akash.deployments", "POST /akash/v1/deployments", "GET /akash/v1/deployments",
        "/akash/v1/deployments", "active", """{"data":{"manifest":"[]"}}""", "123",
        (name, env) => SandboxedRequest.Of(SupplierName.Akash, "rtx-a6000", null, name, env));
}
