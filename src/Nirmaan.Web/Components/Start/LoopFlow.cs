using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Kit.Charts;

namespace Nirmaan.Web.Components.Start;

/// <summary>The loop as boxes and streams: supplier, GPU, network, reward, staker.</summary>
internal static class LoopFlow
{
    private const string NoNetwork = "none";
    private const string Stakers = "stakers", Fee = "fee", Cover = "cover";

    /// <summary>What stands above the columns.</summary>
    public static readonly IReadOnlyList<string> Heads = ["Suppliers", "GPUs", "Networks", "Rewards", "Stakers"];

    /// <summary>Dollars per hour.</summary>
    public static string Dollars(double usdPerHour) => PerHour((decimal)usdPerHour);

    /// <summary>Draws the picture. Boxes of staff's pages lead there only for staff.</summary>
    public static (IReadOnlyList<FlowNode> Nodes, IReadOnlyList<FlowLink> Links) Of(LoopPicture picture, int stakers, bool isStaff)
    {
        // One base for all streams: what bills now does not compare with what came in over a day in which GPUs were moved.
        var rent = picture.MeasuredFrom is null ? [.. picture.Rent.Select(r => new LoopRentMean(r.Supplier, r.Gpu, r.Network, r.UsdPerHour))] : picture.RentMeans;
        var (values, points) = (picture.Values, picture.Points);
        List<FlowNode> nodes =
        [
            .. rent.GroupBy(r => r.Supplier).Select(g => new FlowNode(Id(g.Key), Names.Of(g.Key), 0, isStaff ? "/ops/offers" : "/rewards#rent", WithNow(SumOf(g.Select(r => r.UsdPerHour)), picture.Rent.Where(r => r.Supplier == g.Key)))),
            .. rent.GroupBy(r => r.Gpu).Select(g => new FlowNode(
                Id(g.Key), Names.Of(g.Key), 1, isStaff ? "/ops/fleet" : "/uptime", Earning([.. picture.Rent.Where(r => r.Gpu == g.Key)]))),
            .. rent.Select(r => r.Network).Union(values.Select(v => (NetworkName?)v.Network)).Union(points.Select(p => (NetworkName?)p.Network))
                .Select(n => new FlowNode(Id(n), n is { } network ? Names.Of(network) : "No network", 2, n is null ? null : "/rewards", NetworkFigure(n, rent, values))),
            .. values.GroupBy(v => v.Asset).Select(g => new FlowNode($"asset:{g.Key.Id}", g.Key.Id, 3, "/rewards", PerHour(SumOf(g.Select(v => v.UsdPerHour))))),
            .. points.GroupBy(p => p.Network).Select(g => new FlowNode($"points:{g.Key}", $"{Names.Of(g.Key)} points", 3, "/rewards?view=points", PointsFigure(g))),
        ];
        List<FlowLink> links =
        [
            .. rent.GroupBy(r => (r.Supplier, r.Gpu)).Select(g => new FlowLink(Id(g.Key.Supplier), Id(g.Key.Gpu), Value(SumOf(g.Select(r => r.UsdPerHour))))),
            .. rent.GroupBy(r => (r.Gpu, r.Network)).Select(g => new FlowLink(Id(g.Key.Gpu), Id(g.Key.Network), Value(SumOf(g.Select(r => r.UsdPerHour))))),
            .. values.Select(v => new FlowLink(Id(v.Network), $"asset:{v.Asset.Id}", Value(v.UsdPerHour))),
            .. points.Select(p => p.Network).Distinct().Select(n => new FlowLink(Id(n), $"points:{n}", null)),
        ];
        AddShares(picture, stakers, nodes, links);
        return (nodes, links);
    }

    // Where the treasury does not pay all of the rent, what is taken to cover it is known only when an epoch closes.
    private static void AddShares(LoopPicture picture, int stakers, List<FlowNode> nodes, List<FlowLink> links)
    {
        if (picture.Values.Count == 0 && picture.Points.Count == 0) { return; }
        var (fee, isKnown) = (picture.Policy.FeeBasisPoints / 10_000m, picture.Policy.RentTreasuryFunded && picture.Policy.Rents.All(r => r.TreasuryFunded));
        var received = SumOf(picture.Values.Select(v => v.UsdPerHour));
        nodes.Add(new FlowNode(Stakers, Format.Count(stakers, "staker"), 4, "/stakers", PerHour(isKnown ? received * (1 - fee) : null)));
        foreach (var asset in picture.Values.GroupBy(v => v.Asset))
        {
            var usd = SumOf(asset.Select(v => v.UsdPerHour));
            links.Add(new FlowLink($"asset:{asset.Key.Id}", Stakers, Value(isKnown ? usd * (1 - fee) : null)));
            if (fee > 0) { links.Add(new FlowLink($"asset:{asset.Key.Id}", Fee, Value(isKnown ? usd * fee : null))); }
            if (!isKnown) { links.Add(new FlowLink($"asset:{asset.Key.Id}", Cover, null)); }
        }
        if (picture.Values.Count > 0 && fee > 0)
        {
            nodes.Add(new FlowNode(Fee, $"Fee, {Format.Percent((double)fee, fee % 0.01m == 0 ? 0 : 2)}", 4, "/methodology/fee", PerHour(isKnown ? received * fee : null)));
        }
        if (picture.Values.Count > 0 && !isKnown) { nodes.Add(new FlowNode(Cover, "Rent cover", 4, "/methodology/fee")); }
        links.AddRange(picture.Points.Select(p => p.Network).Distinct().Select(n => new FlowLink($"points:{n}", Stakers, null)));
    }

    private static string? NetworkFigure(NetworkName? network, IReadOnlyList<LoopRentMean> rent, IReadOnlyList<LoopValue> values)
    {
        var (own, paid) = (rent.Where(r => r.Network == network).ToList(), values.Where(v => v.Network == network).ToList());
        var cost = own.Count == 0 ? "no rent" : $"{PerHour(SumOf(own.Select(r => r.UsdPerHour)))} rent";
        return paid.Count == 0 ? cost : $"{cost}, {PerHour(SumOf(paid.Select(v => v.UsdPerHour)))} back";
    }

    private static string Earning(List<LoopRent> now) => now.Count == 0 ? "none now" : $"{Format.Count(now.Sum(r => r.EarningGpus))} of {Format.Count(now.Sum(r => r.Gpus))} earning";

    /// <summary>A mean, and what is paid now where that differs.</summary>
    private static string WithNow(decimal? mean, IEnumerable<LoopRent> now)
    {
        var (text, current) = (PerHour(mean), PerHour(SumOf(now.Select(r => r.UsdPerHour))));
        return text == current ? text : $"{text}, now {current}";
    }

    private static string PointsFigure(IEnumerable<LoopPoints> points) => string.Join(", ", points.Select(p => $"{Format.Brief((double)p.PerHour)} {Names.OfKind(p.Kind)}/h"));

    private static string Id(SupplierName supplier) => $"supplier:{supplier}";
    private static string Id(GpuModel gpu) => $"gpu:{gpu}";
    private static string Id(NetworkName? network) => $"network:{network?.Value ?? NoNetwork}";
    private static decimal? SumOf(IEnumerable<decimal?> parts) => parts.Aggregate((decimal?)0, (sum, part) => sum + part);
    private static double? Value(decimal? usd) => usd is { } known ? (double)known : null;
    private static string PerHour(decimal? usd) => usd is { } known ? $"{Format.Usd(known, Math.Max(2, Math.Min(4, Format.UsdDigits(known))))}/h" : "unknown";
}
