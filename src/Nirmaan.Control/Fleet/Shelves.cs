using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Fleet;

/// <summary>The suppliers that are switched on, by name.</summary>
public sealed class SupplierShelf(IEnumerable<IComputeProvider> suppliers)
{
    private readonly Dictionary<SupplierName, IComputeProvider> _suppliers = suppliers.ToDictionary(s => s.Supplier);

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<IComputeProvider> All => _suppliers.Values;

    /// <summary>One of them; null = not switched on.</summary>
    public IComputeProvider? Find(SupplierName name) => _suppliers.GetValueOrDefault(name);

    /// <summary>One that must be there.</summary>
    /// <exception cref="InvalidOperationException">It is not switched on although something of ours is there.</exception>
    public IComputeProvider Get(SupplierName name) => Find(name) ?? throw new InvalidOperationException($"Supplier {name} is not switched on (Providers:{name}:Enabled).");

    /// <summary>What each can do.</summary>
    public IReadOnlyDictionary<SupplierName, SupplierAbilities> Abilities => _suppliers.ToDictionary(s => s.Key, s => s.Value.Traits.Abilities);
}

/// <summary>The networks that are switched on and their templates.</summary>
public sealed class NetworkShelf(IEnumerable<IMiningNetwork> networks)
{
    private readonly Dictionary<NetworkName, IMiningNetwork> _networks = networks.ToDictionary(n => n.Network);

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<IMiningNetwork> All => _networks.Values;

    /// <summary>One of them; null = not switched on.</summary>
    public IMiningNetwork? Find(NetworkName name) => _networks.GetValueOrDefault(name);

    /// <summary>One that must be there.</summary>
    /// <exception cref="InvalidOperationException">It is not switched on although a miner of ours works for it.</exception>
    public IMiningNetwork Get(NetworkName name) => Find(name) ?? throw new InvalidOperationException($"Network {name} is not switched on.");

    /// <summary>Every template.</summary>
    public IEnumerable<Template> Templates => _networks.Values.SelectMany(n => n.Templates);

    /// <summary>The template of a workload.</summary>
    /// <exception cref="InvalidInputException">No network has it.</exception>
    public Template TemplateOf(WorkloadName workload) => Templates.FirstOrDefault(t => t.WorkloadName == workload)
        ?? throw new InvalidInputException("workload", workload, $"one of {string.Join(", ", Templates.Select(t => t.Workload).Order())}");
}
