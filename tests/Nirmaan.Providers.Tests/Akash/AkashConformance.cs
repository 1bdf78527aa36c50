using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.Tests.Akash;

public sealed class AkashConformance : AdapterConformance
{
    private readonly AkashDouble _stand = new();

    protected override SupplierDouble Stand => _stand;

    protected override string AliveWord => "active";

    protected override Task<Rig> StartAsync(params (string, string)[] settings) => Rig.AkashAsync(_stand.Answer, settings);

    protected override RentRequest Request(params (string, string)[] env) => Rig.Request(SupplierName.Akash, env: env);
}
