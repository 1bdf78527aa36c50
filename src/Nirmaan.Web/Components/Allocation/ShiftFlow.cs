using Nirmaan.Control.Allocation;
using Nirmaan.Web.Components.Kit.Charts;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>GPUs from what they do to what they would do, as boxes and streams.</summary>
internal sealed record ShiftFlow(IReadOnlyList<FlowNode> Nodes, IReadOnlyList<FlowLink> Links)
{
    private const string Market = "market", Back = "back";

    /// <summary>Draws shifts; one workload has one colour on both sides.</summary>
    public static ShiftFlow Of(IReadOnlyList<GpuShift> shifts)
    {
        var workloads = shifts.SelectMany(s => new[] { s.From?.Value, s.To?.Value }).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        int Colour(string? workload) => workload is null ? 8 : (workloads.IndexOf(workload) % 7) + 1;
        List<FlowNode> nodes =
        [
            .. shifts.Where(s => s.From is not null).Select(s => s.From!.Value.Value).Distinct().Order(StringComparer.Ordinal).Select(w => new FlowNode($"now:{w}", w, 0, Series: Colour(w))),
            .. shifts.Any(s => s.From is null) ? new[] { new FlowNode(Market, "rented anew", 0, Series: 8) } : [],
            .. shifts.Where(s => s.To is not null).Select(s => s.To!.Value.Value).Distinct().Order(StringComparer.Ordinal).Select(w => new FlowNode($"then:{w}", w, 1, Series: Colour(w))),
            .. shifts.Any(s => s.To is null) ? new[] { new FlowNode(Back, "given back", 1, Series: 8) } : [],
        ];
        return new ShiftFlow(nodes,
        [
            .. shifts.GroupBy(s => (s.From, s.To)).Select(g => new FlowLink(
                g.Key.From is { } from ? $"now:{from}" : Market, g.Key.To is { } to ? $"then:{to}" : Back, g.Sum(s => s.Count))),
        ]);
    }
}
