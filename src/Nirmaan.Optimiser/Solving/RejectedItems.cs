using System.Collections;
using System.Globalization;

namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// The items a plan leaves aside, in the order of the model, with what speaks against each. The sentences are made when
/// read: with a hundred thousand offers they would weigh more than everything else.
/// </summary>
internal sealed class RejectedItems : IReadOnlyList<RejectedItem>
{
    private readonly Model _model;
    private readonly Lagrangian _at;
    private readonly int[] _items;

    public RejectedItems(Model model, PlanState plan, Lagrangian at)
    {
        (_model, _at) = (model, at);
        _items = [.. Enumerable.Range(0, model.Items.Count).Where(i => plan.Used[i] == 0)];
    }

    public int Count => _items.Length;

    public RejectedItem this[int index] => new(_model.Items.Source[_items[index]].Id, Why(_items[index]));

    public IEnumerator<RejectedItem> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private string Why(int item)
    {
        var (items, workloads) = (_model.Items, _model.Workloads);
        var menu = _model.Menus.OfGpu[items.Gpu[item]];
        if (items.Available[item] == 0)
        {
            return "no GPU of it is available";
        }
        if (menu.Count == 0)
        {
            return $"no workload runs on {items.Gpus[items.Gpu[item]]}";
        }
        var best = -1;
        for (var k = 0; k < menu.Count; k++)
        {
            var fits = workloads.Lot[menu.Workload[k]] <= items.Available[item];
            best = fits && (best < 0 || _at.Worth(item, k) > _at.Worth(item, best)) ? k : best;
        }
        if (best < 0)
        {
            return $"its {items.Available[item]} GPUs are fewer than a miner of any workload needs";
        }
        var worth = _at.Worth(item, best);
        var parts = Parts(item, best);
        return worth < -1e-6
            ? $"{parts}: {Usd(-worth)} short"
            : $"{parts}: as good as what was taken, left out because miners are whole";
    }

    /// <summary>USD per GPU-hour of the item's best use: what it earns at the margin, rent, switching, and every row with a price.</summary>
    private string Parts(int item, int k)
    {
        var (items, rows, workloads) = (_model.Items, _model.Rows, _model.Workloads);
        var w = _model.Menus.OfGpu[items.Gpu[item]].Workload[k];
        var (n, rent) = (workloads.Network[w], items.Rent[item]);
        var stays = items.Held[item] > 0 && items.HeldWorkload[item] == w;
        var switching = stays ? 0 : _at.Base(item, k) - _at.Worth(item, k) - _at.MovesPrice;
        var charges = new List<string>();
        var charged = 0.0;
        void Charge(int row, double units)
        {
            var usd = row < 0 ? 0 : _at.RowPrice(row) * units;
            charged += usd;
            if (Math.Abs(usd) / _model.UsdScale >= 5e-5)
            {
                charges.Add($"{rows[row].Name} {Usd(usd)}");
            }
        }
        Charge(rows.Budget, rent);
        Charge(rows.Provider[items.Provider[item]], rent);
        Charge(rows.Exposure[n], rent);
        Charge(rows.BucketMax[n], rent);
        Charge(rows.BucketMin[n], -rent);
        Charge(rows.GpuCap[n], 1);
        Charge(rows.Stake[n], workloads.Stake[w] * rows.StakeScale[n]);
        Charge(rows.Moves, stays ? 0 : 1);
        var earns = _at.Worth(item, k) + rent + switching + charged;
        var caps = charges.Count > 0 ? $", {string.Join(", ", charges)}" : "";
        var start = switching > 0 ? $", {Usd(switching)} switching" : "";
        return $"best use {workloads.Source[w].Id} earns {Usd(earns)} per GPU-hour against {Usd(rent)} rent{start}{caps}";
    }

    private string Usd(double model) => string.Create(CultureInfo.InvariantCulture, $"${model / _model.UsdScale:0.0000}");
}
