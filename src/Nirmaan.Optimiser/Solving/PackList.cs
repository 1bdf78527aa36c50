namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// The packs of one network that lose least at given prices: what it could have is looked through with a limit of loss that doubles until enough are found or enough
/// was looked at. A cap of a few GPUs makes the packs few, which is where moves of single miners find no way from one to another.
/// </summary>
internal sealed class PackList
{
    private const int MostPacks = 1500, MostKept = 3000, MostOptions = 160, Grains = 12, Deepest = 32, Sweeps = 3, Sections = 40;

    private readonly Model _model;
    private readonly Lagrangian _at;
    private readonly int _network;
    private readonly PlanState _rest;
    private readonly int[] _shared, _own, _order, _free;
    private readonly double[] _allRoom, _room, _ownPrices, _charge, _gain, _loss, _rents;
    private readonly double _worthBefore, _grain;
    private readonly (int Option, int Count)[] _chosen = new (int, int)[Deepest];
    private readonly Dictionary<int, int> _taken = [];
    private readonly Dictionary<ulong, (double Loss, (int Option, int Count)[] Miners)> _found = [];
    private readonly HashSet<ulong> _known = [];
    private readonly Dictionary<int, double> _bestOfPart = [];
    private double _workPrice, _limit;
    private int _visits, _mostVisits;

    /// <param name="model">The model.</param>
    /// <param name="rest">The plan without what the packs are to bring.</param>
    /// <param name="at">Where prices start.</param>
    /// <param name="core">The choices worth looking at.</param>
    /// <param name="network">Whose packs.</param>
    /// <param name="shared">The rows that networks share, in the order of <see cref="Pack.Usage"/>.</param>
    /// <param name="free">GPUs of each part of an item that packs may take.</param>
    public PackList(Model model, PlanState rest, Lagrangian at, Core core, int network, int[] shared, int[] free)
    {
        (_model, _at, _network, _rest, _shared, _free) = (model, at, network, rest, shared, free);
        var rows = model.Rows;
        _own = [.. new[] { rows.Exposure[network], rows.GpuCap[network], rows.Stake[network] }.Where(r => r >= 0)];
        _ownPrices = Array.ConvertAll(_own, at.RowPrice);
        _workPrice = at.Prices[network];
        _allRoom = Array.ConvertAll(_own, rest.Room);
        _room = (double[])_allRoom.Clone();
        Options = [.. Choices(model, core, network).SelectMany(Of).Where(o => o.Most > 0)];
        (_charge, _gain, _loss) = (new double[Options.Length], new double[Options.Length], new double[Options.Length]);
        _order = [.. Enumerable.Range(0, Options.Length)];
        _rents = new double[model.Items.Providers.Length];
        _grain = Math.Max(1e-9, Options.Select(o => o.Rent).DefaultIfEmpty(1).Min() / Grains);
        _worthBefore = at.Value(network, rest.Revenue.Work[network]);
    }

    public PackOption[] Options { get; }

    /// <summary>Least loss first, once sorted.</summary>
    public List<Pack> Packs { get; } = [];

    /// <summary>No pack is worth more at the prices, what it uses of the shared rows and of the items being paid for.</summary>
    public double Bound { get; private set; }

    /// <summary>What the best pack that is known is worth at the prices.</summary>
    public double Top { get; set; }

    /// <summary>What packs of a network are made of.</summary>
    public static IEnumerable<Option> Choices(Model model, Core core, int network) => core.Into[network].Where(o => !model.Items.Locked[o.Item]).Take(MostOptions);

    /// <summary>Adds the pack of these miners.</summary>
    public Pack Add(IEnumerable<(int Option, int Count)> miners)
    {
        var chosen = miners.ToArray();
        var (work, cost, usage) = (_rest.Revenue.Work[_network], 0.0, new double[_shared.Length]);
        var gpus = new List<(int Part, int Gpus)>();
        foreach (var (index, count) in chosen)
        {
            var option = Options[index];
            (work, cost) = (work + (count * option.Work), cost + (count * option.Cost));
            for (var i = 0; i < usage.Length; i++)
            {
                usage[i] += count * Use(_shared[i], option);
            }
            var at = gpus.FindIndex(g => g.Part == option.Part);
            if (at < 0)
            {
                gpus.Add((option.Part, count * option.Gpus));
            }
            else
            {
                gpus[at] = (option.Part, gpus[at].Gpus + (count * option.Gpus));
            }
        }
        var pack = new Pack { Worth = _at.Value(_network, work) - _worthBefore - cost, Usage = usage, Gpus = [.. gpus], Miners = chosen };
        if (_known.Add(Key(chosen)))
        {
            Packs.Add(pack);
        }
        return pack;
    }

