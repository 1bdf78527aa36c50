using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>How each of the machines that a launch asked for stands now. The five counts add up to what was wanted: a machine and those that replaced it are one.</summary>
/// <param name="OnTheWay">Asked for; nothing bills yet.</param>
/// <param name="Rented">Ours and wanted.</param>
/// <param name="Earning">Of the rented: credited by the network.</param>
/// <param name="Retired">Given back, or on the way to it.</param>
/// <param name="Lost">Rented once, then lost, and not replaced.</param>
/// <param name="NotToBeHad">Never came to be rented.</param>
public sealed record LaunchTally(int Wanted, int OnTheWay, int Rented, int Earning, int Retired, int Lost, int NotToBeHad)
{
    /// <summary>Counts.</summary>
    public static LaunchTally Of(LaunchDetail detail)
    {
        var replaced = detail.Instances.Select(i => i.Replaces).OfType<InstanceId>().ToHashSet();
        var newest = detail.Instances.Where(i => !replaced.Contains(i.Id)).ToLookup(Standing);
        int Count(Place place) => newest[place].Count();
        // What the books do not show yet is on its way.
        var missing = Math.Max(0, detail.Launch.Operations.Length - newest.Sum(g => g.Count()));
        return new LaunchTally(
            detail.Launch.Operations.Length, Count(Place.OnTheWay) + missing, Count(Place.Rented), newest[Place.Rented].Count(i => i.Miner?.State == MinerState.Earning), Count(Place.Retired), Count(Place.Lost), Count(Place.NotToBeHad));
    }

    private enum Place { OnTheWay, Rented, Retired, Lost, NotToBeHad }

    private static Place Standing(InstanceRow row) => row.State switch
    {
        InstanceState.Draining or InstanceState.Closing or InstanceState.Closed => Place.Retired,
        InstanceState.Failed => row.BilledFrom is null ? Place.NotToBeHad : Place.Lost,
        _ => row.BilledFrom is null ? Place.OnTheWay : Place.Rented,
    };
}

/// <summary>What was agreed for the machines of a launch, beside what the market had let expect of the very same machines.</summary>
/// <param name="Agreed">Machines with an agreed price.</param>
/// <param name="EstimatedUsdPerHour">As the plan showed it; null = one of them was in no plan (a replacement).</param>
/// <param name="AgreedUsdPerHour">Null = one of the prices is not known.</param>
public sealed record LaunchPrice(int Agreed, decimal? EstimatedUsdPerHour, decimal? AgreedUsdPerHour)
{
    /// <summary>Compares; null = nothing is agreed yet.</summary>
    public static LaunchPrice? Of(LaunchDetail detail)
    {
        var estimates = Estimates(detail);
        var agreed = detail.Instances.Where(i => i.BilledFrom is not null && estimates.ContainsKey(i.Id)).ToList();
        return agreed.Count == 0 ? null : new LaunchPrice(
            agreed.Count, agreed.Exists(i => estimates[i.Id] is null) ? null : agreed.Sum(i => estimates[i.Id]), agreed.Exists(i => i.UsdPerHour is null) ? null : agreed.Sum(i => i.UsdPerHour));
    }

    /// <summary>What the plan showed for each machine that it asked for, USD per hour. A replacement stood in no plan.</summary>
    public static IReadOnlyDictionary<InstanceId, decimal?> Estimates(LaunchDetail detail)
    {
        // Operations were entered offer by offer, in the plan's order.
        var prices = detail.Launch.Plan.Chosen.SelectMany(o => Enumerable.Repeat(o.UsdPerGpuHour * detail.Launch.Plan.GpusPerMiner, o.Machines));
        var owners = detail.Operations.Where(o => o.InstanceId is not null).ToDictionary(o => o.Id.Value, o => o.InstanceId!.Value);
        return detail.Launch.Operations.Zip(prices).Where(p => owners.ContainsKey(p.First)).ToDictionary(p => owners[p.First], p => p.Second);
    }

    /// <summary>How a plan's price is to be taken: what it is, when it was read, and what it may never exceed.</summary>
    public static string Words(LaunchPlan plan)
    {
        var ceiling = $"ceiling {Kit.Format.Usd(plan.Request.MaxUsdPerGpuHour * plan.GpusPerMiner * plan.Found)}/h";
        if (plan.Chosen.Count == 0) { return ceiling; }
        var (from, to) = (plan.Chosen.Min(o => o.SeenAt), plan.Chosen.Max(o => o.SeenAt));
        var read = from.UtcDateTime.Ticks / TimeSpan.TicksPerMinute == to.UtcDateTime.Ticks / TimeSpan.TicksPerMinute ? Hour(from) : $"{Hour(from)} to {Hour(to)}";
        return plan.Chosen.Any(o => o.PriceKind == PriceKind.Estimated)
            ? $"estimated from the market at {read} UTC; bids decide; {ceiling}"
            : $"quoted by the supplier at {read} UTC; {ceiling}";
    }

    private static string Hour(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture);
}
