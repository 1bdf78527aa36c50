using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;

namespace Nirmaan.Domain.Tests.Market;

public sealed class OfferSearchTests
{
    private static readonly Dictionary<SupplierName, SupplierAbilities> s_abilities = new()
    {
        [SupplierName.Akash] = new SupplierAbilities(false, true, 8, "test"), [SupplierName.IoNet] = new SupplierAbilities(false, true, 8, "test"),
    };

    [Fact]
    public void An_offer_that_would_fail_another_test_is_no_relaxation()
    {
        var step = Search(new OfferFilter(Gpu: new GpuModel("rtx-a6000"), MinVramGb: 40), Offer("small", "rtx-3060", 0.05m), Offer("big", "l40s", 0.9m)).Funnel.Single();
        step.Dropped.ShouldBe(2);
        step.CheapestRelaxation.ShouldBe("L40S at $0.9000/GPU-h gives 1 more");
        step.Relaxed!.Gpu.ShouldBe(new GpuModel("l40s"));
    }

    [Fact]
    public void Nothing_is_promised_where_no_change_of_the_search_helps() =>
        Search(new OfferFilter(Gpu: new GpuModel("rtx-a6000"), MinVramGb: 40), Offer("small", "rtx-3060", 0.05m)).Funnel.Single().ShouldBe(new FunnelStep("gpu", 1, null));

    [Fact]
    public void A_dearer_ceiling_is_the_least_that_gives_one_more()
    {
        var step = Search(new OfferFilter(MaxUsdPerGpuHour: 0.4m), Offer("b", "l40s", 0.52m, available: 3), Offer("c", "l40s", 0.9m)).Funnel.Single();
        step.CheapestRelaxation.ShouldBe("+$0.1200/GPU-h gives 3 more at $0.5200");
        step.Relaxed!.MaxUsdPerGpuHour.ShouldBe(0.52m);
    }

    [Fact]
    public void Every_relaxation_lets_through_what_it_promises()
    {
        Offer[] offers = [Offer("a", "rtx-a4000", 0.2m, 4, "us"), Offer("b", "l40s", 0.8m, 2, "de"), Offer("c", "rtx-a6000", 0.45m, 5, "fr"), Offer("d", "rtx-a6000", 0.6m, 1, "us", SupplierName.IoNet)];
        OfferFilter[] asks =
        [
            new(Region: "us"), new(MaxUsdPerGpuHour: 0.1m), new(MinVramGb: 100), new(Gpu: new GpuModel("h100-sxm")), new(Supplier: SupplierName.IoNet, MaxUsdPerGpuHour: 0.7m), new(OfferId: offers[0].Id),
        ];
        var promises = 0;
        foreach (var ask in asks)
        {
            var before = Search(ask, offers).Eligible.ToList();
            foreach (var step in Search(ask, offers).Funnel.Where(s => s.Relaxed is not null))
            {
                Search(step.Relaxed!, offers).Eligible.Except(before).ShouldNotBeEmpty($"{step.Reason}: {step.CheapestRelaxation}");
                promises++;
            }
        }
        promises.ShouldBeGreaterThan(5);
    }

    [Fact]
    public void Unknown_memory_is_not_trusted_to_hold_a_model() =>
        Search(new OfferFilter(MinVramGb: 8), Offer("x", "gpu-nobody-knows", 0.1m)).Verdicts.Single().RejectedFor.ShouldBe("vram");

    [Fact]
    public void An_unknown_price_is_not_cheap() =>
        Search(new OfferFilter(MaxUsdPerGpuHour: 1), Offer("x", "l40s", null)).Verdicts.Single().RejectedFor.ShouldBe("price unknown");

    private static OfferSearchResult Search(OfferFilter filter, params Offer[] offers) => OfferSearch.Run(offers, filter, s_abilities, ProviderStandings.None, 0.95m, requirePermission: true);

    private static Offer Offer(string key, string gpu, decimal? price, int available = 1, string region = "us", SupplierName? supplier = null) =>
        new(OfferId.New(Some.Noon), supplier ?? SupplierName.Akash, new OfferQuote(key, key, key, new GpuModel(gpu), 8, null, price, PriceKind.Quoted, region, available, 0.99m), Some.Noon);
}
