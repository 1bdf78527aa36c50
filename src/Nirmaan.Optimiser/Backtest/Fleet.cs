namespace Nirmaan.Optimiser.Backtest;

/// <summary>GPUs of one offer that a policy holds, all on one workload.</summary>
internal sealed record Holding(string Offer, string Provider, string Gpu, double Reliability, double UsdPerGpuHour, string Workload, int Count, DateTimeOffset BoundUntil, DateTimeOffset WorksFrom)
{
    public double UsdPerHour => Count * UsdPerGpuHour;
}

/// <summary>What a decision did to a fleet.</summary>
internal readonly record struct Changes(int Started, int Moved, int Released, int FailedBids);

/// <summary>The fleet of one policy: what it rents, at the price at which it was rented.</summary>
internal sealed class Fleet(BacktestOptions options)
{
    // Recorded instances have held items of their own, with names of their own.
    private const string HeldPrefix = "of this fleet:";

    public List<Holding> Holdings { get; private set; } = [];

    /// <summary>Takes away the machines that are lost in a step; luck is the offer's, so every policy that holds it loses it.</summary>
    public void LoseMachines(DateTimeOffset at, double hours)
    {
        var survives = Math.Pow(1 - options.LossesPerDay, hours / 24);
        Holdings.RemoveAll(h => Luck.Of(options.Seed, "loss", h.Offer, at) >= survives);
    }

    /// <summary>The question as it is for this fleet: its own GPUs are the held ones, and what it holds of an offer is not on offer to it again.</summary>
    public AllocationInstance See(Decision decision)
    {
        Merge();
        var held = Holdings.ToLookup(h => h.Offer, StringComparer.Ordinal);
        var items = new List<AllocationItem>(decision.Instance.Items.Count + Holdings.Count);
        for (var i = 0; i < Holdings.Count; i++)
        {
            var h = Holdings[i];
            items.Add(new AllocationItem
            {
                Id = $"{HeldPrefix}{i}",
                Provider = h.Provider,
                Gpu = h.Gpu,
                UsdPerGpuHour = h.UsdPerGpuHour,
                Reliability = h.Reliability,
                Available = h.Count,
                Held = new HeldGpus { Workload = h.Workload, Count = h.Count, Locked = h.BoundUntil > decision.At },
            });
        }
        foreach (var item in decision.Instance.Items)
        {
            var free = item.Available - held[item.Id].Sum(h => h.Count);
            if (free > 0) { items.Add(item with { Available = free, Held = null }); }
        }
        return decision.Instance with { Items = items };
    }

    /// <summary>Carries out assignments that were made for what <see cref="See"/> gave.</summary>
    public Changes Apply(AllocationInstance seen, IReadOnlyList<Assignment> assignments, DateTimeOffset at)
    {
        var next = new List<Holding>();
        var items = seen.Items.ToDictionary(i => i.Id, StringComparer.Ordinal);
        var (started, moved, kept, failed) = (0, 0, 0, 0);
        foreach (var (id, workload, count) in assignments)
        {
            if (count <= 0) { continue; }
            if (id.StartsWith(HeldPrefix, StringComparison.Ordinal))
            {
                var h = Holdings[int.Parse(id.AsSpan(HeldPrefix.Length), System.Globalization.CultureInfo.InvariantCulture)];
                kept += count;
                if (workload == h.Workload) { next.Add(h with { Count = count }); continue; }
                moved += count;
                next.Add(h with { Count = count, Workload = workload, WorksFrom = at.AddHours(options.MoveHours) });
                continue;
            }
            if (Luck.Of(options.Seed, "bid", id, at) < options.FailedBids) { failed++; continue; }
            var item = items[id];
            started += count;
            next.Add(new Holding(id, item.Provider, item.Gpu, item.Reliability, item.UsdPerGpuHour, workload, count,
                at.AddHours(options.LeaseHours.GetValueOrDefault(item.Provider)), at.AddHours(options.StartHours)));
        }
        var released = Holdings.Sum(h => h.Count) - kept;
        Holdings = next;
        return new Changes(started, moved, released, failed);
    }

    /// <summary>GPUs that differ in nothing are one holding, or a fleet would fall into ever more pieces.</summary>
    private void Merge() => Holdings = [.. Holdings.GroupBy(h => h with { Count = 0 }).Select(g => g.Key with { Count = g.Sum(h => h.Count) })];
}

/// <summary>Chance that depends on what it is about and never on who asks or how often.</summary>
internal static class Luck
{
    /// <summary>A number from 0 to below 1.</summary>
    public static double Of(int seed, string what, string offer, DateTimeOffset at)
    {
        // FNV-1a over the words: string hashes of the runtime differ from run to run.
        var hash = 14695981039346656037UL ^ (uint)seed;
        foreach (var c in what) { hash = (hash ^ c) * 1099511628211UL; }
        foreach (var c in offer) { hash = (hash ^ c) * 1099511628211UL; }
        return new Solving.SplitMix(hash ^ (ulong)at.UtcTicks).NextUnit();
    }
}
