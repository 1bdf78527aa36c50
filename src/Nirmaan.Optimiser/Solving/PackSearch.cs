namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// Improves a plan by exchanging all that a network has at once: each gets one of its packs, so that the rows which they share still hold. Where caps leave a network only
/// a few GPUs, a better plan is often many single moves away, all of which break a row or lose on the way. Packs and the prices that tell which of them to look at are found
/// in turn; then all networks draw packs while the plan cools, and groups of networks are tried with every pack that could still gain.
/// </summary>
internal sealed partial class PackSearch
{
    private const int Rounds = 2000, Fewest = 3, Widest = 5, Pricings = 4, Coolings = 6, MostPerExchange = 1_000_000;

    /// <summary>Packs that a list may look at each time; for each way to use an item packs drawn in a cooling, at most so many, and packs held against each other.</summary>
    private const int MostVisits = 200_000, DrawsPerOption = 300, MostDraws = 1_000_000, TriesPerOption = 4_000;

    private readonly Model _model;
    private readonly PlanState _plan;
    private readonly PackList[] _lists;
    private readonly Pack[] _current;
    private readonly Pack?[] _trial, _chosen;
    private readonly int[] _shared, _free;
    private readonly double[] _allRoom, _room, _rowPrices, _idleLoss;
    private readonly int[] _floors;
    private readonly double _least;
    private readonly double _gap;
    private readonly int _draws;
    private double _idle;
    private long _left, _stop;

    public PackSearch(Model model, PlanState plan, Lagrangian at, Core core, long limit, CancellationToken cancellationToken)
    {
        (_model, _plan) = (model, plan);
        _least = 1e-11 * Math.Max(1, Math.Abs(plan.Objective));
        var rows = model.Rows;
        _shared = [.. Enumerable.Range(0, rows.Count).Except(rows.Exposure).Except(rows.GpuCap).Except(rows.Stake)];
        Before = Clear(core);
        (_free, _idleLoss) = (new int[2 * model.Items.Count], new double[2 * model.Items.Count]);
        for (var i = 0; i < core.Items.Length; i++)
        {
            var item = core.Items[i];
            if (!model.Items.Locked[item])
            {
                // What the packs do not bring is taken to lie on GPUs that are held, as far as they go.
                var held = Math.Max(0, model.Items.Held[item] - plan.Used[item]);
                _free[item + model.Items.Count] = held;
                _free[item] = model.Items.Available[item] - plan.Used[item] - held;
                _idleLoss[item] = _idleLoss[item + model.Items.Count] = core.IdleLoss[i];
            }
        }
        _floors = [.. Enumerable.Range(0, _shared.Length).Where(i => rows[_shared[i]].IsFloor)];
        _allRoom = Array.ConvertAll(_shared, plan.Room);
        _room = (double[])_allRoom.Clone();
        _lists = [.. Enumerable.Range(0, model.Networks.Count).Select(n => new PackList(model, plan, at, core, n, _shared, _free))];
        (_current, _trial, _chosen) = (new Pack[_lists.Length], new Pack[_lists.Length], new Pack[_lists.Length]);
        var miners = _lists.Select(_ => new List<(int Option, int Count)>()).ToArray();
        foreach (var (part, workload, gpus) in Parts().Where(p => p.Gpus > 0))
        {
            var network = model.Workloads.Network[workload];
            var option = Array.FindIndex(_lists[network].Options, o => o.Part == part && o.Workload == workload);
            if (option >= 0 && gpus >= model.Workloads.Lot[workload]) // Else a miner lies on held and other GPUs at once: then the plan's own worth decides in the end.
            {
                miners[network].Add((option, gpus / model.Workloads.Lot[workload]));
            }
        }
        for (var n = 0; n < _lists.Length; n++)
        {
            _current[n] = _lists[n].Add(miners[n].Order());
            _lists[n].Add([]);
        }
        var options = _lists.Sum(l => l.Options.Length);
        _draws = Math.Min(MostDraws, DrawsPerOption * options);
        _left = Math.Min(limit, (long)TriesPerOption * options);
        _rowPrices = Array.ConvertAll(_shared, at.RowPrice);
        var known = _current.Sum(p => p.Worth);
        var prices = new PackPrices(_lists, _room, _free, _rowPrices, _idleLoss);
        for (var round = 0; round < Pricings; round++)
        {
            var gap = prices.LeftOver - known;
            foreach (var list in _lists)
            {
                list.Price(_rowPrices, _idleLoss);
                gap += list.Bound;
            }
            foreach (var list in _lists)
            {
                list.Fill(round == 0 ? gap : list.Bound - list.Top + prices.Bound - known, MostVisits, cancellationToken);
            }
            prices.Run(known, cancellationToken);
            for (var n = 0; n < _lists.Length; n++)
            {
                _lists[n].Keep(round < Pricings - 1 ? double.PositiveInfinity : prices.Bound - known, _current[n]);
            }
        }
        Array.ForEach(_current, Take);
        _gap = prices.Bound - known;
        Refresh();
    }

