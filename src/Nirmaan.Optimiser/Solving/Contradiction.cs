using Nirmaan.Optimiser.Explaining;

namespace Nirmaan.Optimiser.Solving;

/// <summary>Finds which rows cannot hold together, by leaving rows out until what is left is possible.</summary>
internal sealed class Contradiction(AllocationInstance instance, CancellationToken cancellationToken)
{
    private const int PriceSteps = 300, MostNamed = 5;

    /// <summary>The prices prove that no plan exists, not even with divisible GPUs.</summary>
    public InfeasibleInstanceException Explain()
    {
        // What is left after every row that is not needed for the contradiction has been left out is the contradiction.
        var rows = Limits(instance);
        var left = WithoutValue(instance);
        foreach (var row in rows.ToList())
        {
            var without = RowLimits.With(left, row, null);
            if (!IsPossible(without))
            {
                left = without;
                rows.Remove(row);
            }
        }
        var unlocked = Unlocked(left);
        if (rows.Count > 0 && !IsPossible(unlocked))
        {
            return new InfeasibleInstanceException(rows, proved: true, "no division of the GPUs on offer keeps all of them");
        }
        var locked = left.Items.Where(i => i.Held is { Locked: true, Count: > 0 }).OrderByDescending(i => i.UsdPerGpuHour * i.Held!.Count).ToList();
        rows.AddRange(locked.Take(MostNamed).Select(i => RowNames.Locked(i.Id)));
        var more = locked.Count > MostNamed ? $" and {locked.Count - MostNamed} more locked items" : "";
        return new InfeasibleInstanceException(rows, proved: true, $"locked GPUs{more} must be paid for and used");
    }

    /// <summary>Divisible GPUs could keep the rows, but whole miners were not found to.</summary>
    public InfeasibleInstanceException Explain(Model model, PlanState nearest, Repair repair, bool isProof)
    {
        if (!IsPossible(WithoutValue(instance)))
        {
            return Explain();
        }
        var rows = new List<string>();
        while (nearest.WorstRow(touchedOnly: false) is >= 0 and var row)
        {
            rows.Add(model.Rows[row].Name);
            if (rows.Count > 1 || !repair.Force(row))
            {
                break;
            }
        }
        var why = isProof ? "divisible GPUs could keep them, whole miners cannot" : "whole miners that keep all of them were not found";
        return new InfeasibleInstanceException([.. rows.Distinct()], isProof, why);
    }

    /// <summary>The rows that can contradict, those that rarely do first so that they are left out first.</summary>
    private static List<string> Limits(AllocationInstance given)
    {
        var rows = new List<string>();
        if (given.Caps.MaxMoves is not null)
        {
            rows.Add(RowNames.Moves);
        }
        foreach (var network in given.Networks)
        {
            rows.AddRange(network.StakeOwned is null ? [] : [RowNames.Stake(network.Id)]);
            rows.AddRange(network.GpuCap is null ? [] : [RowNames.GpuCap(network.Id)]);
            rows.AddRange(network.ExposureCapUsdPerHour is null ? [] : [RowNames.Exposure(network.Id)]);
        }
        rows.AddRange((given.Caps.ProviderUsdPerHour?.Keys ?? []).Order(StringComparer.Ordinal).Select(RowNames.Provider));
        rows.AddRange((given.Caps.BucketMaxUsdPerHour?.Keys ?? []).Order(StringComparer.Ordinal).Select(RowNames.BucketMax));
        rows.Add(RowNames.Budget);
        rows.AddRange((given.Caps.BucketMinUsdPerHour?.Keys ?? []).Order(StringComparer.Ordinal).Select(RowNames.BucketMin));
        return rows;
    }

    private bool IsPossible(AllocationInstance candidate)
    {
        var model = new Model(candidate);
        return new PriceSearch(model, new SmoothedDual(model)).Run(1e-5, PriceSteps, null, null, cancellationToken);
    }

    /// <summary>Whether a plan exists has nothing to do with what it earns.</summary>
    private static AllocationInstance WithoutValue(AllocationInstance given) => given with
    {
        RiskWeight = 0,
        Networks = [.. given.Networks.Select(n => n with { ValueUsdPerHour = 0, ScenarioValuesUsdPerHour = null })],
        Workloads = [.. given.Workloads.Select(w => w with { MoveCostUsd = 0, StartCostUsd = 0 })],
    };

    private static AllocationInstance Unlocked(AllocationInstance given) => given with
    {
        Items = [.. given.Items.Select(i => i.Held is { Locked: true } held ? i with { Held = held with { Locked = false } } : i)],
    };
}
