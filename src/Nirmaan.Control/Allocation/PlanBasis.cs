using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Market;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Optimiser;
using DomainShape = Nirmaan.Domain.Allocation.RewardShape;
using Workload = Nirmaan.Optimiser.Workload;

namespace Nirmaan.Control.Allocation;

/// <summary>What an item of the optimiser stands for.</summary>
/// <param name="Instances">Our machines in it; empty for a free offer.</param>
internal sealed record ItemOrigin(string Item, SupplierName Supplier, GpuModel Gpu, decimal UsdPerGpuHour, WorkloadName? Held, IReadOnlyList<InstanceId> Instances, string? OfferKey, OfferId? OfferId);

/// <summary>The optimiser's input with the way back from its items to our machines and offers.</summary>
/// <param name="LeftOut">Pools that cannot be planned with, each with the word for why.</param>
internal sealed record Basis(AllocationInstance Instance, IReadOnlyDictionary<string, ItemOrigin> Origins, YieldEstimate Estimate, Constraints Constraints, IReadOnlyDictionary<PoolName, string> LeftOut)
{
    /// <summary>Pins and vetoes that it keeps.</summary>
    public IReadOnlyList<Directive> Directives { get; init; } = [];

    /// <summary>Everything stays where it is.</summary>
    public IReadOnlyList<Optimiser.Assignment> Now => [.. Origins.Values.Where(o => o.Held is not null).Select(o => new Optimiser.Assignment(o.Item, o.Held!.Value.Value, o.Instances.Count))];
}

/// <summary>A plan cannot be made, for a reason that an admin can mend.</summary>
public sealed class CannotPlanException(string why) : Exception(why);

/// <summary>Maps fleet, offers, estimates and constraints to instance.json.</summary>
internal sealed class PlanBasis(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, NetworkShelf networks, ProviderBook providers, IOptions<AllocationOptions> options, IOptions<FleetOptions> fleet, TimeProvider clock)
{
    /// <summary>Reads the present state.</summary>
    /// <exception cref="CannotPlanException">There is nothing to plan with, or it is too old.</exception>
    /// <param name="except">A pin or veto that is left out, to see what it costs.</param>
    public async Task<Basis> ReadAsync(Constraints constraints, CancellationToken cancellationToken, DirectiveId? except = null)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var estimate = await db.Estimates.AsNoTracking().OrderByDescending(e => e.At).FirstOrDefaultAsync(cancellationToken) ?? throw new CannotPlanException("No yields are estimated yet; run the job allocation:estimate.");
        var pools = estimate.Pools.Where(p => p.WhyFrozen(now, options.Value.StaleAfter) is null).ToList();
        var frozen = estimate.Pools.Except(pools).ToDictionary(p => p.Pool, p => p.WhyFrozen(now, options.Value.StaleAfter)!);
        var left = frozen.Select(p => $"{p.Key} ({p.Value})").ToList();
        if (pools.Count == 0) { throw new CannotPlanException($"No pool can be planned with: {string.Join(", ", left)}."); }

        var live = await Held(db).ToListAsync(cancellationToken);
        var planned = pools.SelectMany(p => p.Work.Select(w => (w.Workload, w.Gpu))).ToHashSet();
        var strays = live.Where(i => !planned.Contains((i.Workload, i.Gpu.Id))).Select(i => $"{i.Workload} on {i.Gpu}").Distinct().ToList();
        if (strays.Count > 0) { throw new CannotPlanException($"GPUs are held on work that cannot be valued now: {string.Join(", ", strays)}; left out: {string.Join(", ", left)}."); }

