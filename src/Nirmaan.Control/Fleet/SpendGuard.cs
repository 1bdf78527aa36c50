using System.Globalization;
using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Fleet;

/// <summary>Caps per operation, per supplier and per day, and the switch that stops all spending. Asked before a launch and again before each effect that costs money.</summary>
public sealed class SpendGuard(SpendingSwitch spending, IOptions<FleetOptions> options, TimeProvider clock)
{
    /// <summary>Why more may not be spent; null = it may.</summary>
    /// <param name="usdPerHour">Rent that would be added, by supplier.</param>
    /// <param name="alreadyCounted">True when the rows that would spend it exist already.</param>
    public async Task<string?> RefuseAsync(
        NirmaanDbContext db, IReadOnlyDictionary<SupplierName, decimal> usdPerHour, decimal usdUpFront, bool alreadyCounted, CancellationToken cancellationToken)
    {
        if (await spending.ReadAsync(cancellationToken) is { } stop) { return $"Spending is stopped since {stop.At:u} by {stop.By}: {stop.Why}"; }
        var caps = options.Value;
        foreach (var (supplier, added) in usdPerHour)
        {
            var now = await BurnAsync(db, supplier, cancellationToken);
            var then = now + (alreadyCounted ? 0 : added);
            if (then > caps.MaxUsdPerHourPerSupplier)
            {
                return Text($"{supplier} would cost ${then:0.00} an hour; the cap Fleet:MaxUsdPerHourPerSupplier is ${caps.MaxUsdPerHourPerSupplier:0.00}");
            }
        }
        var today = await SpentTodayAsync(db, clock.GetUtcNow(), cancellationToken);
        return today + usdUpFront > caps.MaxUsdPerDay
            ? Text($"today's ${today:0.00} and ${usdUpFront:0.00} more exceed the cap Fleet:MaxUsdPerDay of ${caps.MaxUsdPerDay:0.00}")
            : null;
    }

    /// <summary>USD per hour of everything live or on its way at a supplier.</summary>
    public static async Task<decimal> BurnAsync(NirmaanDbContext db, SupplierName supplier, CancellationToken cancellationToken) =>
        (await db.Instances.AsNoTracking()
            .Where(i => i.Supplier == supplier && i.State != InstanceState.Closed && i.State != InstanceState.Failed)
            .Select(i => new { i.UsdPerGpuHour, i.GpuCount }).ToListAsync(cancellationToken)).Sum(i => (i.UsdPerGpuHour ?? 0) * i.GpuCount);

    /// <summary>USD that left the treasury since midnight UTC.</summary>
    internal static async Task<decimal> SpentTodayAsync(NirmaanDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var midnight = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var units = await db.Ledger.AsNoTracking()
            .Where(e => e.Account == LedgerAccounts.Treasury && e.AssetId == Asset.Usd.Id && e.At >= midnight)
            .Select(e => e.Units).ToListAsync(cancellationToken);
        return -new TokenAmount(units.Aggregate(BigInteger.Zero, (sum, u) => sum + u), Asset.Usd).ToDecimal();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
