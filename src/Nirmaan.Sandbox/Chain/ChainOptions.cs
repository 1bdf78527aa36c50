using Nirmaan.Evm;

namespace Nirmaan.Sandbox.Chain;

/// <summary>
/// The local EVM chain that rewards and stakes are recorded on; section <c>Chain</c>. Addresses are what the deploy script printed
/// (0x and 40 hex digits, with or without their EIP-55 checksum). A part whose addresses are absent is off, and the sandbox says so at start.
/// </summary>
public sealed class ChainOptions
{
    /// <summary>JSON-RPC address, for example http://127.0.0.1:8545; empty = no chain.</summary>
    public string Rpc { get; set; } = "";

    /// <summary>The NRM token.</summary>
    public string Nrm { get; set; } = "";

    /// <summary>The contract NRM is staked in.</summary>
    public string Staking { get; set; } = "";

    /// <summary>The MOR token.</summary>
    public string Mor { get; set; } = "";

    /// <summary>The contract that pays Morpheus providers.</summary>
    public string Diamond { get; set; } = "";

    /// <summary>The account that provider rewards come from.</summary>
    public string FundingAccount { get; set; } = "";

    /// <summary>How many accounts play stakers (the chain's unlocked accounts 1, 2, ...); 0 = none.</summary>
    public int Stakers { get; set; } = 8;

    /// <summary>True when MOR can be paid.</summary>
    public bool PaysMor => Rpc.Length > 0 && Mor.Length > 0 && Diamond.Length > 0;

    /// <summary>True when stakers can be played.</summary>
    public bool HasStaking => Rpc.Length > 0 && Nrm.Length > 0 && Staking.Length > 0;

    /// <summary>Every value that is neither empty nor well formed, as one sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        if (Rpc.Length > 0 && !Uri.TryCreate(Rpc, UriKind.Absolute, out _)) { yield return $"Chain:Rpc must be an http address, not '{Rpc}'."; }
        (string Key, string Value)[] addresses = [(nameof(Nrm), Nrm), (nameof(Staking), Staking), (nameof(Mor), Mor), (nameof(Diamond), Diamond), (nameof(FundingAccount), FundingAccount)];
        foreach (var (key, value) in addresses)
        {
            if (value.Length > 0 && !IsAddress(value)) { yield return $"Chain:{key} must be an address (0x and 40 hex digits), not '{value}'."; }
        }
        if (Stakers is < 0 or > 9) { yield return $"Chain:Stakers must be 0 to 9 accounts, not {Stakers}."; }
    }

    /// <summary>True for an address in lower case or with its checksum.</summary>
    public static bool IsAddress(string text) => EvmAddress.TryParse(text, AddressSpelling.ChecksumOrLowerCase, out _);
}
