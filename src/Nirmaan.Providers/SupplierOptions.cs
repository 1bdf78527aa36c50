using Microsoft.Extensions.Options;

namespace Nirmaan.Providers;

/// <summary>What every supplier's section has.</summary>
public abstract class SupplierOptions
{
    /// <summary>False = the supplier is not there at all; nothing else of the section is then read.</summary>
    public bool Enabled { get; set; }

    /// <summary>
    /// Address before the paths of the interface. Plain http is taken only on this machine or inside a container network (a host without a dot).
    /// </summary>
    public Uri? BaseUrl { get; set; }

    /// <summary>The account's key. Never logged.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>Longest wait for the answer of a read, per attempt.</summary>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for a call that changes something; the outside waits for blocks and machines.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>How often a failed read or delete is repeated at once.</summary>
    public int QuickRetries { get; set; } = 2;

    /// <summary>Wait before the first repetition; doubles each time.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Who confirmed, and when, that the supplier's terms allow a renter to mine. Null = nobody did.</summary>
    public string? MiningPermission { get; set; }

    /// <summary>
    /// Machine sizes that are offered, GPUs each; unset = 1. Sizes share one stock: with several, the same free GPUs appear under each.
    /// </summary>
    public IReadOnlyList<int>? GpusPerMachine { get; set; }

    /// <summary>The sizes offered.</summary>
    internal IReadOnlyList<int> Sizes => GpusPerMachine is { Count: > 0 } sizes ? sizes : [1];

    /// <summary>Command of the agent inside the image, one word per entry. Unset = the image's own entrypoint is the agent.</summary>
    public IReadOnlyList<string>? AgentCommand { get; set; }
}

/// <summary>Checks what every section has. Messages name the key, the value and what was expected.</summary>
internal abstract class SupplierOptionsCheck<T>(string section) : IValidateOptions<T> where T : SupplierOptions
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        var wrong = Common(options).Concat(Own(options)).Select(w => $"{section}:{w}").ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    /// <summary>What is wrong with the supplier's own settings, each beginning with the key's name.</summary>
    protected abstract IEnumerable<string> Own(T options);

    /// <summary>True when an address may be called without TLS.</summary>
    protected static bool IsNear(Uri address) => address.IsLoopback || !address.Host.Contains('.', StringComparison.Ordinal);

    private static IEnumerable<string> Common(T options)
    {
        if (options.BaseUrl is not { IsAbsoluteUri: true } address || address.Scheme is not ("http" or "https"))
        {
            yield return $"BaseUrl '{options.BaseUrl}' must be an absolute http or https address.";
        }
        else if (address.Scheme == "http" && !IsNear(address))
        {
            yield return $"BaseUrl '{address}' must be https: the key would travel in the open.";
        }
        foreach (var wrong in Times(options).Concat(Texts(options))) { yield return wrong; }
    }

    private static IEnumerable<string> Times(T options)
    {
        if (options.ReadTimeout <= TimeSpan.Zero) { yield return $"ReadTimeout {options.ReadTimeout} must be greater than zero."; }
        if (options.WriteTimeout < options.ReadTimeout)
        {
            yield return $"WriteTimeout {options.WriteTimeout} must not be shorter than ReadTimeout {options.ReadTimeout}.";
        }
        if (options.QuickRetries is < 0 or > 5) { yield return $"QuickRetries {options.QuickRetries} must lie between 0 and 5."; }
        if (options.RetryDelay < TimeSpan.Zero || options.RetryDelay > TimeSpan.FromSeconds(30))
        {
            yield return $"RetryDelay {options.RetryDelay} must lie between 0 and 30 seconds.";
        }
    }

    private static IEnumerable<string> Texts(T options)
    {
        if (string.IsNullOrWhiteSpace(options.ApiKey)) { yield return "ApiKey is missing."; }
        else if (options.ApiKey.Any(c => c is <= ' ' or > '~'))
        {
            yield return "ApiKey holds a character that no key has (blank, line break or beyond ASCII).";
        }
        if (options.MiningPermission is { } text && string.IsNullOrWhiteSpace(text))
        {
            yield return "MiningPermission must say who confirmed it and when, or be absent.";
        }
        if (options.Sizes.Any(n => n is < 1 or > 24) || options.Sizes.Distinct().Count() < options.Sizes.Count)
        {
            yield return $"GpusPerMachine '{string.Join(", ", options.Sizes)}' must be different numbers from 1 to 24.";
        }
        if (options.AgentCommand?.Any(string.IsNullOrEmpty) == true) { yield return "AgentCommand must not hold an empty word."; }
    }
}
