using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Domain.Tests.Market;

public sealed class ProviderStandingTests
{
    private static readonly Dictionary<SupplierName, SupplierAbilities> s_abilities = new[] { SupplierName.Akash, SupplierName.IoNet }.ToDictionary(s => s, _ => new SupplierAbilities(false, true, 8, "test"));

    [Fact]
    public void Nothing_measured_is_what_is_expected_of_anybody() => Score(0, 0).UsefulShare.ShouldBe(ProviderScore.Expected);

    [Fact]
    public void A_day_in_vain_halves_a_name_and_a_month_in_vain_ruins_it()
    {
        Score(24, 0).UsefulShare.ShouldBe(0.475m);
        Score(720, 0).UsefulShare.ShouldBeLessThan(0.04m);
    }

    [Fact]
    public void More_useful_hours_of_the_same_billed_ones_never_lower_a_name()
    {
        var random = new Random(7);
        for (var i = 0; i < 500; i++)
        {
            decimal billed = random.Next(0, 5000), less = billed * random.Next(0, 100) / 100, more = less + (billed - less) * random.Next(0, 100) / 100;
            Score(billed, more).UsefulShare.ShouldBeGreaterThanOrEqualTo(Score(billed, less).UsefulShare);
            Score(billed, more).UsefulShare.ShouldBeInRange(0.02m, 1);
        }
    }

    [Fact]
    public void A_cheap_machine_that_is_rarely_up_comes_after_a_dearer_one_that_is()
    {
        var (cheap, dear) = (Offer("cheap", 0.30m), Offer("dear", 0.40m));
        var standings = new ProviderStandings(new Dictionary<ProviderKey, ProviderStanding> { [new ProviderKey(SupplierName.Akash, "cheap")] = new(0.6m, null) });
        Search([cheap, dear], standings).Eligible.ShouldBe([dear, cheap]);
        Search([cheap, dear], ProviderStandings.None).Eligible.ShouldBe([cheap, dear]);
    }

    [Fact]
    public void A_blocked_provider_drops_out_with_its_reason()
    {
        var standings = new ProviderStandings(new Dictionary<ProviderKey, ProviderStanding> { [new ProviderKey(SupplierName.Akash, "bad")] = new(0.95m, "blocked until noon") });
        var found = Search([Offer("bad", 0.3m, 4), Offer("good", 0.4m)], standings);
        found.Eligible.Single().Key.ShouldBe("good");
        found.Funnel.Single().ShouldSatisfyAllConditions(s => s.Reason.ShouldBe("blocked"), s => s.Dropped.ShouldBe(4));
    }

    [Fact]
    public void What_refused_us_is_one_more_step_of_the_funnel()
    {
        var found = Search([Offer("a", 0.3m, 4), Offer("b", 0.4m)], ProviderStandings.None).Without(o => o.Key == "a", "refused us");
        found.Eligible.Single().Key.ShouldBe("b");
        found.NotHad(Some.Noon).ShouldSatisfyAllConditions(n => n.Seen.ShouldBe(5), n => n.Funnel.ShouldBe([new FunnelStep("refused us", 4, null)]));
    }

    [Theory]
    [InlineData(Failover.Elsewhere, "a", "akash/b")]
    [InlineData(Failover.SameSupplier, "a", "akash/b")]
    [InlineData(Failover.Elsewhere, "b", "akash/a")]
    [InlineData(Failover.SameSupplier, "elsewhere-now-gone", "akash/a")]
    public void The_provider_that_lost_a_machine_comes_last(Failover failover, string lostAt, string chosen) => Chosen(failover, new ProviderKey(SupplierName.Akash, lostAt)).ShouldBe(chosen);

    [Theory]
    [InlineData(Failover.Elsewhere, "akash/a")]
    [InlineData(Failover.SameSupplier, "ionet/ionet")]
    public void A_template_may_keep_to_the_supplier_that_lost_its_machine(Failover failover, string chosen) => Chosen(failover, new ProviderKey(SupplierName.IoNet, SupplierName.IoNet.Value)).ShouldBe(chosen);

    [Fact]
    public void Who_lost_it_is_still_better_than_none() => Replacements.Choose([Offer("a", 0.3m)], new ProviderKey(SupplierName.Akash, "a"), Failover.Elsewhere)!.Key.ShouldBe("a");

    private static string Chosen(Failover failover, ProviderKey lostAt) =>
        Replacements.Choose([Offer("a", 0.3m), Offer("b", 0.4m), Offer(SupplierName.IoNet.Value, 0.5m, 1, SupplierName.IoNet)], lostAt, failover) is { } o ? $"{o.Supplier}/{o.Provider}" : "none";

    private static OfferSearchResult Search(IEnumerable<Offer> offers, ProviderStandings standings) => OfferSearch.Run(offers, new OfferFilter(), s_abilities, standings, 0.95m, requirePermission: true);

    private static Offer Offer(string provider, decimal price, int available = 1, SupplierName? supplier = null) =>
        new(OfferId.New(Some.Noon), supplier ?? SupplierName.Akash, new OfferQuote(provider, provider, provider, new GpuModel("rtx-a6000"), 8, null, price, PriceKind.Quoted, "us", available, 0.99m), Some.Noon);

    private static ProviderScore Score(decimal billed, decimal useful) => new(new ProviderKey(SupplierName.Akash, "p"), 0, 0, 1, 1, 0, null, billed, useful, 1, []);
}
