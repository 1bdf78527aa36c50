using System.Globalization;
using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Fleet;

/// <summary>
/// Caps per supplier and per day, and the switch that stops all spending. Asked before a launch and again before each effect that costs money,
/// in the transaction that writes it: the guard lets one such transaction through at a time, so that two never spend the same last dollar.
/// </summary>
public sealed class SpendGuard(SpendingSwitch spending, IOptions<FleetOptions> options, TimeProvider clock)
{
    /// <summary>Why machines may not be launched; null = they may. Everything that is booked counts, also what is not sent yet.</summary>
    /// <param name="usdPerHour">Rent that would be added, by supplier.</param>
    /// <param name="usdUpFront">What would be paid in advance.</param>
    internal async Task<string?> RefuseLaunchAsync(NirmaanDbContext db, IReadOnlyDictionary<SupplierName, decimal> usdPerHour, decimal usdUpFront, CancellationToken cancellationToken)
    {
        if (await StoppedAsync(cancellationToken) is { } stopped) { return stopped; }
        foreach (var (supplier, added) in usdPerHour)
        {
            if (OverRent(supplier, await BurnAsync(db, supplier, null, cancellationToken) + added) is { } over) { return over; }
        }
        var coming = await db.Operations.Where(o => (o.Kind == OperationKind.Create || o.Kind == OperationKind.Extend)
            && (o.State == OperationState.Intended || o.State == OperationState.Sent || o.State == OperationState.Unknown)).SumAsync(o => o.UsdCommitted ?? 0, cancellationToken);
        return await OverDayAsync(db, coming, usdUpFront, cancellationToken);
    }

    /// <summary>Why an effect may not be sent; null = it may. What waits to be sent does not count, so that what fits goes on.</summary>
    internal async Task<string?> RefuseEffectAsync(NirmaanDbContext db, Operation operation, CancellationToken cancellationToken)
    {
        await LockAsync(db, cancellationToken);
        if (await StoppedAsync(cancellationToken) is { } stopped) { return stopped; }
        if (operation.Kind != OperationKind.Extend && OverRent(operation.Supplier!.Value, await BurnAsync(db, operation.Supplier!.Value, operation, cancellationToken)) is { } over) { return over; }
        if (operation.UsdCommitted is not > 0) { return null; }
        // What is in flight is booked only when its answer arrives.
        var inFlight = await db.Operations.Where(o => o.Id != operation.Id && (o.Kind == OperationKind.Create || o.Kind == OperationKind.Extend)
            && (o.State == OperationState.Sent || o.State == OperationState.Unknown)).SumAsync(o => o.UsdCommitted ?? 0, cancellationToken);
        return await OverDayAsync(db, inFlight, operation.UsdCommitted.Value, cancellationToken);
    }

    /// <summary>Holds every other launch and effect back until the transaction ends.</summary>
    internal static Task LockAsync(NirmaanDbContext db, CancellationToken cancellationToken) => db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);

    private const long LockKey = 0x7370656E64;

    private async Task<string?> StoppedAsync(CancellationToken cancellationToken) =>
        await spending.ReadAsync(cancellationToken) is { } stop ? $"Spending is stopped since {stop.At:u} by {stop.By}: {stop.Why}" : null;

    private string? OverRent(SupplierName supplier, decimal usdPerHour) => usdPerHour <= options.Value.MaxUsdPerHourPerSupplier ? null
        : Text($"{supplier} would cost ${usdPerHour:0.00} an hour; the cap Fleet:MaxUsdPerHourPerSupplier is ${options.Value.MaxUsdPerHourPerSupplier:0.00}");

    private async Task<string?> OverDayAsync(NirmaanDbContext db, decimal coming, decimal more, CancellationToken cancellationToken)
    {
        var today = await SpentTodayAsync(db, clock.GetUtcNow(), cancellationToken) + coming;
        return today + more <= options.Value.MaxUsdPerDay ? null
            : Text($"today's ${today:0.00} and ${more:0.00} more exceed the cap Fleet:MaxUsdPerDay of ${options.Value.MaxUsdPerDay:0.00}");
    }

    /// <summary>USD per hour of everything live or on its way at a supplier; before an effect, without the machines whose create is not sent yet, but for the effect's own.</summary>
    private static Task<decimal> BurnAsync(NirmaanDbContext db, SupplierName supplier, Operation? before, CancellationToken cancellationToken)
    {
        var live = db.Instances.Where(i => i.Supplier == supplier && i.State != InstanceState.Closed && i.State != InstanceState.Failed);
        if (before is not null)
        {
            live = live.Where(i => i.Id == before.InstanceId || i.State != InstanceState.Requested
                || !db.Operations.Any(o => o.InstanceId == i.Id && o.Kind == OperationKind.Create && o.State == OperationState.Intended));
        }
        return live.SumAsync(i => (i.UsdPerGpuHour ?? 0) * i.GpuCount, cancellationToken);
    }

    /// <summary>USD that left the treasury since midnight UTC.</summary>
    internal static async Task<decimal> SpentTodayAsync(NirmaanDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var midnight = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var units = await db.Database.SqlQuery<BigInteger>($"""
            SELECT coalesce(sum(units), 0) AS "Value" FROM ledger WHERE account = {LedgerAccounts.Treasury} AND asset_id = {Asset.Usd.Id} AND at >= {midnight}
            """).SingleAsync(cancellationToken);
        return -new TokenAmount(units, Asset.Usd).ToDecimal();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
