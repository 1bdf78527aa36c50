using Nirmaan.Networks.Http;

namespace Nirmaan.Networks.Heurist;

/// <summary>Section <c>Networks:Heurist</c>.</summary>
public sealed class HeuristOptions : EndpointOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Networks:Heurist";

    /// <summary>Starts with the address that Heurist's own script used in March 2025; whether it answers today is not known.</summary>
    public HeuristOptions() => BaseUrl = new Uri("https://11dugoz7j6.execute-api.us-east-1.amazonaws.com/prod");

    /// <summary>
    /// Where the network's totals can be read. No public source has them: only the sandbox, which plays the other operators. Unset = the
    /// mean of season 1 stands for them.
    /// </summary>
    public Uri? TotalsUrl { get; set; }
}

/// <summary>Checks the section.</summary>
internal sealed class HeuristOptionsCheck() : EndpointOptionsCheck<HeuristOptions>(HeuristOptions.Section)
{
    protected override IEnumerable<string> Own(HeuristOptions options) =>
        options.TotalsUrl is { } url && Addresses.Fault(url) is { } fault ? [$"TotalsUrl {fault}"] : [];
}
