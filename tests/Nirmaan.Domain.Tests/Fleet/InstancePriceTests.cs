using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Domain.Tests.Fleet;

public sealed class InstancePriceTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_price_without_an_end_is_kept_to_eight_digits()
    {
        var wish = new InstanceWish(SupplierName.IoNet, new GpuModel("rtx-4090"), 1, null, null, null, 1m, 4);
        var instance = new Instance(InstanceId.New(s_now), wish, new WorkloadName("heurist-sd"), null, 1m / 3, "k", s_now);
        instance.UsdPerGpuHour.ShouldBe(0.33333333m);
    }
}
