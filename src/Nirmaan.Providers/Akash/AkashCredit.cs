using Microsoft.Extensions.Logging;
using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.Akash;

/// <summary>
/// The account's credit. The sources disagree whether it comes in uact or in USD, a factor of a million: the reserved sum is compared with
/// the escrow accounts of the list, which are surely uact. While the unit is not known, or contradicts the setting, so is the balance.
/// </summary>
internal sealed partial class AkashCredit(
    IAkashApi api, SupplierCalls calls, AkashInventory inventory, AkashOptions options, TimeProvider clock, ILogger logger)
{
    // Settlements between the two reads move the sums a little; the units lie a million apart.
    private const decimal Near = 10;

    private const string NoBalance = "Akash's Console answered without a balance.";
    private const string NoUnit = "Akash's Console does not name the unit of its balance. It is found out as soon as a deployment holds money; "
        + "Providers:Akash:BalanceUnit can say it before.";

    private AkashBalanceUnit _seen = AkashBalanceUnit.Auto;

    /// <summary>Reads it.</summary>
    public async Task<SupplierBalance> ReadAsync(CancellationToken cancellationToken)
    {
        var answer = await calls.ReadAsync("balances", () => api.ReadBalancesAsync(cancellationToken), cancellationToken);
        var escrowed = (await inventory.ReadAllAsync(cancellationToken)).Sum(d => AkashReading.Sum(d.EscrowAccount?.State?.Funds) ?? 0);
        var at = clock.GetUtcNow();
        if (answer.Data is not { Balance: { } balance } data) { return new SupplierBalance(null, null, at, NoBalance); }
        if (Compare(data.Deployments, escrowed) is { } seen) { _seen = seen; }
        var unit = options.BalanceUnit == AkashBalanceUnit.Auto ? _seen : options.BalanceUnit;
        if (unit == AkashBalanceUnit.Auto) { return new SupplierBalance(null, null, at, NoUnit); }
        if (_seen != AkashBalanceUnit.Auto && unit != _seen)
        {
            LogContradiction(unit, _seen);
            return new SupplierBalance(null, null, at, $"Providers:Akash:BalanceUnit is {unit}, but the escrow accounts say {_seen}.");
        }
        return unit == AkashBalanceUnit.Usd
            ? new SupplierBalance(balance, data.Deployments, at)
            : new SupplierBalance(AkashUnits.Usd(balance), data.Deployments is { } reserved ? AkashUnits.Usd(reserved) : null, at);
    }

    /// <summary>The unit in which the reserved sum equals the escrow accounts; null = nothing to compare, or it is neither.</summary>
    internal static AkashBalanceUnit? Compare(decimal? reserved, decimal escrowedUact) => 0 switch
    {
        _ when reserved is not > 0 || escrowedUact <= 0 => null,
        _ when IsNear(reserved.Value, escrowedUact) => AkashBalanceUnit.Uact,
        _ when IsNear(reserved.Value, AkashUnits.Usd(escrowedUact)) => AkashBalanceUnit.Usd,
        _ => null,
    };

    private static bool IsNear(decimal left, decimal right) => left < right * Near && right < left * Near;

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Providers:Akash:BalanceUnit is {Setting}, but the escrow accounts say {Seen}: the balance counts as unknown")]
    private partial void LogContradiction(AkashBalanceUnit setting, AkashBalanceUnit seen);
}
