namespace Nirmaan.Optimiser.Backtest;

/// <summary>A way of deciding. One object lives through one history, so it may remember.</summary>
internal interface IPolicy
{
    /// <summary>Chooses for the fleet as it is now.</summary>
    IReadOnlyList<Assignment> Decide(AllocationInstance seen, CancellationToken cancellationToken);
}

/// <summary>The allocation solver.</summary>
/// <param name="solving">How far to search.</param>
/// <param name="ignoresSwitching">True: as if moving and starting were free.</param>
internal sealed class OptimiserPolicy(SolveOptions solving, bool ignoresSwitching = false) : IPolicy
{
    public IReadOnlyList<Assignment> Decide(AllocationInstance seen, CancellationToken cancellationToken)
    {
        var asked = ignoresSwitching ? seen with { Workloads = [.. seen.Workloads.Select(w => w with { MoveCostUsd = 0, StartCostUsd = 0 })] } : seen;
        try { return AllocationSolver.Solve(asked, solving, cancellationToken).Plan.Assignments; }
        // What is committed may break a limit that was lowered since: then all stays as it is until the commitment ends.
        catch (InfeasibleInstanceException) { return KeepAll(seen); }
    }

    /// <summary>Everything held stays on what it does.</summary>
    public static IReadOnlyList<Assignment> KeepAll(AllocationInstance seen) =>
        [.. seen.Items.Where(i => i.Held is not null).Select(i => new Assignment(i.Id, i.Held!.Workload, i.Held.Count))];
}

/// <summary>The first plan of the solver, never changed; what is lost is not replaced.</summary>
internal sealed class HoldPolicy(SolveOptions solving) : IPolicy
{
    private bool _hasBegun;

    public IReadOnlyList<Assignment> Decide(AllocationInstance seen, CancellationToken cancellationToken)
    {
        if (_hasBegun) { return OptimiserPolicy.KeepAll(seen); }
        _hasBegun = true;
        return new OptimiserPolicy(solving).Decide(seen, cancellationToken);
    }
}

/// <summary>The same budget for each network, spent on the GPUs that do its work at the lowest rent; what is lost is replaced.</summary>
internal sealed class EqualSplitPolicy : IPolicy
{
    public IReadOnlyList<Assignment> Decide(AllocationInstance seen, CancellationToken cancellationToken)
    {
        var sheet = new RentSheet(seen);
        foreach (var item in seen.Items.Where(i => i.Held is not null)) { sheet.Add(item, sheet.Workload(item.Held!.Workload), item.Held.Count); }
        var share = seen.BudgetUsdPerHour / seen.Networks.Count;
        foreach (var network in seen.Networks)
        {
            var offers = from w in seen.Workloads
                         where w.Network == network.Id
                         from i in seen.Items
                         where i.Held is null && w.WorkPerGpuHour.ContainsKey(i.Gpu)
                         orderby i.UsdPerGpuHour / (i.Reliability * w.WorkPerGpuHour[i.Gpu]), i.Id
                         select (Item: i, Workload: w);
            foreach (var (item, workload) in offers)
            {
                var affordable = (int)((share - sheet.SpentOn(network.Id)) / Math.Max(item.UsdPerGpuHour, 1e-9));
                sheet.AddUpTo(item, workload, affordable);
            }
        }
        return sheet.Assignments;
    }
}

/// <summary>
/// What miners' tools do: every GPU goes where one unit of work is paid most right now, as if its coming changed nothing, once that is
/// better than where it is by a threshold.
/// </summary>
/// <param name="threshold">0.05 = switch for 5 % more.</param>
/// <param name="sharePerStep">Share of the fleet that may switch, and of the budget that may be rented anew, in one step; 1 = all.</param>
internal sealed class SwitchingPolicy(double threshold, double sharePerStep = 1) : IPolicy
{
    public IReadOnlyList<Assignment> Decide(AllocationInstance seen, CancellationToken cancellationToken)
    {
        var rate = RateNow(seen);
        var sheet = new RentSheet(seen);
        var held = seen.Items.Where(i => i.Held is not null).ToList();
        var mayMove = (int)Math.Ceiling(sharePerStep * held.Sum(i => i.Available));
        // The greatest gains first, and what is committed before what can be given back.
        foreach (var item in held.OrderByDescending(i => i.Held!.Locked).ThenByDescending(i => Best(seen, i, rate).Usd - Usd(i, sheet.Workload(i.Held!.Workload), rate)).ThenBy(i => i.Id, StringComparer.Ordinal))
        {
            var (best, usd) = Best(seen, item, rate);
            var current = sheet.Workload(item.Held!.Workload);
            var now = Usd(item, current, rate);
            var moving = best is not null && best != current && usd > now * (1 + threshold) ? Math.Min(item.Available, mayMove) : 0;
            moving = moving > 0 ? sheet.AddUpTo(item, best!, moving) : 0;
            mayMove -= moving;
            if (item.Held.Locked || now * (1 + threshold) >= item.UsdPerGpuHour) { sheet.Add(item, current, item.Available - moving); }
        }
        var mayRent = sharePerStep * seen.BudgetUsdPerHour;
        var free = from i in seen.Items
                   where i.Held is null
                   let best = Best(seen, i, rate)
                   where best.Workload is not null && best.Usd > i.UsdPerGpuHour * (1 + threshold)
                   orderby best.Usd / Math.Max(i.UsdPerGpuHour, 1e-9) descending, i.Id
                   select (Item: i, best.Workload);
        foreach (var (item, workload) in free)
        {
            var rented = sheet.AddUpTo(item, workload!, (int)(mayRent / Math.Max(item.UsdPerGpuHour, 1e-9)));
            mayRent -= rented * item.UsdPerGpuHour;
        }
        return sheet.Assignments;
    }

    private static double Usd(AllocationItem item, Workload workload, Dictionary<string, double> rate) =>
        rate[workload.Network] * item.Reliability * workload.WorkPerGpuHour.GetValueOrDefault(item.Gpu);

    private static (Workload? Workload, double Usd) Best(AllocationInstance seen, AllocationItem item, Dictionary<string, double> rate) =>
        seen.Workloads.Where(w => w.GpusPerMiner <= item.Available && w.WorkPerGpuHour.ContainsKey(item.Gpu))
            .Select(w => ((Workload?)w, Usd(item, w, rate))).OrderByDescending(x => x.Item2).ThenBy(x => x.Item1!.Id, StringComparer.Ordinal).FirstOrDefault();

    /// <summary>What a unit of work is paid with our fleet as it is.</summary>
    private static Dictionary<string, double> RateNow(AllocationInstance seen)
    {
        var workloads = seen.Workloads.ToDictionary(w => w.Id, StringComparer.Ordinal);
        var own = seen.Items.Where(i => i.Held is not null).GroupBy(i => workloads[i.Held!.Workload].Network, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Sum(i => i.Held!.Count * i.Reliability * workloads[i.Held.Workload].WorkPerGpuHour.GetValueOrDefault(i.Gpu)), StringComparer.Ordinal);
        return seen.Networks.ToDictionary(n => n.Id, n =>
        {
            var work = own.GetValueOrDefault(n.Id);
            var paid = n.Reward == RewardShape.ProRata ? n.OthersWork + work : Math.Max(n.DemandWorkPerHour!.Value, work);
            return paid > 0 ? n.ValueUsdPerHour / paid : 0;
        }, StringComparer.Ordinal);
    }
}
