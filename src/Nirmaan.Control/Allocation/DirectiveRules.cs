using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Allocation;

/// <summary>
/// Pins, vetoes and prices that nobody believes, in the optimiser's terms. GPUs that may do other work than others of their model appear under a model of their own, named after the
/// work they do: <c>rtx-a6000:pinned:heurist-llm</c> may do that work only, <c>rtx-a6000:held:heurist-llm</c> that and whatever is not vetoed.
/// </summary>
/// <param name="frozen">Networks whose tokens have no price to rely on, with the reason: a machine that is set to other work follows a price as one that is rented does.</param>
internal sealed class DirectiveRules(IReadOnlyList<Directive> inForce, IReadOnlyDictionary<WorkloadName, NetworkName> networks, IReadOnlyDictionary<NetworkName, string> frozen)
{
    private readonly Dictionary<string, (string Gpu, WorkloadName Work, bool IsPinned)> _apart = new(StringComparer.Ordinal);

    /// <summary>What is kept.</summary>
    public IReadOnlyList<Directive> InForce => inForce;

    /// <summary>The GPU model behind one of the optimiser's.</summary>
    public static string GpuOf(string gpu) => gpu.IndexOf(':', StringComparison.Ordinal) is var end && end < 0 ? gpu : gpu[..end];

    /// <summary>Machines that stay at their work: of each pin the cheapest, as many as it asks for and are there.</summary>
    public HashSet<InstanceId> Pinned(IEnumerable<Instance> held)
    {
        HashSet<InstanceId> pinned = [];
        List<Instance> machines = [.. held.OrderBy(PriceOf).ThenBy(i => i.CreatedAt).ThenBy(i => i.Id.Value)];
        foreach (var pin in inForce.Where(d => d.Kind == DirectiveKind.Pin).OrderBy(d => d.At).ThenBy(d => d.Id.Value))
        {
            // Two pins of the same machines do not add up: each asks for so many GPUs, and one may serve both.
            List<Instance> fit = [.. machines.Where(i => IsOf(pin, i.Workload) && (pin.Gpu is null || pin.Gpu == i.Gpu.Id))];
            var missing = pin.Count - fit.Count(i => pinned.Contains(i.Id));
            pinned.UnionWith(fit.Where(i => !pinned.Contains(i.Id)).Take(Math.Max(0, missing)).Select(i => i.Id));
        }
        return pinned;
    }

    /// <summary>Whether nothing further may be rented there.</summary>
    public bool BarsRent(SupplierName supplier, GpuModel gpu) => inForce.Any(d => d.Kind == DirectiveKind.Veto && IsOf(d, supplier, gpu.Id));

    /// <summary>Whether no further GPU may do that work.</summary>
    public bool BarsWork(WorkloadName workload) => WhyFrozen(workload) is not null || inForce.Any(d => d.Kind == DirectiveKind.Veto && IsOf(d, workload));

    /// <summary>Why nothing more is spent on that work; null = nothing holds it back.</summary>
    public string? WhyFrozen(WorkloadName workload) => networks.TryGetValue(workload, out var network) ? frozen.GetValueOrDefault(network) : null;

    /// <summary>Which pin, veto or missing price moves of a plan go against; null = none.</summary>
    /// <param name="held">GPUs as they work before the moves.</param>
    public string? WhyNot(IReadOnlyCollection<Move> moves, IReadOnlyCollection<(WorkloadName Work, string Gpu, int Count)> held)
    {
        foreach (var directive in inForce)
        {
            var why = directive.Kind == DirectiveKind.Veto
                ? moves.FirstOrDefault(m => m.To is { } to && (IsOf(directive, to) || (m.Kind == MoveKind.Start && IsOf(directive, m.Supplier, m.Gpu)))) is { } barred ? $"move {barred.Rank} goes against a veto of {directive.Name}" : null
                : TakesFrom(directive, moves, held) ? $"the moves leave fewer than {directive.Count} GPUs pinned to {directive.Name}" : null;
            if (why is not null) { return $"{why}, given by {directive.By}: {directive.Why}"; }
        }
        return moves.Select(m => m.To is { } to && WhyFrozen(to) is { } price ? $"move {m.Rank}: {price}" : null).FirstOrDefault(w => w is not null);
    }

    private bool TakesFrom(Directive pin, IReadOnlyCollection<Move> moves, IReadOnlyCollection<(WorkloadName Work, string Gpu, int Count)> held)
    {
        bool Fits(WorkloadName? work, string gpu) => work is { } w && IsOf(pin, w) && (pin.Gpu is null || pin.Gpu == gpu);
        var before = held.Where(h => Fits(h.Work, h.Gpu)).Sum(h => h.Count);
        var after = before - moves.Where(m => Fits(m.From, m.Gpu)).Sum(m => m.Count) + moves.Where(m => Fits(m.To, m.Gpu)).Sum(m => m.Count);
        return after < Math.Min(before, pin.Count);
    }

    private static bool IsOf(Directive veto, SupplierName supplier, string gpu) =>
        (veto.Subject == DirectiveSubject.Supplier && veto.Name == supplier.Value) || (veto.Subject == DirectiveSubject.Gpu && veto.Name == gpu);

    /// <summary>The model under which held GPUs appear.</summary>
    public string GpuAt(GpuModel gpu, WorkloadName held, bool isPinned)
    {
        if (!isPinned && !BarsWork(held)) { return gpu.Id; }
        var name = $"{gpu.Id}:{(isPinned ? "pinned" : "held")}:{held}";
        _apart[name] = (gpu.Id, held, isPinned);
        return name;
    }

    /// <summary>Work per hour by model, for those that may do it; after every held GPU was named.</summary>
    public Dictionary<string, double> WorkOf(WorkloadName workload, IEnumerable<WorkEstimate> work)
    {
        var rates = work.ToDictionary(w => w.Gpu, w => w.Mean);
        var bars = BarsWork(workload);
        var may = bars ? [] : rates.ToDictionary();
        foreach (var (name, (gpu, held, isPinned)) in _apart)
        {
            if (rates.TryGetValue(gpu, out var rate) && (held == workload || (!isPinned && !bars))) { may[name] = rate; }
        }
        return may;
    }

    /// <summary>Whether a directive speaks of a workload.</summary>
    public bool IsOf(Directive directive, WorkloadName workload) => directive.Subject switch
    {
        DirectiveSubject.Workload => directive.Name == workload.Value,
        DirectiveSubject.Network => networks.TryGetValue(workload, out var network) && network.Value == directive.Name,
        _ => false,
    };

    private static decimal PriceOf(Instance instance) => instance.UsdPerGpuHour ?? instance.Wish.MaxUsdPerGpuHour;
}
