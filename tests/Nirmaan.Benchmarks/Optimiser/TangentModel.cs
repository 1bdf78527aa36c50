using System.Globalization;
using System.Text;
using Nirmaan.Optimiser;

namespace Nirmaan.Benchmarks.Optimiser;

/// <summary>
/// The same question for a linear solver: every network's share is bounded by tangents of its curve (so the solver's bound
/// lies a little above the true one), CVaR by one row per scenario. Written as a CPLEX LP file.
/// </summary>
/// <remarks>A move must not be cheaper than undercutting a start elsewhere, and miners take one GPU; the generator keeps to both.</remarks>
public sealed class TangentModel
{
    private const int Tangents = 60;
    private readonly AllocationInstance _instance;
    private readonly Dictionary<string, List<string>> _rentBy = new(StringComparer.Ordinal);
    private readonly StringBuilder _rows = new();
    private readonly StringBuilder _objective = new();
    private readonly List<(string Name, int Most)> _columns = [];

    /// <param name="instance">Miners of one GPU each, pro-rata networks.</param>
    public TangentModel(AllocationInstance instance)
    {
        _instance = instance;
        var work = instance.Networks.ToDictionary(n => n.Id, _ => new StringBuilder(), StringComparer.Ordinal);
        var gpus = instance.Networks.ToDictionary(n => n.Id, _ => new StringBuilder(), StringComparer.Ordinal);
        for (var i = 0; i < instance.Items.Count; i++)
        {
            Item(i, work, gpus);
        }
        foreach (var network in instance.Networks)
        {
            Network(network, work[network.Id], gpus[network.Id]);
        }
        foreach (var (key, terms) in _rentBy)
        {
            Limit(key, string.Join(" + ", terms));
        }
        Risk();
    }

    /// <summary>Which assignment each integer column stands for: item, workload.</summary>
    public Dictionary<string, (string Item, string Workload)> Meaning { get; } = new(StringComparer.Ordinal);

    /// <summary>The LP file; without whole numbers it is the relaxation.</summary>
    public string ToLp(bool whole)
    {
        var lp = new StringBuilder("Maximize\n obj:").Append(_objective).Append("\nSubject To\n").Append(_rows).Append("Bounds\n");
        foreach (var (name, most) in _columns)
        {
            lp.Append(CultureInfo.InvariantCulture, $" 0 <= {name} <= {most}\n");
        }
        lp.Append(" eta free\n");
        if (whole)
        {
            lp.Append("General\n");
            foreach (var (name, _) in _columns)
            {
                lp.Append(' ').Append(name).Append('\n');
            }
        }
        return lp.Append("End\n").ToString();
    }

    /// <summary>The assignments of a solution's columns.</summary>
    public List<Assignment> Assignments(IReadOnlyDictionary<string, double> columns) =>
        [.. columns.Where(c => Meaning.ContainsKey(c.Key)).GroupBy(c => Meaning[c.Key])
            .Select(g => new Assignment(g.Key.Item, g.Key.Workload, (int)Math.Round(g.Sum(c => c.Value)))).Where(a => a.Count > 0)];