    /// <summary>Works out anew what is idle and what rows have left, so that errors cannot pile up.</summary>
    private void Refresh()
    {
        _allRoom.CopyTo(_room, 0);
        foreach (var pack in _current)
        {
            for (var i = 0; i < _room.Length; i++)
            {
                _room[i] -= pack.Usage[i];
            }
        }
        _idle = 0;
        for (var i = 0; i < _free.Length; i++)
        {
            _idle += _free[i] * _idleLoss[i];
        }
    }

    /// <summary>What the plan had, item by item, of that which the packs bring.</summary>
    private List<(int Item, int Workload, int Gpus)> Before { get; }

    /// <summary>Searches, and puts the plan at the best that was found; true if that is better than it was.</summary>
    public bool Run(double objective, SplitMix random, CancellationToken cancellationToken)
    {
        var networks = Enumerable.Range(0, _lists.Length).ToArray();
        for (var run = 0; run < Coolings; run++)
        {
            Anneal(run % 2 == 1, random, cancellationToken);
        }
        Pairs(networks, cancellationToken);
        var best = (Pack[])_current.Clone();
        var bestWorth = best.Sum(p => p.Worth);
        for (var round = 0; round < Rounds && _left > 0 && networks.Length >= Fewest; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Shuffle(networks, random);
            if (round % 2 == 0)
            {
                Exchange(networks.AsSpan(0, Math.Min(networks.Length, Fewest + random.Next(Widest - Fewest + 1))));
            }
            else
            {
                Disturb(networks.AsSpan(0, Fewest), random);
                Pairs(networks, cancellationToken);
            }
            var worth = _current.Sum(p => p.Worth);
            if (worth > bestWorth + _least && Holds(null))
            {
                (bestWorth, best) = (worth, (Pack[])_current.Clone());
            }
            else if (worth < bestWorth - _least || !Holds(null))
            {
                Set(best);
            }
        }
        Set(best);
        return Return(objective);
    }

    private static void Shuffle(int[] networks, SplitMix random)
    {
        for (var i = networks.Length - 1; i > 0; i--)
        {
            var j = random.Next(i + 1);
            (networks[i], networks[j]) = (networks[j], networks[i]);
        }
    }

    private void Set(Pack[] packs)
    {
        for (var n = 0; n < packs.Length; n++)
        {
            GiveBack(_current[n]);
            Take(_current[n] = packs[n]);
        }
    }

    /// <summary>The plan takes over what was found, unless its worth, which knows mixtures and scenarios, says that it was better before.</summary>
    private bool Return(double objective)
    {
        for (var n = 0; n < _current.Length; n++)
        {
            foreach (var (index, count) in _current[n].Miners)
            {
                var option = _lists[n].Options[index];
                _plan.Change(option.Item, option.Workload, count * option.Gpus);
            }
        }
        if (_plan.WorstRow(touchedOnly: false) < 0 && _plan.Objective > objective + _least)
        {
            _plan.Commit();
            return true;
        }
        _plan.Rollback(0);
        foreach (var (item, workload, gpus) in Before)
        {
            _plan.Change(item, workload, gpus);
        }
        _plan.Commit();
        return false;
    }

