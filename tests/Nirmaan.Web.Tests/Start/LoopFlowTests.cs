using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Methodology;
using Nirmaan.Web.Components.Start;

namespace Nirmaan.Web.Tests.Start;

public sealed class LoopFlowTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly LoopRent s_rent = new(new SupplierName("akash"), new GpuModel("rtx-4090"), NetworkName.Morpheus, 2, 2, 1.5m);
    private static readonly LoopValue s_value = new(NetworkName.Morpheus, Asset.Mor, 1, 3m, 24);
    private static readonly LoopPoints s_points = new(NetworkName.Heurist, "waifu", 9000, 144, s_now, 0.38m, null, null);

    [Fact]
    public void What_comes_in_is_cut_into_the_fee_and_the_stakers_part()
    {
        var (nodes, links) = Draw(Picture(values: [s_value]));
        links.Where(l => l.From == "asset:MOR").Select(l => (l.To, l.Value)).ShouldBe([("stakers", 2.7), ("fee", 0.3)], ignoreOrder: true);
        Methods.Find(nodes.Single(n => n.Id == "fee").Href!["/methodology/".Length..]).ShouldNotBeNull();
    }

    [Fact]
    public void Points_have_no_width_because_they_have_no_dollars() =>
        Draw(Picture(points: [s_points])).Links.Where(l => l.From == "points:heurist" || l.To == "points:heurist").Select(l => l.Value).ShouldBe([null, null]);

    [Fact]
    public void A_machine_without_a_price_makes_its_supplier_unknown_and_not_free() =>
        Draw(Picture(rent: [s_rent, s_rent with { UsdPerHour = null }])).Nodes.Single(n => n.Id == "supplier:akash").Figure.ShouldBe("unknown");

    [Fact]
    public void Where_receipts_cover_the_rent_the_parts_are_not_known_before_the_epoch_closes()
    {
        var (nodes, links) = Draw(Picture(values: [s_value], isTreasury: false));
        nodes.Select(n => n.Id).ShouldContain("cover");
        links.Where(l => l.From == "asset:MOR").ShouldAllBe(l => l.Value == null);
    }

    [Fact]
    public void After_GPUs_moved_rent_is_drawn_over_the_time_in_which_the_payments_came_and_now_stands_beside_it()
    {
        var before = new LoopRentMean(s_rent.Supplier, s_rent.Gpu, NetworkName.Heurist, 6m);
        var (nodes, links) = Draw(Picture(values: [s_value], means: [before, before with { Network = NetworkName.Morpheus, UsdPerHour = 0.5m }]));
        links.Where(l => l.From == "gpu:rtx-4090").Select(l => (l.To, l.Value)).ShouldBe([("network:heurist", 6d), ("network:morpheus", 0.5)], ignoreOrder: true);
        nodes.Single(n => n.Id == "supplier:akash").Figure.ShouldBe("$6.50/h, now $1.50/h");
        nodes.Single(n => n.Id == "network:morpheus").Figure.ShouldBe("$0.50/h rent, $3.00/h back");
    }

    [Fact]
    public void A_visitor_is_not_led_to_pages_of_staff() =>
        Draw(Picture(values: [s_value], points: [s_points])).Nodes.Select(n => n.Href).ShouldAllBe(h => h == null || !h.StartsWith("/ops", StringComparison.Ordinal));

    private static (IReadOnlyList<Components.Kit.Charts.FlowNode> Nodes, IReadOnlyList<Components.Kit.Charts.FlowLink> Links) Draw(LoopPicture picture) => LoopFlow.Of(picture, 8, isStaff: false);

    private static LoopPicture Picture(IReadOnlyList<LoopRent>? rent = null, IReadOnlyList<LoopValue>? values = null, IReadOnlyList<LoopPoints>? points = null, bool isTreasury = true, IReadOnlyList<LoopRentMean>? means = null) =>
        new(s_now, s_now.AddDays(-1), rent ?? [s_rent], values ?? [], points ?? [], [], new FeePolicy(s_now, 1000, isTreasury), means ?? [.. (rent ?? [s_rent]).Select(r => new LoopRentMean(r.Supplier, r.Gpu, r.Network, r.UsdPerHour))]);
}
