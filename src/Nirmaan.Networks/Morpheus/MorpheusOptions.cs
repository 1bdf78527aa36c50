using System.Numerics;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;
using Nirmaan.Networks.Chain;
using Nirmaan.Networks.Http;

namespace Nirmaan.Networks.Morpheus;

/// <summary>
/// Section <c>Networks:Morpheus</c>: our one provider's proxy-router. The contracts' amounts differ between Morpheus' own papers and deploy
/// files; read them from the chain before the first real bid (docs/networks.md).
/// </summary>
public sealed class MorpheusOptions : EndpointOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Networks:Morpheus";

    /// <summary>User of the node's REST interface.</summary>
    public string User { get; set; } = "admin";

    /// <summary>Its password. Never logged.</summary>
    public string Password { get; set; } = "";

    /// <summary>Longest wait for a call that sends a transaction; the node waits for its block.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>Public <c>host:port</c> of the node, under which an unregistered provider is registered. Unset = it is registered by hand.</summary>
    public string? ProviderEndpoint { get; set; }

    /// <summary>MOR staked when the provider is registered. In a year no more is paid out than the stake; the rest waits.</summary>
    public decimal ProviderStakeMor { get; set; } = 100;

    /// <summary>MOR staked per model; comes back when the model is taken off.</summary>
    public decimal ModelStakeMor { get; set; } = 0.1m;

    /// <summary>MOR that a bid costs.</summary>
    public decimal BidFeeMor { get; set; } = 0.3m;

    /// <summary>An alert is raised when the node's wallet holds less ether than this; zero = never.</summary>
    public decimal LeastGasEth { get; set; } = 0.005m;

    /// <summary>The same of MOR, which pays for bids and models.</summary>
    public decimal LeastFeeMor { get; set; } = 1m;

    /// <summary>MOR that the contract is allowed to take at a time, whenever what it was allowed is used up.</summary>
    public decimal AllowanceMor { get; set; } = 10;

    /// <summary>Our price, wei of MOR per session-second. Unset = undercut the lowest rival on the same model name.</summary>
    public long? BidPricePerSecondWei { get; set; }

    /// <summary>How far below the lowest rival we bid, in hundredths of a percent.</summary>
    public int UndercutBasisPoints { get; set; } = 200;

    /// <summary>Never bid below this, wei per second. The contract has a floor of its own (1e13 in the deploy file, 1e10 in the papers).</summary>
    public long FloorPricePerSecondWei { get; set; } = 10_000_000_000_000;

    /// <summary>Never bid above this, wei per second; the contract has a cap.</summary>
    public long CapPricePerSecondWei { get; set; } = 10_000_000_000_000_000;

    /// <summary>The bid where no rival offers the model name, wei per second.</summary>
    public long OpeningPricePerSecondWei { get; set; } = 100_000_000_000_000;

    /// <summary>Sessions one model server takes at a time (the node's <c>concurrentSlots</c>).</summary>
    public int SlotsPerMiner { get; set; } = 1;

    /// <summary>Sessions that were opened longer ago than the looked-at period and this are not read. The contract allows seven days; users here stay an hour.</summary>
    public TimeSpan LongestSession { get; set; } = TimeSpan.FromHours(24);

    internal static BigInteger Wei(decimal mor) => TokenAmount.Of(mor, Asset.Mor).Units;
}

/// <summary>Checks the section, and that the chain on which MOR is paid is known.</summary>
internal sealed class MorpheusOptionsCheck(IOptions<ChainOptions> chain) : EndpointOptionsCheck<MorpheusOptions>(MorpheusOptions.Section)
{
    protected override IEnumerable<string> Own(MorpheusOptions options)
    {
        if (options.BaseUrl is { IsAbsoluteUri: true, Scheme: "http" } address && !Addresses.IsNear(address))
        {
            yield return $"BaseUrl '{address}' must be https: the password would travel in the open.";
        }
        if (options.User.Length == 0 || options.User.Contains(':', StringComparison.Ordinal)) { yield return $"User '{options.User}' must be a name without ':'."; }
        if (options.LeastGasEth < 0) { yield return $"LeastGasEth {options.LeastGasEth} must be 0 or more."; }
        if (options.LeastFeeMor < 0) { yield return $"LeastFeeMor {options.LeastFeeMor} must be 0 or more."; }
        if (options.Password.Length == 0) { yield return "Password is missing."; }
        if (options.WriteTimeout < options.ReadTimeout) { yield return $"WriteTimeout {options.WriteTimeout} must not be shorter than ReadTimeout {options.ReadTimeout}."; }
        if (options.ProviderEndpoint is { } endpoint && (endpoint.Contains('/', StringComparison.Ordinal) || endpoint.Split(':') is not [{ Length: > 0 }, { Length: > 0 }]))
        {
            yield return $"ProviderEndpoint '{endpoint}' must be host:port without a scheme.";
        }
        var amounts = new[] { ("ProviderStakeMor", options.ProviderStakeMor), ("ModelStakeMor", options.ModelStakeMor), ("BidFeeMor", options.BidFeeMor), ("AllowanceMor", options.AllowanceMor) };
        foreach (var (key, mor) in amounts)
        {
            if (mor is < 0 or > 1_000_000) { yield return $"{key} {mor} must lie between 0 and 1000000 MOR."; }
        }
        if (options.AllowanceMor < options.ModelStakeMor + options.BidFeeMor)
        {
            yield return $"AllowanceMor {options.AllowanceMor} must cover one model's stake and one bid's fee, {options.ModelStakeMor + options.BidFeeMor} MOR.";
        }
        if (options.FloorPricePerSecondWei < 1 || options.CapPricePerSecondWei < options.FloorPricePerSecondWei)
        {
            yield return $"FloorPricePerSecondWei {options.FloorPricePerSecondWei} must be above 0 and not above CapPricePerSecondWei {options.CapPricePerSecondWei}.";
        }
        foreach (var (key, price) in new[] { ("BidPricePerSecondWei", options.BidPricePerSecondWei), ("OpeningPricePerSecondWei", options.OpeningPricePerSecondWei) })
        {
            if (price >= options.FloorPricePerSecondWei && price <= options.CapPricePerSecondWei) { continue; }
            if (price is not null) { yield return $"{key} {price} must lie between FloorPricePerSecondWei and CapPricePerSecondWei."; }
        }
        if (options.UndercutBasisPoints is < 0 or > 5000) { yield return $"UndercutBasisPoints {options.UndercutBasisPoints} must lie between 0 and 5000 hundredths of a percent."; }
        if (options.SlotsPerMiner is < 1 or > 1000) { yield return $"SlotsPerMiner {options.SlotsPerMiner} must lie between 1 and 1000 sessions."; }
        if (options.LongestSession <= TimeSpan.Zero || options.LongestSession > TimeSpan.FromDays(7))
        {
            yield return $"LongestSession {options.LongestSession} must lie between 0 and 7 days.";
        }
        foreach (var key in chain.Value.MissingForMorpheus) { yield return $"Enabled needs {key}: MOR is paid on the chain."; }
    }
}
