using Microsoft.Extensions.Options;

namespace Nirmaan.Web.Sandbox;

/// <summary>Section "Sandbox": whether suppliers, networks and money are simulated.</summary>
public sealed class SandboxOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Sandbox";

    /// <summary>Base address of the sandbox process, e.g. http://127.0.0.1:5290. Unset = the real world.</summary>
    public Uri? Url { get; set; }

    /// <summary>The replay of history stands still this long before the present, until someone lets it go on from /sandbox. Unset = it goes through.</summary>
    public TimeSpan? HoldBefore { get; set; }

    /// <summary>True when this installation talks to simulated suppliers and networks.</summary>
    public bool IsOn => Url is not null;
}

/// <summary>Refuses a sandbox address that is not an absolute http address.</summary>
internal sealed class SandboxOptionsCheck : IValidateOptions<SandboxOptions>
{
    public ValidateOptionsResult Validate(string? name, SandboxOptions options) =>
        options.HoldBefore < TimeSpan.Zero ? ValidateOptionsResult.Fail($"Sandbox:HoldBefore '{options.HoldBefore}' must not be negative (hours:minutes:seconds).")
        : options.Url is null or { IsAbsoluteUri: true, Scheme: "http" or "https" }
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Sandbox:Url '{options.Url}' must be an absolute http or https address such as http://127.0.0.1:5290.");
}
