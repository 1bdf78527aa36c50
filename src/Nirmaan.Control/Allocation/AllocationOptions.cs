using Microsoft.Extensions.Options;

namespace Nirmaan.Control.Allocation;

/// <summary>How plans are made and carried out. Section <c>Allocation</c>.</summary>
public sealed class AllocationOptions
{
    /// <summary>First constraints, used until an admin sets others: rent of all GPUs, USD per hour.</summary>
    public decimal BudgetUsdPerHour { get; set; } = 40m;
    /// <summary>First constraints: rent on one pool, USD per hour.</summary>
    public Dictionary<string, decimal> ExposureUsdPerHour { get; set; } = [];
    /// <summary>First constraints: hours over which a switching cost is spread.</summary>
    public int HorizonHours { get; set; } = 48;
    /// <summary>First constraints: cost of moving one GPU to other work.</summary>
    public decimal MoveCostUsd { get; set; } = 0.30m;
    /// <summary>First constraints: cost of starting one new GPU.</summary>
    public decimal StartCostUsd { get; set; } = 0.20m;
    /// <summary>How long a new GPU is rented before it serves: that rent is part of what a start costs.</summary>
    public TimeSpan StartTakes { get; set; } = TimeSpan.FromMinutes(10);
    /// <summary>A plan may be approved for this long: its figures age.</summary>
    public TimeSpan PlanLife { get; set; } = TimeSpan.FromHours(6);
    /// <summary>True: whoever made a plan cannot approve it; another admin must.</summary>
    public bool TwoPersons { get; set; }
    /// <summary>GPUs of one plan that may be moving at the same time.</summary>
    public int MaxGpusMoving { get; set; } = 6;
    /// <summary>GPUs that plans may take from a network's work within an hour; renting takes none.</summary>
    public int MaxGpusPerNetworkPerHour { get; set; } = 30;
    /// <summary>A move that has not got there after this long has failed.</summary>
    public TimeSpan MovePatience { get; set; } = TimeSpan.FromHours(1);
    /// <summary>Half-life of observed work in the estimates.</summary>
    public double WorkHalfLifeHours { get; set; } = 24;
    /// <summary>Older readings of a pool are not planned with.</summary>
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromHours(2);
    /// <summary>Uptime assumed of an offer whose supplier does not say (0 to 1).</summary>
    public double AssumedReliability { get; set; } = 0.97;
    /// <summary>A free offer never counts for more GPUs than this: suppliers claim more than they deliver.</summary>
    public int MaxGpusPerOffer { get; set; } = 64;
}

internal sealed class AllocationOptionsCheck : IValidateOptions<AllocationOptions>
{
    public ValidateOptionsResult Validate(string? name, AllocationOptions options)
    {
        List<string> faults = [];
        void Need(bool good, string fault) { if (!good) { faults.Add(fault); } }
        Need(options.BudgetUsdPerHour > 0, "Allocation:BudgetUsdPerHour must be greater than 0 USD per hour.");
        Need(options.HorizonHours is > 0 and <= 720, "Allocation:HorizonHours must be 1 to 720 hours.");
        Need(options.MoveCostUsd >= 0 && options.StartCostUsd >= 0, "Allocation:MoveCostUsd and StartCostUsd must not be negative.");
        Need(options.StartTakes >= TimeSpan.Zero && options.StartTakes <= TimeSpan.FromHours(24), "Allocation:StartTakes must be 0 to 24 hours.");
        Need(options.PlanLife > TimeSpan.Zero, "Allocation:PlanLife must be greater than zero.");
        Need(options.MaxGpusMoving > 0, "Allocation:MaxGpusMoving must be at least 1 GPU.");
        Need(options.MaxGpusPerNetworkPerHour > 0, "Allocation:MaxGpusPerNetworkPerHour must be at least 1 GPU.");
        Need(options.AssumedReliability is > 0 and <= 1, "Allocation:AssumedReliability must be above 0 and at most 1.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
