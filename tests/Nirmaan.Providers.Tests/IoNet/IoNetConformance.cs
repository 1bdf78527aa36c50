using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.Tests.IoNet;

public sealed class IoNetConformance : AdapterConformance
{
    private readonly IoNetDouble _stand = new();

    protected override SupplierDouble Stand => _stand;

    protected override string AliveWord => "running";

    protected override Task<Rig> StartAsync(params (string, string)[] settings) => Rig.IoNetAsync(_stand.Answer, settings);

    protected override RentRequest Request(params (string, string)[] env) => Rig.Request(SupplierName.IoNet, "rtx-a4000", offerKey: "203@1x1", env: env);
}
