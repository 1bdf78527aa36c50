using System.Globalization;
using System.Text.RegularExpressions;

namespace Nirmaan.Providers.RunPod;

/// <summary>Section <c>Providers:RunPod</c>: pods through the REST interface v2.</summary>
public sealed class RunPodOptions : SupplierOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Providers:RunPod";

    internal const string Secure = "SECURE", Community = "COMMUNITY";

    /// <summary>Starts with the one public address.</summary>
    public RunPodOptions() => BaseUrl = new Uri("https://api.runpod.io");

    /// <summary>Clouds to rent from: <c>SECURE</c> (RunPod's own data centres) and <c>COMMUNITY</c> (other people's machines). Unset = SECURE only.</summary>
    public IReadOnlyList<string>? Clouds { get; set; }

    /// <summary>Address at which RunPod shows a pod's HTTP port to the world; <c>{pod}</c> and <c>{port}</c> stand for the two.</summary>
    public string ProxyUrl { get; set; } = "https://{pod}-{port}.proxy.runpod.net/";

    /// <summary>Most calls per second; 0 = no limit of ours. The published example of a limit is 60 a minute.</summary>
    public int MaxCallsPerSecond { get; set; } = 1;

    /// <summary>How long a log stream is read; it never ends by itself.</summary>
    public TimeSpan LogReadTime { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How old the bill of the account may be that is shown as a pod's cost.</summary>
    public TimeSpan BillingAge { get; set; } = TimeSpan.FromMinutes(5);

    internal IReadOnlyList<string> CloudsUsed => Clouds is { Count: > 0 } clouds ? clouds : [Secure];

    /// <summary>A pod's HTTP port as the world reaches it.</summary>
    internal string Proxied(string pod, int port) => ProxyUrl.Replace("{pod}", pod, StringComparison.Ordinal)
        .Replace("{port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}

/// <summary>Checks the section.</summary>
internal sealed partial class RunPodOptionsCheck() : SupplierOptionsCheck<RunPodOptions>(RunPodOptions.Section)
{
    protected override IEnumerable<string> Own(RunPodOptions options)
    {
        if (options.CloudsUsed.Any(c => c is not (RunPodOptions.Secure or RunPodOptions.Community)) || options.CloudsUsed.Distinct().Count() < options.CloudsUsed.Count)
        {
            yield return $"Clouds '{string.Join(", ", options.CloudsUsed)}' must be SECURE, COMMUNITY or both.";
        }
        if (!options.ProxyUrl.Contains("{pod}", StringComparison.Ordinal) || !options.ProxyUrl.Contains("{port}", StringComparison.Ordinal)
            || !Uri.TryCreate(options.Proxied("p", 1), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            yield return $"ProxyUrl '{options.ProxyUrl}' must be an http or https address with {{pod}} and {{port}} in it.";
        }
        if (options.MaxCallsPerSecond is < 0 or > 1000) { yield return $"MaxCallsPerSecond {options.MaxCallsPerSecond} must lie between 0 (no limit) and 1000."; }
        if (options.LogReadTime <= TimeSpan.Zero || options.LogReadTime > TimeSpan.FromMinutes(1))
        {
            yield return $"LogReadTime {options.LogReadTime} must lie between 0 and 60 seconds.";
        }
        if (options.BillingAge < TimeSpan.Zero || options.BillingAge > TimeSpan.FromHours(24)) { yield return $"BillingAge {options.BillingAge} must lie between 0 and 24 hours."; }
        if (options.AgentCommand?.All(w => PlainWord().IsMatch(w)) == false)
        {
            yield return "AgentCommand must consist of words without blanks, quotes and signs that a shell reads: RunPod takes the command as one text.";
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_./:=@%+,-]+$")]
    private static partial Regex PlainWord();
}
