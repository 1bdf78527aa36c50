using Nirmaan.Domain.Amounts;
using Nirmaan.Providers.Tests.Conformance;

namespace Nirmaan.Providers.Tests.IoNet;

public sealed class IoNetConformance : HttpConformance
{
    private const string Prefix = "/ionet/enterprise/v1/io-cloud/caas";

    protected override HttpSupplier At { get; } = new(
        "IoNet", "ionet", Rig.IoNetKey, "x-api-key", "ionet.deploy", "ionet.deployments", $"POST {Prefix}/deploy", $"GET {Prefix}/deployments", $"{Prefix}/deployment",
        "deployment requested", """{"status":"deployment requested"}""", "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        (name, env) => SandboxedRequest.Of(SupplierName.IoNet, "rtx-a4000", "203@1x2", name, env));
}
