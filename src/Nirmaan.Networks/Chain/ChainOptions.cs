using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Evm;
using Nirmaan.Networks.Http;

namespace Nirmaan.Networks.Chain;

/// <summary>Section <c>Chain</c>: the EVM chain on which NRM is staked and MOR is paid. Addresses belong to one chain and mean something else on another.</summary>
public sealed class ChainOptions : CallOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Chain";

    /// <summary>JSON-RPC address of a node. Unset = no chain: stakes cannot be read.</summary>
    public Uri? Rpc { get; set; }

    /// <summary>Further nodes, of other operators, that must say the same of stakes before it is stored. One that says otherwise stops the reading.</summary>
    public IList<Uri> Witnesses { get; } = [];

    /// <summary>
    /// How many of the witnesses must have answered, and the same, before stakes are stored. Unset = all of them. With fewer, one that is away or
    /// lags behind is passed over; one that says otherwise stops the reading all the same.
    /// </summary>
    public int? WitnessesNeeded { get; set; }

    internal int Quorum => Math.Min(WitnessesNeeded ?? Witnesses.Count, Witnesses.Count);

    /// <summary>The chain's id; a node of another chain is not read. Unset = any, for a local chain.</summary>
    public long? Id { get; set; }

    /// <summary>The NRM token.</summary>
    public string Nrm { get; set; } = "";

    /// <summary>The contract in which NRM is staked.</summary>
    public string Staking { get; set; } = "";

    /// <summary>The contract that pays claims of MOR out, where one is deployed; the same as <c>Distributors:MOR</c>.</summary>
    public string Distributor { get; set; } = "";

    /// <summary>The contracts that pay claims out, by asset: one per chain and asset.</summary>
    public IDictionary<string, string> Distributors { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The owner of staking and distributor, through which every change of theirs is announced; shown, not read.</summary>
    public string Timelock { get; set; } = "";

    /// <summary>The MOR token.</summary>
    public string Mor { get; set; } = "";

    /// <summary>Morpheus' compute contract, the Diamond.</summary>
    public string Diamond { get; set; } = "";

    /// <summary>The account out of which Morpheus pays providers.</summary>
    public string FundingAccount { get; set; } = "";

    /// <summary>Where NRM can be bought; the wallet's page leads there. Unset = no link.</summary>
    public Uri? BuyUrl { get; set; }

    /// <summary>Blocks below the newest one that are left alone because they may still be replaced.</summary>
    public int FinalityDepth { get; set; } = 12;

    /// <summary>First block that can hold anything of ours: the deployment's.</summary>
    public long FromBlock { get; set; }

    /// <summary>Most blocks asked for at once; halved by itself where a node finds it too much.</summary>
    public int MaxRange { get; set; } = 10_000;

    /// <summary>Every distributor, by asset.</summary>
    internal IReadOnlyList<(Asset Asset, EvmAddress Address)> AllDistributors() =>
    [
        .. Asset.Tokens.Select(a => (Asset: a, Address: Distributors.TryGetValue(a.Id, out var named) ? named : a == Asset.Mor ? Distributor : ""))
            .Where(d => d.Address.Length > 0).Select(d => (d.Asset, EvmAddress.Parse(d.Address))),
    ];

    /// <summary>An asset's distributor.</summary>
    /// <exception cref="SupplierUnavailableException">It has none.</exception>
    internal EvmAddress DistributorOf(Asset asset) => AllDistributors().FirstOrDefault(d => d.Asset == asset) is { Asset: not null } found ? found.Address
        : throw new SupplierUnavailableException("chain", $"{Section}:Distributors:{asset.Id} is not set");

    internal EvmAddress MorAddress => EvmAddress.Parse(Mor);
    internal EvmAddress DiamondAddress => EvmAddress.Parse(Diamond);
    internal EvmAddress FundingAddress => EvmAddress.Parse(FundingAccount);

    /// <summary>The keys that are needed to read rewards of Morpheus and are not set.</summary>
    internal IEnumerable<string> MissingForMorpheus => new[] { ("Rpc", Rpc?.ToString() ?? ""), ("Mor", Mor), ("Diamond", Diamond), ("FundingAccount", FundingAccount) }
        .Where(k => k.Item2.Length == 0).Select(k => $"{Section}:{k.Item1}");
}

/// <summary>Checks the section. All of it may be absent; what is there must be well formed.</summary>
internal sealed class ChainOptionsCheck : IValidateOptions<ChainOptions>
{
    public ValidateOptionsResult Validate(string? name, ChainOptions options)
    {
        var wrong = options.Faults().Concat(Wrong(options)).Select(w => $"{ChainOptions.Section}:{w}").ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static IEnumerable<string> Wrong(ChainOptions options)
    {
        if (options.Rpc is { } rpc && Addresses.Fault(rpc) is { } fault) { yield return $"Rpc {fault}"; }
        foreach (var (i, witness) in options.Witnesses.Index())
        {
            if (Addresses.Fault(witness) is { } why) { yield return $"Witnesses:{i} {why}"; }
        }
        var addresses = new[] { ("Nrm", options.Nrm), ("Staking", options.Staking), ("Distributor", options.Distributor), ("Timelock", options.Timelock), ("Mor", options.Mor), ("Diamond", options.Diamond), ("FundingAccount", options.FundingAccount) };
        foreach (var (key, value) in addresses.Concat(options.Distributors.Select(d => ($"Distributors:{d.Key}", d.Value))))
        {
            if (value.Length > 0 && !EvmAddress.TryParse(value, AddressSpelling.ChecksumOrLowerCase, out _))
            {
                yield return $"{key} '{value}' must be an address (0x and 40 hexadecimal digits, lower case or with its EIP-55 checksum).";
            }
        }
        foreach (var (asset, address) in options.Distributors)
        {
            if (Asset.Tokens.All(a => !a.Id.Equals(asset, StringComparison.OrdinalIgnoreCase))) { yield return $"Distributors:{asset} must be one of {string.Join(", ", Asset.Tokens.Select(a => a.Id))}."; }
            else if (asset.Equals(Asset.Mor.Id, StringComparison.OrdinalIgnoreCase) && options.Distributor.Length > 0 && !address.Equals(options.Distributor, StringComparison.OrdinalIgnoreCase)) { yield return "Distributor and Distributors:MOR must be the same."; }
        }
        if (options.WitnessesNeeded is { } needed && (needed < 0 || needed > options.Witnesses.Count)) { yield return $"WitnessesNeeded {needed} must lie between 0 and the {options.Witnesses.Count} witnesses that are set."; }
        if (options.BuyUrl is { } buy && Addresses.Fault(buy) is { } wrong) { yield return $"BuyUrl {wrong}"; }
        if (options.FinalityDepth is < 0 or > 10_000) { yield return $"FinalityDepth {options.FinalityDepth} must lie between 0 and 10000 blocks."; }
        if (options.FromBlock < 0) { yield return $"FromBlock {options.FromBlock} must not be negative."; }
        if (options.MaxRange is < 1 or > 1_000_000) { yield return $"MaxRange {options.MaxRange} must lie between 1 and 1000000 blocks."; }
    }
}
