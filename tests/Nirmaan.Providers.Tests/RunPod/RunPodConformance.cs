using Nirmaan.Domain.Amounts;
using Nirmaan.Providers.Tests.Conformance;

namespace Nirmaan.Providers.Tests.RunPod;

public sealed class RunPodConformance : HttpConformance
{
    internal static readonly HttpSupplier RunPod = new(
        "RunPod", "runpod", Rig.RunPodKey, "Authorization", "runpod.create-pod", "runpod.pods", "POST /runpod/v2/pods", "GET /runpod/v2/pods", "/runpod/v2/pods", "PROVISIONING",
        """{"name":"nirmaan","status":"PROVISIONING"}""", "7h9k2m4n6p0000",
        (name, env) => SandboxedRequest.Of(SupplierName.RunPod, "rtx-a4000", "NVIDIA RTX A4000@SECURE@US-KS-2x2", name, env));

    protected override HttpSupplier At => RunPod;
}