        var rules = new DirectiveRules(await DirectiveQueries.InForce(db, now).Where(d => d.Id != except).OrderBy(d => d.At).ToListAsync(cancellationToken), NetworksOf(networks), await PriceQueries.FrozenAsync(db, now, cancellationToken));
        foreach (var pool in pools)
        {
            if (pool.Work.Select(w => rules.WhyFrozen(w.Workload)).FirstOrDefault(w => w is not null) is { } why) { frozen[pool.Pool] = $"what works there may stay: {why.TrimEnd('.')}"; }
        }
        var pinned = rules.Pinned(live.Where(i => i.GpuCount == 1));
        // What a person keeps away from plans stays at its work as what is pinned does.
        pinned.UnionWith(live.Where(i => i.Cordon is not null).Select(i => i.Id));
        Dictionary<string, ItemOrigin> origins = new(StringComparer.Ordinal);
        List<AllocationItem> items = [];
        foreach (var group in live.Where(i => i.GpuCount == 1).GroupBy(i => (i.Supplier, i.Gpu, i.Workload, Price: i.UsdPerGpuHour ?? i.Wish.MaxUsdPerGpuHour, Locked: IsLocked(i, constraints, now), Pinned: pinned.Contains(i.Id)))
            .OrderBy(g => g.Key.Supplier.Value, StringComparer.Ordinal).ThenBy(g => g.Key.Gpu.Id, StringComparer.Ordinal).ThenBy(g => g.Key.Workload.Value, StringComparer.Ordinal).ThenBy(g => g.Key.Price).ThenBy(g => g.Key.Locked).ThenBy(g => g.Key.Pinned))
        {
            var (supplier, gpu, workload, price, locked, isPinned) = group.Key;
            var id = string.Create(CultureInfo.InvariantCulture, $"held:{supplier}:{gpu}:{workload}:{price:0.########}{(locked ? ":paid" : "")}{(isPinned ? ":pinned" : "")}");
            var instances = group.OrderBy(i => i.CreatedAt).ThenBy(i => i.Id.Value).Select(i => i.Id).ToList();
            origins[id] = new ItemOrigin(id, supplier, gpu, price, workload, instances, null, null);
            items.Add(new AllocationItem
            {
                Id = id, Provider = supplier.Value, Gpu = rules.GpuAt(gpu, workload, isPinned), UsdPerGpuHour = (double)price, Reliability = options.Value.AssumedReliability, Available = instances.Count,
                Held = new HeldGpus { Workload = workload.Value, Count = instances.Count, Locked = locked || isPinned },
            });
        }
        foreach (var offer in await FreeOffersAsync(db, planned, rules, cancellationToken))
        {
            var id = $"free:{offer.Id}";
            origins[id] = new ItemOrigin(id, offer.Supplier, offer.Gpu, offer.UsdPerGpuHour!.Value, null, [], offer.Key, offer.Id);
            items.Add(new AllocationItem
            {
                Id = id, Provider = offer.Supplier.Value, Gpu = offer.Gpu.Id, UsdPerGpuHour = (double)offer.UsdPerGpuHour.Value,
                // A supplier's claim beyond what is assumed of our own machines is no reason to give one of them back for it.
                Reliability = offer.Reliability is { } up and > 0 ? Math.Min((double)up, options.Value.AssumedReliability) : options.Value.AssumedReliability, Available = Math.Min(offer.Available, options.Value.MaxGpusPerOffer),
            });
        }
        if (items.Count == 0) { throw new CannotPlanException($"There are neither held GPUs nor offers that any workload can use{(frozen.Count == 0 ? "" : $"; left out: {string.Join(", ", frozen.Select(p => $"{p.Key} ({p.Value})"))}")}."); }
        return new Basis(new AllocationInstance
        {
            BudgetUsdPerHour = (double)constraints.BudgetUsdPerHour, HorizonHours = constraints.HorizonHours, RiskWeight = constraints.RiskWeight, TailLevel = 0.95, Items = items,
            Networks = [.. pools.Select(p => Network(p, constraints))], Workloads = [.. pools.SelectMany(p => Workloads(p, constraints, items, rules))],
            Caps = new AllocationCaps { ProviderUsdPerHour = constraints.ProviderUsdPerHour.ToDictionary(c => c.Key, c => (double)c.Value), MaxMoves = constraints.MaxMoves },
        }, origins, estimate, constraints, frozen) { Directives = rules.InForce };
    }

    /// <summary>The network of each workload that is known.</summary>
    public static IReadOnlyDictionary<WorkloadName, NetworkName> NetworksOf(NetworkShelf networks) => networks.Templates.DistinctBy(t => t.WorkloadName).ToDictionary(t => t.WorkloadName, t => t.NetworkName);

    /// <summary>The machines that a plan disposes of.</summary>
    public static IQueryable<Instance> Held(NirmaanDbContext db) => db.Instances.AsNoTracking()
        .Where(i => i.State == InstanceState.Running || i.State == InstanceState.Starting || i.State == InstanceState.Placing || i.State == InstanceState.Requested);

    // Prepaid time that is not over is committed: the machine may do other work, but giving it back saves nothing.
    private bool IsLocked(Instance instance, Constraints constraints, DateTimeOffset now) =>
        instance.State != InstanceState.Running || (suppliers.Find(instance.Supplier)?.Traits.Prepaid == true && instance.PaidUntil > now.AddHours(Math.Min(1, constraints.HorizonHours)));

    private async Task<List<Offer>> FreeOffersAsync(NirmaanDbContext db, HashSet<(WorkloadName Workload, string Gpu)> planned, DirectiveRules rules, CancellationToken cancellationToken)
    {
        var gpus = planned.Where(p => !rules.BarsWork(p.Workload)).Select(p => p.Gpu).ToHashSet();
        var offers = await db.Offers.AsNoTracking().Where(o => o.GoneAt == null && o.UsdPerGpuHour != null && o.Available > 0).ToListAsync(cancellationToken);
        var search = OfferSearch.Run(offers.Where(o => gpus.Contains(o.Gpu.Id) && !rules.BarsRent(o.Supplier, o.Gpu)), new OfferFilter(), suppliers.Abilities, await providers.ReadAsync(db, cancellationToken), fleet.Value.MinReliability, fleet.Value.RequirePermission);
        return [.. search.Eligible.OrderBy(o => o.Id.Value)];
    }

    private static RewardNetwork Network(PoolEstimate pool, Constraints constraints) => new()
    {
        Id = pool.Pool.Value, Bucket = pool.Bucket == Bucket.Established ? "established" : "emerging", ValueUsdPerHour = (double)pool.ValueUsdPerHour!.Value, OthersWork = (double)pool.OthersWorkPerHour!.Value,
        Reward = pool.Shape switch { DomainShape.ProRata => Optimiser.RewardShape.ProRata, DomainShape.DemandCapped => Optimiser.RewardShape.DemandCapped, _ => Optimiser.RewardShape.BidPriced },
        DemandWorkPerHour = pool.Shape == DomainShape.ProRata ? null : (double?)pool.DemandWorkPerHour,
        ExposureCapUsdPerHour = constraints.ExposureUsdPerHour.TryGetValue(pool.Pool.Value, out var cap) ? (double)cap : null,
    };

    private IEnumerable<Workload> Workloads(PoolEstimate pool, Constraints constraints, List<AllocationItem> items, DirectiveRules rules) => pool.Work.GroupBy(w => w.Workload).Select(g => new Workload
    {
        Id = g.Key.Value, Network = pool.Pool.Value, WorkPerGpuHour = rules.WorkOf(g.Key, g), GpusPerMiner = networks.TemplateOf(g.Key).Needs.Gpus,
        MoveCostUsd = (double)constraints.MoveCostUsd, StartCostUsd = StartCost(constraints, [.. items.Where(i => i.Held is null && g.Any(w => w.Gpu == i.Gpu)).Select(i => i.UsdPerGpuHour)]),
    });

    // Until a new GPU serves it is paid for beside the one that it is to replace.
    private double StartCost(Constraints constraints, List<double> rents) =>
        Math.Round((double)constraints.StartCostUsd + (rents.Count == 0 ? 0 : rents.Average() * options.Value.StartTakes.TotalHours), 4);
}
