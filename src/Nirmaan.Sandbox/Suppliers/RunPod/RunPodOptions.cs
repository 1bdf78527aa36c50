using Microsoft.Extensions.Options;

namespace Nirmaan.Sandbox.Suppliers.RunPod;

/// <summary>When a changed configuration reaches the container; the published contract leaves it open.</summary>
public enum RunPodChanges
{
    /// <summary>When it is restarted, as its words on single fields let expect.</summary>
    OnRestart,

    /// <summary>At once.</summary>
    AtOnce,
}

/// <summary>Section "Sandbox:RunPod".</summary>
public sealed class RunPodOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Sandbox:RunPod";

    /// <summary>Credit of an account when its key is first used, USD.</summary>
    public decimal CreditUsd { get; set; } = 5_000m;

    /// <summary>Disk of a stopped pod, USD per GB and month of 730 hours: it goes on while the GPUs are given back.</summary>
    public decimal StoppedDiskUsdPerGbMonth { get; set; } = 0.20m;

    /// <summary>How long a new pod is missing from the list.</summary>
    public TimeSpan ListLag { get; set; }

    /// <summary>When a changed configuration reaches the container.</summary>
    public RunPodChanges Changes { get; set; }

    /// <summary>Calls per minute and account; 0 = no limit. The contract's example says 60.</summary>
    public int CallsPerMinute { get; set; }
}

/// <summary>Refuses settings that no account can have.</summary>
internal sealed class RunPodOptionsCheck : IValidateOptions<RunPodOptions>
{
    public ValidateOptionsResult Validate(string? name, RunPodOptions options)
    {
        if (options.CreditUsd is < 0 or > 10_000_000) { return ValidateOptionsResult.Fail("Sandbox:RunPod:CreditUsd must lie between 0 and 10000000 USD."); }
        if (options.StoppedDiskUsdPerGbMonth is < 0 or > 10)
        {
            return ValidateOptionsResult.Fail("Sandbox:RunPod:StoppedDiskUsdPerGbMonth must lie between 0 and 10 USD.");
        }
        if (options.ListLag < TimeSpan.Zero || options.ListLag > TimeSpan.FromMinutes(10))
        {
            return ValidateOptionsResult.Fail("Sandbox:RunPod:ListLag must lie between 0 and 10 minutes.");
        }
        return options.CallsPerMinute is < 0 or > 100_000
            ? ValidateOptionsResult.Fail("Sandbox:RunPod:CallsPerMinute must lie between 0 (no limit) and 100000.")
            : ValidateOptionsResult.Success;
    }
}
