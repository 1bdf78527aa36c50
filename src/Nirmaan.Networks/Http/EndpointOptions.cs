using Microsoft.Extensions.Options;

namespace Nirmaan.Networks.Http;

/// <summary>How an outside address is called.</summary>
public abstract class CallOptions
{
    /// <summary>Longest wait for the answer of a read, per attempt.</summary>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a failed read is repeated at once.</summary>
    public int QuickRetries { get; set; } = 2;

    /// <summary>Wait before the first repetition; doubles each time.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>What is wrong with these settings, each beginning with the key's name.</summary>
    internal IEnumerable<string> Faults()
    {
        if (ReadTimeout <= TimeSpan.Zero) { yield return $"ReadTimeout {ReadTimeout} must be greater than zero."; }
        if (QuickRetries is < 0 or > 5) { yield return $"QuickRetries {QuickRetries} must lie between 0 and 5."; }
        if (RetryDelay < TimeSpan.Zero || RetryDelay > TimeSpan.FromSeconds(30)) { yield return $"RetryDelay {RetryDelay} must lie between 0 and 30 seconds."; }
    }
}

/// <summary>What every section that can be switched on has.</summary>
public abstract class EndpointOptions : CallOptions
{
    /// <summary>False = it is not there at all; nothing else of the section is then read.</summary>
    public bool Enabled { get; set; }

    /// <summary>Address before the paths of the interface.</summary>
    public Uri? BaseUrl { get; set; }
}

/// <summary>Checks what every section has. Messages name the key, the value and what was expected.</summary>
internal abstract class EndpointOptionsCheck<T>(string section) : IValidateOptions<T> where T : EndpointOptions
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        var wrong = Address(options).Concat(options.Faults()).Concat(Own(options)).Select(w => $"{section}:{w}").ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    /// <summary>What is wrong with the section's own settings, each beginning with the key's name.</summary>
    protected abstract IEnumerable<string> Own(T options);

    private static IEnumerable<string> Address(T options) => Addresses.Fault(options.BaseUrl) is { } fault ? [$"BaseUrl {fault}"] : [];
}

/// <summary>Rules for addresses in settings.</summary>
internal static class Addresses
{
    /// <summary>Null for an absolute http or https address; else what is wrong with it.</summary>
    public static string? Fault(Uri? address) => address is { IsAbsoluteUri: true, Scheme: "http" or "https" } ? null : $"'{address}' must be an absolute http or https address.";

    /// <summary>True when an address may be called without TLS: this machine, or a host without a dot (a container network).</summary>
    public static bool IsNear(Uri address) => address.IsLoopback || !address.Host.Contains('.', StringComparison.Ordinal);
}
