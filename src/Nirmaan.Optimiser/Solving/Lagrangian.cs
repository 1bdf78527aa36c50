namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// The worth of GPUs at fixed prices. The gap between the bound and a plan is a sum of losses, none negative: each item's
/// (not put to its best use), each row's (price times unused room) and each network's (not at its best amount of work).
/// </summary>
internal sealed class Lagrangian
{
    private readonly Model _model;
    private readonly PriceTable _table;
    private readonly double[] _prices, _values;

    /// <param name="model">The model.</param>
    /// <param name="prices">Work prices, then row prices.</param>
    /// <param name="scenarioWeights">Empty if there are none.</param>
    public Lagrangian(Model model, double[] prices, double[] scenarioWeights)
    {
        (_model, _prices, _table) = (model, prices, new PriceTable(model, bans: false));
        _table.Set(prices);
        var revenue = new Revenue(model.Networks);
        _values = [.. Enumerable.Range(0, model.Networks.Count).Select(n => revenue.Weighted(n, scenarioWeights))];
        ScenarioWeights = scenarioWeights;
    }

    public double[] ScenarioWeights { get; }

    public ReadOnlySpan<double> Prices => _prices;

    public double RowPrice(int row) => _prices[_model.Networks.Count + row];

    /// <summary>The price of one moved or new GPU.</summary>
    public double MovesPrice => _table.Moves;

    /// <summary>The worth of one GPU of an item on entry k of its model's menu, before any switching.</summary>
    public double Base(int item, int k)
    {
        var menu = _model.Menus.OfGpu[_model.Items.Gpu[item]];
        var at = menu.Offset + k;
        return (_model.Items.Reliability[item] * _table.Gain[at])
            - (_model.Items.Rent[item] * (_table.Base[_model.Items.Provider[item]] + _table.PerRent[at]))
            - _table.PerStay[at];
    }

    /// <summary>The same with what it costs to get there: nothing to stay, else the cheaper of a move and a start.</summary>
    public double Worth(int item, int k)
    {
        var (items, workloads) = (_model.Items, _model.Workloads);
        var w = _model.Menus.OfGpu[items.Gpu[item]].Workload[k];
        if (items.Held[item] > 0 && items.HeldWorkload[item] == w)
        {
            return Base(item, k);
        }
        var (move, start) = (workloads.Move[w], workloads.Start[w]);
        var switching = items.Held[item] == 0 ? start : items.Held[item] == items.Available[item] ? move : Math.Min(move, start);
        return Base(item, k) - switching - _table.Moves;
    }

    /// <summary>The worth of an item as the plan uses it.</summary>
    public double Worth(PlanState plan, int item)
    {
        var menu = _model.Menus.OfGpu[_model.Items.Gpu[item]];
        var worth = 0.0;
        for (var slot = plan.FirstSlot(item); slot < plan.SlotEnd(item); slot++)
        {
            if (plan.CountAt(slot) > 0)
            {
                worth += plan.CountAt(slot) * Base(item, menu.Position[plan.WorkloadAt(slot)]);
            }
        }
        if (_model.Items.Held[item] > 0)
        {
            var (cost, moves) = plan.Switching(item);
            return worth - cost - (moves * _table.Moves);
        }
        for (var slot = plan.FirstSlot(item); slot < plan.SlotEnd(item); slot++)
        {
            if (plan.CountAt(slot) > 0)
            {
                worth -= plan.CountAt(slot) * (_model.Workloads.Start[plan.WorkloadAt(slot)] + _table.Moves);
            }
        }
        return worth;
    }

    /// <summary>Price times the room a row has left.</summary>
    public double RowLoss(PlanState plan, int row) => RowPrice(row) * Math.Max(0, _model.Rows[row].Limit - plan.Usage[row]);

    /// <summary>What a network would be worth at its best amount of work, less what it is worth now.</summary>
    public double NetworkLoss(PlanState plan, int network)
    {
        var work = plan.Revenue.Work[network];
        return BestValue(network, _prices[network]) - (Value(network, work) - (_prices[network] * work));
    }

    /// <summary>What a network's best amount of work earns beyond what the work costs at a price.</summary>
    public double BestValue(int network, double price) => RewardConjugate.At(_model.Networks, network, _values[network], price, 1e-12).Value;

    /// <summary>What an amount of work earns at the scenario weights, model USD per hour.</summary>
    public double Value(int network, double work) => _values[network] * _model.Networks.Share(network, work);
}
