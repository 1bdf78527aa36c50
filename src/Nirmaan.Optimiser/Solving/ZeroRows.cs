namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// Ceilings of 0. They ban whatever uses them, and no price short of "too much" says so: a search for that price would not
/// end. So the search leaves the banned choices out, and the rows are priced afterwards, just high enough.
/// </summary>
internal sealed class ZeroRows
{
    private readonly RowTable _rows;
    private readonly WorkloadTable _workloads;
    private readonly ItemTable _items;
    private readonly bool[] _isZero;

    public ZeroRows(RowTable rows, NetworkTable networks, WorkloadTable workloads, ItemTable items, MenuTable menus)
    {
        (_rows, _workloads, _items) = (rows, workloads, items);
        _isZero = [.. Enumerable.Range(0, rows.Count).Select(r => !rows[r].IsFloor && rows[r].Limit <= rows[r].Tolerance)];
        var isFreeOffered = Array.Exists(items.Rent, rent => rent == 0);
        BansWorkload = [.. workloads.Network.Select((n, w) =>
            IsZero(rows.GpuCap[n])
            || (IsZero(rows.Stake[n]) && workloads.Stake[w] > 0)
            || (!isFreeOffered && (IsZero(rows.Exposure[n]) || IsZero(rows.BucketMax[n]))))];
        BansMoves = IsZero(rows.Moves);
        if (Enumerable.Range(0, items.Count).Any(i => items.Locked[i] && !HasChoice(i, menus)))
        {
            // A contradiction, which only a search that prices these rows can prove.
            Array.Clear(_isZero);
            Array.Clear(BansWorkload);
            BansMoves = false;
        }
        // Where nothing may move, a workload that nobody runs is as good as banned.
        var runs = BansMoves ? items.HeldWorkload.ToHashSet() : null;
        Shut = [.. Enumerable.Range(0, networks.Count).Select(n => !workloads.Network.Where((of, w) => of == n && !BansWorkload[w] && runs?.Contains(w) != false).Any())];
    }

    /// <summary>Per workload: nobody may run it.</summary>
    public bool[] BansWorkload { get; }

    /// <summary>Nothing may start or move.</summary>
    public bool BansMoves { get; }

    /// <summary>Per network: it has no workload that anybody may run.</summary>
    public bool[] Shut { get; }

    /// <summary>The row is left out of the search for prices.</summary>
    public bool IsZero(int row) => row >= 0 && _isZero[row];

    /// <summary>The item may not be used at all: its rent would be paid from a budget of 0.</summary>
    public bool BansItem(int item) => _items.Rent[item] > 0 && (IsZero(_rows.Budget) || IsZero(_rows.Provider[_items.Provider[item]]));

    /// <summary>True if an entry of a block's menu may not be chosen.</summary>
    public bool Bans(in Block block, int k) =>
        BansWorkload[block.Menu.Workload[k]] || (BansMoves && k != block.Stay) || BansItem(block.Item);

    /// <summary>Prices these rows, and the work of the networks they shut, so that at the prices no banned choice is better than the others.</summary>
    public void Price(Model model, double[] prices)
    {
        for (var n = 0; n < model.Networks.Count; n++)
        {
            prices[n] = Shut[n] ? WorthlessAt(model.Networks, n) : prices[n];
        }
        var table = new PriceTable(model, bans: false);
        for (var row = 0; row < _rows.Count; row++)
        {
            if (!_isZero[row])
            {
                continue;
            }
            table.Set(prices);
            var price = 0.0;
            foreach (var block in model.Blocks.All.Concat(model.Blocks.Banned))
            {
                price = Math.Max(price, Excess(block, table, row));
            }
            prices[model.Networks.Count + row] = price;
        }
    }

    /// <summary>What a unit of the row must cost for the block's choices that use it to be no better than those it may make.</summary>
    private double Excess(in Block block, PriceTable table, int row)
    {
        var allowed = block.IsLocked ? double.NegativeInfinity : 0;
        for (var k = 0; k < block.Menu.Count; k++)
        {
            allowed = Bans(block, k) ? allowed : Math.Max(allowed, table.Worth(block, k));
        }
        var excess = 0.0;
        for (var k = 0; k < block.Menu.Count; k++)
        {
            var units = Units(block, k, row);
            excess = units > 0 ? Math.Max(excess, (table.Worth(block, k) - allowed) / units) : excess;
        }
        return excess;
    }

    private double Units(in Block block, int k, int row)
    {
        var (w, rent) = (block.Menu.Workload[k], _items.Rent[block.Item]);
        var n = _workloads.Network[w];
        return row == _rows.GpuCap[n] ? 1
            : row == _rows.Stake[n] ? _workloads.Stake[w] * _rows.StakeScale[n]
            : row == _rows.Moves ? (k == block.Stay ? 0 : 1)
            : row == _rows.Exposure[n] || row == _rows.BucketMax[n] || row == _rows.Budget || row == _rows.Provider[_items.Provider[block.Item]] ? rent
            : 0;
    }

    private bool HasChoice(int item, MenuTable menus)
    {
        var menu = menus.UpTo(_items.Gpu[item], _items.Available[item]);
        return !BansItem(item) && Array.Exists(menu.Workload, w => !BansWorkload[w] && (!BansMoves || w == _items.HeldWorkload[item]));
    }

    /// <summary>The least price of work at which a network is worth nothing to whoever buys all of it.</summary>
    private static double WorthlessAt(NetworkTable networks, int network)
    {
        var (value, least) = (networks.Values[network].Max(), networks.LeastWork[network]);
        return least <= 0 ? 0 : networks.IsProRata[network] ? value / (networks.Others[network] + least) : value / Math.Max(networks.Demand[network], least);
    }
}
