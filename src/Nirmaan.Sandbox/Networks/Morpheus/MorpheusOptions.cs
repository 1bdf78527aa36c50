using System.Globalization;
using System.Numerics;
using Nirmaan.Sandbox.Chain;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>Our one provider's proxy-router and the market around it; section <c>Sandbox:Morpheus</c>.</summary>
public sealed class MorpheusOptions
{
    /// <summary>Our provider's address, which is the node's wallet and where its MOR goes. Default: the test chain's account 9.</summary>
    public string Provider { get; set; } = "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720";

    /// <summary>The node's .cookie: user and a 32-character password with a colon between.</summary>
    public string Cookie { get; set; } = "admin:sandboxsandboxsandboxsandbox0001";

    /// <summary>Sessions one model server takes at a time (concurrentSlots).</summary>
    public int SlotsPerModel { get; set; } = 1;

    /// <summary>Sessions that users keep open on one model name on a mean day.</summary>
    public double SessionsWanted { get; set; } = 26;

    /// <summary>Share of sessions that their user never closes; the provider has to claim them after their end.</summary>
    public double NeverClosedShare { get; set; } = 0.02;

    /// <summary>MOR our provider's wallet begins with, beside what it holds on the chain; stakes and fees come out of it.</summary>
    public decimal WalletMor { get; set; } = 10_000;

    /// <summary>Every value that is out of range, as one sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        if (!ChainOptions.IsAddress(Provider)) { yield return $"Sandbox:Morpheus:Provider must be an address (0x and 40 hex digits), not '{Provider}'."; }
        if (Cookie.Split(':') is not [{ Length: > 0 }, { Length: 32 }])
        {
            yield return "Sandbox:Morpheus:Cookie must be 'user:password' with a password of 32 characters.";
        }
        if (SlotsPerModel < 1) { yield return $"Sandbox:Morpheus:SlotsPerModel must be at least 1 session, not {SlotsPerModel}."; }
        if (SessionsWanted <= 0)
        {
            yield return $"Sandbox:Morpheus:SessionsWanted must be above 0 sessions, not {SessionsWanted.ToString(CultureInfo.InvariantCulture)}.";
        }
        if (NeverClosedShare is < 0 or > 1) { yield return "Sandbox:Morpheus:NeverClosedShare is a share between 0 and 1."; }
        if (WalletMor < 0) { yield return "Sandbox:Morpheus:WalletMor is in MOR and must not be negative."; }
    }
}

/// <summary>The contracts' parameters, in wei and seconds (Lumerin deploy configuration; where the docs disagree, see each).</summary>
public static class MorpheusRules
{
    /// <summary>One MOR.</summary>
    public static BigInteger Mor { get; } = BigInteger.Pow(10, 18);

    /// <summary>Least stake of a provider: 0.2 MOR (docs; the deploy file has 0.1).</summary>
    public static BigInteger MinProviderStake { get; } = 2 * Mor / 10;

    /// <summary>Least stake of a model.</summary>
    public static BigInteger MinModelStake { get; } = Mor / 10;

    /// <summary>Paid for every bid: 0.3 MOR (docs; the deploy file has 0.1).</summary>
    public static BigInteger BidFee { get; } = 3 * Mor / 10;

    /// <summary>Least price per second of a bid (deploy file; the docs say 1e10).</summary>
    public static BigInteger MinBidPrice { get; } = BigInteger.Pow(10, 13);

    /// <summary>Greatest price per second of a bid (deploy file; the docs say there is none).</summary>
    public static BigInteger MaxBidPrice { get; } = BigInteger.Pow(10, 16);
}