    private static string N(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private void Item(int i, Dictionary<string, StringBuilder> work, Dictionary<string, StringBuilder> gpus)
    {
        var item = _instance.Items[i];
        var held = item.Held?.Count ?? 0;
        var (ofHeld, ofFree) = (new List<string>(), new List<string>());
        for (var w = 0; w < _instance.Workloads.Count; w++)
        {
            var workload = _instance.Workloads[w];
            if (!workload.WorkPerGpuHour.TryGetValue(item.Gpu, out var rate))
            {
                continue;
            }
            if (held > 0)
            {
                var stays = item.Held!.Workload == workload.Id;
                ofHeld.Add(Column($"h{i}_{w}", held, stays ? 0 : workload.MoveCostUsd));
            }
            if (item.Available > held)
            {
                ofFree.Add(Column($"n{i}_{w}", item.Available - held, workload.StartCostUsd));
            }

            string Column(string name, int most, double switching)
            {
                _columns.Add((name, most));
                Meaning[name] = (item.Id, workload.Id);
                _objective.Append(CultureInfo.InvariantCulture, $" - {N(item.UsdPerGpuHour + (switching / _instance.HorizonHours))} {name}");
                work[workload.Network].Append(CultureInfo.InvariantCulture, $" + {N(item.Reliability * rate)} {name}");
                gpus[workload.Network].Append(CultureInfo.InvariantCulture, $" + {name}");
                foreach (var key in new[] { RowNames.Budget, RowNames.Provider(item.Provider), RowNames.Exposure(workload.Network) })
                {
                    if (!_rentBy.TryGetValue(key, out var terms))
                    {
                        _rentBy.Add(key, terms = []);
                    }
                    terms.Add($"{N(item.UsdPerGpuHour)} {name}");
                }
                return name;
            }
        }
        if (ofHeld.Count > 0)
        {
            _rows.Append(CultureInfo.InvariantCulture, $" held{i}: {string.Join(" + ", ofHeld)} {(item.Held!.Locked ? "=" : "<=")} {held}\n");
        }
        if (ofFree.Count > 0)
        {
            _rows.Append(CultureInfo.InvariantCulture, $" free{i}: {string.Join(" + ", ofFree)} <= {item.Available - held}\n");
        }
    }

    /// <summary>share_n is at most every tangent of E / (E + T).</summary>
    private void Network(RewardNetwork network, StringBuilder work, StringBuilder gpus)
    {
        var id = network.Id.Replace('-', '_');
        _rows.Append(CultureInfo.InvariantCulture, $" work_{id}:{work} - e_{id} = 0\n");
        for (var t = 0; t < Tangents; t++)
        {
            // Evenly spread shares up to 97 %.
            var share = 0.97 * t / (Tangents - 1);
            var at = network.OthersWork * share / (1 - share);
            var slope = network.OthersWork / Math.Pow(at + network.OthersWork, 2);
            _rows.Append(CultureInfo.InvariantCulture, $" tan_{id}_{t}: share_{id} - {N(slope)} e_{id} <= {N(share - (slope * at))}\n");
        }
        if (network.GpuCap is { } cap)
        {
            _rows.Append(CultureInfo.InvariantCulture, $" cap_{id}:{gpus} <= {cap}\n");
        }
        var mean = network.ScenarioValuesUsdPerHour?.Average() ?? network.ValueUsdPerHour;
        _objective.Append(CultureInfo.InvariantCulture, $" + {N((1 - _instance.RiskWeight) * mean)} share_{id}");
    }

    private void Limit(string key, string usage)
    {
        var name = key[(key.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var limit = key == RowNames.Budget
            ? _instance.BudgetUsdPerHour
            : key.StartsWith("provider:", StringComparison.Ordinal)
                ? _instance.Caps.ProviderUsdPerHour?.GetValueOrDefault(name, double.NaN)
                : _instance.Networks.First(n => n.Id == name).ExposureCapUsdPerHour;
        if (limit is { } value && !double.IsNaN(value))
        {
            _rows.Append(CultureInfo.InvariantCulture, $" {key.Replace(':', '_').Replace('-', '_')}: {usage} <= {N(value)}\n");
        }
    }

    /// <summary>CVaR = max over eta of eta - mean(shortfall below eta) / (1 - a).</summary>
    private void Risk()
    {
        var scenarios = _instance.Networks.FirstOrDefault(n => n.ScenarioValuesUsdPerHour is not null)?.ScenarioValuesUsdPerHour!.Count ?? 0;
        if (_instance.RiskWeight == 0 || scenarios == 0)
        {
            return;
        }
        _objective.Append(CultureInfo.InvariantCulture, $" + {N(_instance.RiskWeight)} eta");
        for (var s = 0; s < scenarios; s++)
        {
            _objective.Append(CultureInfo.InvariantCulture, $" - {N(_instance.RiskWeight / ((1 - _instance.TailLevel) * scenarios))} short_{s}");
            _rows.Append(CultureInfo.InvariantCulture, $" scen_{s}: short_{s} - eta");
            foreach (var network in _instance.Networks)
            {
                _rows.Append(CultureInfo.InvariantCulture, $" + {N(network.ScenarioValuesUsdPerHour?[s] ?? network.ValueUsdPerHour)} share_{network.Id.Replace('-', '_')}");
            }
            _rows.Append(" >= 0\n");
        }
    }
}
