using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;
using Nirmaan.Web.Components.Fleet;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class LaunchFormTests
{
    private static LaunchForm Filled() => new() { Workload = "heurist-sd", Count = "3", Max = "0.55", Gpu = "rtx-a6000", Supplier = "akash", Region = "US", Reason = " for the weekend " };

    [Theory]
    [InlineData("", "1", "0.5", "workload")]
    [InlineData("heurist-sd", "0", "0.5", "count")]
    [InlineData("heurist-sd", "1.5", "0.5", "count")]
    [InlineData("heurist-sd", "-2", "0.5", "count")]
    [InlineData("heurist-sd", "1", null, "maxUsdPerGpuHour")]
    [InlineData("heurist-sd", "1", "0", "maxUsdPerGpuHour")]
    [InlineData("heurist-sd", "1", "0,55", "maxUsdPerGpuHour")]
    [InlineData("heurist-sd", "1", "1000.01", "maxUsdPerGpuHour")]
    public void What_cannot_be_planned_is_said_at_its_field(string workload, string count, string? max, string field) =>
        new LaunchForm { Workload = workload, Count = count, Max = max }.Faults().Keys.ShouldBe([field]);

    [Fact]
    public void What_was_typed_is_what_is_asked_for() => Filled().ToRequest().ShouldSatisfyAllConditions(
        r => (r.Workload, r.Count, r.MaxUsdPerGpuHour).ShouldBe((new WorkloadName("heurist-sd"), 3, 0.55m)),
        r => (r.Gpu, r.Provider, r.Region).ShouldBe((new GpuModel("rtx-a6000"), SupplierName.Akash, "US")),
        r => r.Reason.ShouldBe("for the weekend"));

    [Fact]
    public void A_named_offer_leaves_nothing_to_narrow()
    {
        var form = Filled();
        form.OfferId = Guid.CreateVersion7();
        form.ToRequest().ShouldSatisfyAllConditions(r => r.OfferId.ShouldBe(new OfferId(form.OfferId.Value)), r => (r.Gpu, r.Provider, r.Region).ShouldBe((null, null, null)));
    }

    [Fact]
    public void A_relaxed_search_raises_the_ceiling_and_never_lowers_it()
    {
        var form = Filled();
        form.Take(new OfferFilter { MaxUsdPerGpuHour = 0.40m });
        form.Max.ShouldBe("0.55");
        form.Take(new OfferFilter { MaxUsdPerGpuHour = 0.85m });
        form.Max.ShouldBe("0.85");
    }

    [Fact]
    public void A_relaxed_search_takes_its_narrowing_over()
    {
        var form = Filled();
        form.Take(new OfferFilter { Supplier = SupplierName.Akash });
        (form.Gpu, form.Supplier, form.Region).ShouldBe((null, "akash", null));
    }
}
