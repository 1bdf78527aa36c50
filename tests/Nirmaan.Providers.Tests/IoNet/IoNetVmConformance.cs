using System.Diagnostics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Providers.Tests.Conformance;

namespace Nirmaan.Providers.Tests.IoNet;

public sealed class IoNetVmConformance : HttpConformance
{
    private const string Prefix = "/ionet/enterprise/v1/io-cloud/vmaas";

    private static readonly Lazy<Task<string>> s_key = new(MakeKeyAsync);

    internal static readonly HttpSupplier IoNetVm = new(
        "IoNetVm", "ionet", Rig.IoNetKey, "x-api-key", "ionet.vm-deploy", "ionet.vm-deployments", $"POST {Prefix}/deploy", $"GET {Prefix}/deployments", $"{Prefix}/deployment",
        "deployment requested", """{"status":"deployment requested"}""", "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        (name, env) => SandboxedRequest.Of(SupplierName.IoNetVm, "rtx-a4000", "203@1x2", name, env), Books: "ionet-vm", MayAnswerNothing: true);

    protected override HttpSupplier At => IoNetVm;

    protected override async Task<ISupplierRig> StartAsync(params (string Key, string Value)[] settings) => await StartRigAsync(settings);

    /// <summary>A rig whose adapter has a key for its VMs.</summary>
    internal static async Task<HttpRig> StartRigAsync(params (string Key, string Value)[] settings)
    {
        if (!File.Exists("/usr/sbin/sshd")) { Assert.Skip("There is no /usr/sbin/sshd here (Debian: openssh-server)."); }
        return await HttpRig.StartAsync(
            IoNetVm, [("IdentityFile", await s_key.Value), ("KnownHostsFolder", "{work}/known"), ("TrustFirstHostKey", "true"), ("SetUpTimeout", "00:01:00"), .. settings]);
    }

    internal static Task<string> KeyAsync() => s_key.Value;

    private static async Task<string> MakeKeyAsync()
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"vm-key-{Guid.NewGuid():N}");
        using var process = Process.Start("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "tests", "-f", file]);
        await process.WaitForExitAsync(CancellationToken.None);
        return file;
    }
}