    /// <summary>Takes out of the plan what the packs are to bring.</summary>
    private List<(int Item, int Workload, int Gpus)> Clear(Core core)
    {
        var options = Enumerable.Range(0, _model.Networks.Count).Select(n => PackList.Choices(_model, core, n).Select(o => (o.Item, o.Workload)).ToHashSet()).ToArray();
        var taken = new List<(int, int, int)>();
        foreach (var item in core.Items)
        {
            for (var slot = _plan.FirstSlot(item); slot < _plan.SlotEnd(item); slot++)
            {
                if (_plan.WorkloadAt(slot) is >= 0 and var w && options[_model.Workloads.Network[w]].Contains((item, w)))
                {
                    taken.Add((item, w, _plan.CountAt(slot)));
                }
            }
        }
        foreach (var (item, workload, gpus) in taken)
        {
            _plan.Change(item, workload, -gpus);
        }
        _plan.Commit();
        return taken;
    }

    /// <summary>
    /// Which GPUs of an item the plan had on what, held or not: by the rule of <see cref="PlanEvaluator"/>, those of them move that save most, and no more than must or save.
    /// </summary>
    private IEnumerable<(int Part, int Workload, int Gpus)> Parts()
    {
        var (items, workloads) = (_model.Items, _model.Workloads);
        foreach (var item in Before.GroupBy(b => b.Item))
        {
            var (held, free) = (_free[item.Key + items.Count], _free[item.Key]);
            var others = item.Where(b => b.Workload != items.HeldWorkload[item.Key]).OrderBy(b => workloads.Move[b.Workload] - workloads.Start[b.Workload]).ToList();
            foreach (var (_, workload, gpus) in item.Except(others))
            {
                var stays = Math.Min(gpus, held);
                (held, free) = (held - stays, free - (gpus - stays));
                yield return (item.Key + items.Count, workload, stays);
                yield return (item.Key, workload, gpus - stays);
            }
            var must = Math.Max(0, others.Sum(o => o.Gpus) - free);
            foreach (var (_, workload, gpus) in others)
            {
                var moved = Math.Min(gpus, workloads.Move[workload] <= workloads.Start[workload] ? held : Math.Min(must, held));
                (held, must) = (held - moved, must - moved);
                yield return (item.Key + items.Count, workload, moved);
                yield return (item.Key, workload, gpus - moved);
            }
        }
    }

    /// <summary>What room in the rows that networks share and GPUs that are idle lose.</summary>
    private double Slack()
    {
        var sum = Math.Max(0, _idle);
        for (var i = 0; i < _shared.Length; i++)
        {
            sum += _rowPrices[i] * Math.Max(0, _room[i]);
        }
        return sum;
    }

    /// <summary>Whether there is room for a pack in every row but the floors, which a further one may reach, and in its items.</summary>
    private bool Fits(Pack pack)
    {
        for (var i = 0; i < _shared.Length; i++)
        {
            if (pack.Usage[i] > 0 && pack.Usage[i] > _room[i])
            {
                return false;
            }
        }
        foreach (var (part, gpus) in pack.Gpus)
        {
            if (_free[part] < gpus)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Whether every floor is reached with it.</summary>
    private bool Holds(Pack? pack)
    {
        foreach (var i in _floors)
        {
            if ((pack?.Usage[i] ?? 0) > _room[i])
            {
                return false;
            }
        }
        return true;
    }

    private void Take(Pack pack)
    {
        for (var i = 0; i < _shared.Length; i++)
        {
            _room[i] -= pack.Usage[i];
        }
        foreach (var (part, gpus) in pack.Gpus)
        {
            _free[part] -= gpus;
            _idle -= gpus * _idleLoss[part];
        }
    }

    private void GiveBack(Pack pack)
    {
        for (var i = 0; i < _shared.Length; i++)
        {
            _room[i] += pack.Usage[i];
        }
        foreach (var (part, gpus) in pack.Gpus)
        {
            _free[part] += gpus;
            _idle += gpus * _idleLoss[part];
        }
    }
}