    /// <summary>Takes over the prices of the shared rows and of items' GPUs, and looks for those of the network's work and own rows that bound its packs best.</summary>
    public void Price(double[] rowPrices, double[] gpuPrices)
    {
        for (var k = 0; k < Options.Length; k++)
        {
            var option = Options[k];
            _charge[k] = option.Cost + (gpuPrices[option.Part] * option.Gpus);
            for (var i = 0; i < _shared.Length; i++)
            {
                _charge[k] += rowPrices[i] * Use(_shared[i], option);
            }
        }
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            _workPrice = Lowest(2 * _workPrice, price => _workPrice = price);
            for (var i = 0; i < _own.Length; i++)
            {
                var row = i;
                _ownPrices[row] = Lowest((2 * _ownPrices[row]) + 1, price => _ownPrices[row] = price);
            }
        }
        Bound = Dual();
        for (var k = 0; k < Options.Length; k++)
        {
            _loss[k] = (_bestOfPart[Options[k].Part] * Options[k].Gpus) - _gain[k];
        }
        Array.Sort(_order, (a, b) => (_loss[a], a).CompareTo((_loss[b], b)));
    }

    /// <summary>Finds packs, of a loss up to the limit at most, by looking at no more than so many at a time.</summary>
    public void Fill(double mostLoss, int mostVisits, CancellationToken cancellationToken)
    {
        _mostVisits = mostVisits;
        _limit = mostLoss / 256;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            _found.Clear();
            (_limit, _visits) = (2 * _limit, 0);
            Grow(0, 0, 0, _rest.Revenue.Work[_network], 0);
        }
        while (_found.Count < MostPacks && _visits < _mostVisits && _limit < mostLoss);
        foreach (var (_, miners) in _found.Values.OrderBy(f => f.Loss).ThenBy(f => Key(f.Miners)).Take(MostPacks))
        {
            Add(miners);
        }
    }

    /// <summary>Puts the packs into their order and keeps those that lose least, the empty one and the given one among them.</summary>
    public void Keep(double mostLoss, Pack given)
    {
        Packs.Sort((a, b) => (a.Loss, Key(a.Miners)).CompareTo((b.Loss, Key(b.Miners))));
        var last = Packs[Math.Min(Packs.Count, MostKept) - 1].Loss;
        Packs.RemoveAll(p => (p.Loss > mostLoss || p.Loss > last) && p.Miners.Length > 0 && p != given);
    }

    /// <summary>The price at which the bound is lowest, by golden sections: it is convex in each price.</summary>
    private double Lowest(double highest, Action<double> set)
    {
        const double Golden = 0.6180339887498949;
        var (low, high) = (0.0, highest);
        var (a, b) = (high - (Golden * (high - low)), low + (Golden * (high - low)));
        var (atA, atB) = (At(a), At(b));
        for (var i = 0; i < Sections; i++)
        {
            if (atA <= atB)
            {
                (high, b, atB) = (b, a, atA);
                a = high - (Golden * (high - low));
                atA = At(a);
            }
            else
            {
                (low, a, atA) = (a, b, atB);
                b = low + (Golden * (high - low));
                atB = At(b);
            }
        }
        set(a);
        return a;

        double At(double price)
        {
            set(price);
            return Dual();
        }
    }

    /// <summary>What divisible GPUs could be worth to the network at the prices.</summary>
    private double Dual()
    {
        var bound = _at.BestValue(_network, _workPrice) + (_workPrice * _rest.Revenue.Work[_network]) - _worthBefore;
        for (var i = 0; i < _own.Length; i++)
        {
            bound += _ownPrices[i] * Math.Max(0, _allRoom[i]);
        }
        _bestOfPart.Clear();
        for (var k = 0; k < Options.Length; k++)
        {
            var option = Options[k];
            _gain[k] = (_workPrice * option.Work) - _charge[k];
            for (var i = 0; i < _own.Length; i++)
            {
                _gain[k] -= _ownPrices[i] * Use(_own[i], option);
            }
            _bestOfPart[option.Part] = Math.Max(_bestOfPart.GetValueOrDefault(option.Part), _gain[k] / option.Gpus);
        }
        foreach (var (part, best) in _bestOfPart)
        {
            bound += best * _free[part];
        }
        return bound;
    }

    private void Grow(int from, int depth, double loss, double work, double charge)
    {
        if (++_visits > _mostVisits)
        {
            return;
        }
        Consider(depth, work, charge);
        for (var at = from; at < _order.Length && depth < Deepest && _visits <= _mostVisits; at++)
        {
            var k = _order[at];
            var option = Options[k];
            if (loss + _loss[k] > _limit)
            {
                break;
            }
            var taken = _taken.GetValueOrDefault(option.Part);
            var most = Math.Min(option.Most, (_free[option.Part] - taken) / option.Gpus);
            var count = 0;
            while (count < most && loss + ((count + 1) * _loss[k]) <= _limit && Take(option))
            {
                count++;
                _taken[option.Part] = taken + (count * option.Gpus);
                _chosen[depth] = (k, count);
                Grow(at + 1, depth + 1, loss + (count * _loss[k]), work + (count * option.Work), charge + (count * _charge[k]));
            }
            _taken[option.Part] = taken;
            GiveBack(option, count);
        }
    }

    /// <summary>Uses the network's own rows for a miner, unless there is no room.</summary>
    private bool Take(in PackOption option)
    {
        for (var i = 0; i < _own.Length; i++)
        {
            if (_room[i] < Use(_own[i], option))
            {
                return false;
            }
        }
        GiveBack(option, -1);
        return true;
    }

    private void GiveBack(in PackOption option, int miners)
    {
        for (var i = 0; i < _own.Length; i++)
        {
            _room[i] += miners * Use(_own[i], option);
        }
    }

    private void Consider(int depth, double work, double charge)
    {
        var loss = Bound - (_at.Value(_network, work) - _worthBefore - charge);
        if (loss > _limit)
        {
            return;
        }
        // Of packs that pay each provider about the same, one is enough.
        Array.Clear(_rents);
        for (var i = 0; i < depth; i++)
        {
            var option = Options[_chosen[i].Option];
            _rents[_model.Items.Provider[option.Item]] += _chosen[i].Count * option.Rent;
        }
        var key = 14695981039346656037UL;
        foreach (var rent in _rents)
        {
            key = (key ^ (ulong)(rent / _grain)) * 1099511628211UL;
        }
        if (!_found.TryGetValue(key, out var known) || loss < known.Loss)
        {
            _found[key] = (loss, [.. _chosen.AsSpan(0, depth).ToArray().Order()]);
        }
    }

    private static ulong Key((int Option, int Count)[] miners)
    {
        var key = 14695981039346656037UL;
        foreach (var (option, count) in miners)
        {
            key = (((key ^ (ulong)option) * 1099511628211UL) ^ (ulong)count) * 1099511628211UL;
        }
        return key;
    }

    private double Use(int row, in PackOption option)
    {
        var rows = _model.Rows;
        return row == rows.Exposure[_network] || row == rows.Budget || row == rows.BucketMax[_network] || row == rows.Provider[_model.Items.Provider[option.Item]] ? option.Rent
            : row == rows.BucketMin[_network] ? -option.Rent
            : row == rows.GpuCap[_network] ? option.Gpus
            : row == rows.Stake[_network] ? option.Gpus * _model.Workloads.Stake[option.Workload] * rows.StakeScale[_network]
            : row == rows.Moves && !option.IsStaying ? option.Gpus
            : 0;
    }

    /// <summary>On GPUs that are held, staying costs nothing and leaving a move; on the others anything is a start.</summary>
    private IEnumerable<PackOption> Of(Option option)
    {
        var (items, workloads, w) = (_model.Items, _model.Workloads, option.Workload);
        var menu = _model.Menus.OfGpu[items.Gpu[option.Item]];
        var (lot, held) = (workloads.Lot[w], items.Held[option.Item]);
        var (rent, work) = (lot * items.Rent[option.Item], lot * items.Reliability[option.Item] * menu.Work[menu.Position[w]]);
        var isStaying = held > 0 && items.HeldWorkload[option.Item] == w;
        var part = option.Item + items.Count;
        yield return new PackOption(option.Item, part, w, lot, _free[part] / lot, work, rent + (isStaying ? 0 : lot * workloads.Move[w]), rent, isStaying);
        yield return new PackOption(option.Item, option.Item, w, lot, _free[option.Item] / lot, work, rent + (lot * workloads.Start[w]), rent, IsStaying: false);
    }
}
