namespace Nirmaan.Providers.Akash;

/// <summary>Which of the Console API's contracts the account's server speaks.</summary>
public enum AkashContract
{
    /// <summary>Found out: the next contract once a list shows a name.</summary>
    Auto,
    /// <summary>The committed OpenAPI document: lists bear no names, a lease needs the manifest.</summary>
    Published,
    /// <summary>The newer documentation: names in lists, the server keeps the manifest.</summary>
    Next,
}

/// <summary>In what <c>GET /v1/balances</c> counts; the sources disagree.</summary>
public enum AkashBalanceUnit
{
    /// <summary>Found out by comparing the reserved sum with the escrow accounts of the list.</summary>
    Auto,
    /// <summary>Millionths of a dollar.</summary>
    Uact,
    /// <summary>Dollars.</summary>
    Usd,
}

/// <summary>Section <c>Providers:Akash</c>: rents through the Console API (managed wallet).</summary>
public sealed class AkashOptions : SupplierOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Providers:Akash";

    /// <summary>Starts with the main network's address.</summary>
    public AkashOptions() => BaseUrl = new Uri("https://console-api.akash.network");

    /// <summary>The contract spoken.</summary>
    public AkashContract Contract { get; set; }

    /// <summary>Unit of balances. A fixed unit is still compared with the escrow accounts; a contradiction makes the balance unknown.</summary>
    public AkashBalanceUnit BalanceUnit { get; set; }

    /// <summary>Deposit named on create, USD; the published contract demands one, the next one ignores it.</summary>
    public decimal DepositUsd { get; set; } = 5;

    /// <summary>Bids of providers whose 7-day uptime is known and lower are unsuitable. A share from 0 to 1.</summary>
    public decimal MinUptime { get; set; } = 0.95m;

    /// <summary>Asks for each GPU model which providers would bid now, so that "available" means it. One call per model and machine size.</summary>
    public bool ScreenBids { get; set; } = true;

    /// <summary>How many of the calls that ask for free GPUs are under way at once.</summary>
    public int StockCallsAtOnce { get; set; } = 4;

    /// <summary>Wait before a manifest that a provider did not take is sent again (3 tries in 5 minutes, after which the provider closes the lease).</summary>
    public TimeSpan ManifestRetryDelay { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>Checks the section.</summary>
internal sealed class AkashOptionsCheck() : SupplierOptionsCheck<AkashOptions>(AkashOptions.Section)
{
    protected override IEnumerable<string> Own(AkashOptions options)
    {
        var parts = options.ApiKey.Split('.');
        if (options.ApiKey.Length > 0 && parts is not ["ac", "sk", _, { Length: 64 }])
        {
            yield return "ApiKey must have the form ac.sk.<environment>.<64 hexadecimal digits>.";
        }
        else if (options.BaseUrl is { IsAbsoluteUri: true } address && parts is [_, _, "production", _] && (address.Scheme != "https" || IsNear(address)))
        {
            yield return $"ApiKey is a production key, but BaseUrl '{address}' is not the production service.";
        }
        if (!Enum.IsDefined(options.Contract)) { yield return $"Contract '{options.Contract}' must be Auto, Published or Next."; }
        if (!Enum.IsDefined(options.BalanceUnit)) { yield return $"BalanceUnit '{options.BalanceUnit}' must be Auto, Uact or Usd."; }
        if (options.DepositUsd is < 0.5m or > 1000) { yield return $"DepositUsd {options.DepositUsd} must lie between 0.5 and 1000 USD."; }
        if (options.MinUptime is < 0 or > 1) { yield return $"MinUptime {options.MinUptime} must be a share from 0 to 1."; }
        if (options.StockCallsAtOnce is < 1 or > 64) { yield return $"StockCallsAtOnce {options.StockCallsAtOnce} must lie between 1 and 64 calls."; }
        if (options.ManifestRetryDelay < TimeSpan.Zero || options.ManifestRetryDelay > TimeSpan.FromMinutes(1))
        {
            yield return $"ManifestRetryDelay {options.ManifestRetryDelay} must lie between 0 and 60 seconds.";
        }
    }
}
