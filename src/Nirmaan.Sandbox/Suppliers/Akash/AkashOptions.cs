using Microsoft.Extensions.Options;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>Which of the Console API's contracts is spoken.</summary>
public enum AkashContract
{
    /// <summary>The committed OpenAPI: lists bear no name, a deposit is demanded, a manifest too, no PATCH.</summary>
    Published,

    /// <summary>The newer documentation: names, search, PATCH, error codes, deposits ignored.</summary>
    Next,
}

/// <summary>Unit of <c>GET /v1/balances</c>, on which the sources disagree.</summary>
public enum AkashBalanceUnit
{
    /// <summary>Millionths of an ACT (the source code's).</summary>
    Uact,

    /// <summary>US dollars (the newer documentation's).</summary>
    Usd,
}

/// <summary>Section "Sandbox:Akash".</summary>
public sealed class AkashOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Sandbox:Akash";

    /// <summary>The contract spoken.</summary>
    public AkashContract Contract { get; set; } = AkashContract.Next;

    /// <summary>Unit of balances.</summary>
    public AkashBalanceUnit Balances { get; set; } = AkashBalanceUnit.Uact;

    /// <summary>Credit of an account when its key is first used, USD.</summary>
    public decimal CreditUsd { get; set; } = 25_000m;

    /// <summary>
    /// Address of a live Console API whose public prices (no key) are taken at start: shadow mode, real prices and simulated rents. GPUs without a price there are not
    /// offered. Null = made-up prices.
    /// </summary>
    public Uri? PricesFrom { get; set; }

    /// <summary>True for the newer contract.</summary>
    public bool IsNext => Contract == AkashContract.Next;
}

/// <summary>Refuses credit that no account can have, and prices from nowhere.</summary>
internal sealed class AkashOptionsCheck : IValidateOptions<AkashOptions>
{
    public ValidateOptionsResult Validate(string? name, AkashOptions options) => options.CreditUsd is < 0 or > 10_000_000
        ? ValidateOptionsResult.Fail("Sandbox:Akash:CreditUsd must lie between 0 and 10000000 USD.")
        : options.PricesFrom is { } from && (!from.IsAbsoluteUri || from.Scheme is not ("http" or "https"))
            ? ValidateOptionsResult.Fail($"Sandbox:Akash:PricesFrom '{from}' must be an absolute http or https address, such as https://console-api.akash.network.")
            : ValidateOptionsResult.Success;
}
