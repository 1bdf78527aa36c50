using Microsoft.Extensions.Options;

namespace Nirmaan.Control.Rewards;

/// <summary>How rewards are shared out. Section <c>Rewards</c>.</summary>
public sealed class RewardsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Rewards";

    /// <summary>
    /// Nirmaan's fee on what is received for the pool and left after the cost, in 1/100 of a percent: 1000 = 10 %. Of the first policy: once it
    /// stands in the database, admins announce others.
    /// </summary>
    public int FeeBasisPoints { get; set; } = 1000;
    /// <summary>
    /// True: the treasury pays the rent, which is shown beside the rewards. False: each epoch sets aside what covers the rent of the networks that
    /// paid. Of the first policy, as the fee is.
    /// </summary>
    public bool RentTreasuryFunded { get; set; } = true;
    /// <summary>How long before its start a policy that takes more from stakers must be announced.</summary>
    public TimeSpan FeeNotice { get; set; } = TimeSpan.FromDays(7);
    /// <summary>How many admins must consent to an epoch as it was shown to them before it is closed; 0 = it closes by itself.</summary>
    public int SignOffs { get; set; } = 2;
    /// <summary>The UTC day of epoch 1; null = the day of the first stake. Set it before the first epoch closes: closed epochs are not renumbered.</summary>
    public DateOnly? FirstEpoch { get; set; }
    /// <summary>A price older than this is not used: then the value is unknown.</summary>
    public TimeSpan PriceReach { get; set; } = TimeSpan.FromHours(24);
    /// <summary>How long after a machine's end the supplier's own figure of its cost is still taken over.</summary>
    public TimeSpan AdjustFor { get; set; } = TimeSpan.FromDays(7);
}

internal sealed class RewardsOptionsCheck : IValidateOptions<RewardsOptions>
{
    public ValidateOptionsResult Validate(string? name, RewardsOptions options)
    {
        List<string> faults = [];
        if (options.FeeBasisPoints is < 0 or > 10_000)
        {
            faults.Add($"{RewardsOptions.Section}:{nameof(options.FeeBasisPoints)} is {options.FeeBasisPoints}; expected 0 to 10000 (1/100 of a percent).");
        }
        if (options.SignOffs is < 0 or > 10) { faults.Add($"{RewardsOptions.Section}:{nameof(options.SignOffs)} is {options.SignOffs}; expected 0 to 10 persons."); }
        if (options.FeeNotice < TimeSpan.Zero) { faults.Add($"{RewardsOptions.Section}:{nameof(options.FeeNotice)} is {options.FeeNotice}; expected a time span (d.hh:mm:ss) of zero or more."); }
        foreach (var (key, value) in new[] { (nameof(options.PriceReach), options.PriceReach), (nameof(options.AdjustFor), options.AdjustFor) })
        {
            if (value <= TimeSpan.Zero) { faults.Add($"{RewardsOptions.Section}:{key} is {value}; expected a time span (d.hh:mm:ss) greater than zero."); }
        }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
