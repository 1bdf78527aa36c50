using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Market;

/// <summary>A workload that can be launched and what it needs.</summary>
/// <param name="Notice">What must stand beside the network's figures; null = nothing.</param>
public sealed record WorkloadChoice(WorkloadName Workload, NetworkName Network, string Template, int Version, TemplateNeeds Needs, int ReadyWithinMinutes, NetworkNotice? Notice);

/// <summary>A supplier that is switched on and how renting from it goes.</summary>
public sealed record SupplierChoice(SupplierName Supplier, bool HasBids, bool Prepaid, bool ChangesInPlace, string? MiningPermission);

/// <summary>What a form about the market can choose from.</summary>
public sealed record MarketChoices(
    IReadOnlyList<WorkloadChoice> Workloads, IReadOnlyList<SupplierChoice> Suppliers, IReadOnlyList<NetworkName> Networks, IReadOnlyList<GpuModel> Gpus, IReadOnlyList<string> Regions);

/// <summary>Reads of what there is to choose from, and of what it is compared with.</summary>
public sealed class MarketQueries(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, NetworkShelf networks, IOptions<MarketOptions> options, TimeProvider clock)
{
    /// <summary>Workloads and suppliers that are switched on; GPUs and regions of the offers still listed.</summary>
    public async Task<MarketChoices> ChoicesAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var listed = db.Offers.AsNoTracking().Where(o => o.GoneAt == null);
        var gpus = await listed.Select(o => o.Gpu).Distinct().ToListAsync(cancellationToken);
        var regions = await listed.Where(o => o.Region != null).Select(o => o.Region!).Distinct().ToListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        return new MarketChoices(
            [.. networks.All.SelectMany(n => n.Templates.Select(t => new WorkloadChoice(t.WorkloadName, n.Network, t.Name, t.Version, t.Needs, t.ReadyWithinMinutes, n.NoticeAt(now)))).OrderBy(w => w.Workload.Value, StringComparer.Ordinal)],
            [.. suppliers.All.Select(s => new SupplierChoice(s.Supplier, s.Traits.HasBids, s.Traits.Prepaid, s.Traits.ChangesInPlace, s.Traits.Abilities.MiningPermission)).OrderBy(s => s.Supplier.Value, StringComparer.Ordinal)],
            [.. networks.All.Select(n => n.Network).OrderBy(n => n.Value, StringComparer.Ordinal)],
            [.. gpus.OrderBy(g => GpuCatalogue.Name(g), StringComparer.OrdinalIgnoreCase)],
            [.. regions.Order(StringComparer.OrdinalIgnoreCase)]);
    }

    /// <summary>Configured prices of big clouds, the cheapest of each GPU.</summary>
    public IReadOnlyDictionary<GpuModel, CloudReference> References() => options.Value.References
        .Select(r => new CloudReference(new GpuModel(r.Gpu), r.Cloud, r.UsdPerGpuHour, r.Source!, r.ReadOn!.Value))
        .GroupBy(r => r.Gpu).ToDictionary(g => g.Key, g => g.MinBy(r => r.UsdPerGpuHour)!);

    /// <summary>What must stand beside each network's figures; networks without a notice are left out.</summary>
    public IReadOnlyDictionary<NetworkName, NetworkNotice> Notices()
    {
        var now = clock.GetUtcNow();
        return networks.All.Select(n => (n.Network, Notice: n.NoticeAt(now))).Where(n => n.Notice is not null).ToDictionary(n => n.Network, n => n.Notice!);
    }
}
