using Microsoft.Extensions.Options;

namespace Nirmaan.Sandbox.Suppliers.IoNet;

/// <summary>Type of hardware and location ids, which changed without notice.</summary>
public enum IoNetIds
{
    /// <summary>Whole numbers (the published specification).</summary>
    Number,

    /// <summary>Text such as <c>gpu_8x_a4000</c> and <c>US</c> (seen in 2026).</summary>
    Text,
}

/// <summary>What comes back when a deployment is destroyed early, on which the sources disagree.</summary>
public enum IoNetRefunds
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Everything but what was used, and at least one hour.</summary>
    AfterFirstHour,
}

/// <summary>What the deploy of a VM answers, which no document says.</summary>
public enum IoNetVmAnswers
{
    /// <summary>Status and id, as for containers.</summary>
    Id,

    /// <summary>Nothing, as was seen.</summary>
    Empty,
}

/// <summary>Section "Sandbox:IoNet".</summary>
public sealed class IoNetOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Sandbox:IoNet";

    /// <summary>Type of the ids.</summary>
    public IoNetIds Ids { get; set; } = IoNetIds.Number;

    /// <summary>Refund policy.</summary>
    public IoNetRefunds Refunds { get; set; } = IoNetRefunds.None;

    /// <summary>Answers of VM deploys and destroys.</summary>
    public IoNetVmAnswers VmAnswers { get; set; } = IoNetVmAnswers.Id;

    /// <summary>The ssh server that every VM runs on a port of its own of 127.0.0.1. Where it is not there, VMs cannot be entered.</summary>
    public string SshServer { get; set; } = "/usr/sbin/sshd";

    /// <summary>IO Credits of an account when its key is first used, USD.</summary>
    public decimal CreditUsd { get; set; } = 25_000m;
}

/// <summary>Refuses credit that no account can have.</summary>
internal sealed class IoNetOptionsCheck : IValidateOptions<IoNetOptions>
{
    public ValidateOptionsResult Validate(string? name, IoNetOptions options) => options.CreditUsd is < 0 or > 10_000_000
        ? ValidateOptionsResult.Fail("Sandbox:IoNet:CreditUsd must lie between 0 and 10000000 USD.")
        : ValidateOptionsResult.Success;
}
