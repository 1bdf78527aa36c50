using Nirmaan.Providers.Tests.Conformance;

namespace Nirmaan.Providers.Tests.Ssh;

public sealed class SshConformance : SupplierConformance
{
    protected override async Task<ISupplierRig> StartAsync(params (string Key, string Value)[] settings) => await SshRig.StartAsync(settings);
}
