using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>
/// Enters the rent that machines used up, from where it was entered last to now, cut at each UTC midnight so that a day's rent is the sum of
/// its entries. A machine that still runs is entered once in each clock hour, however often this runs: an entry an hour is enough to read, and
/// the first run of a day ends the day before. After a machine's end the difference to the supplier's own figure follows as an entry of its own. The entry and the mark how
/// far it reaches are one transaction, and the mark must still stand where it was read: nothing is entered twice.
/// </summary>
public sealed partial class MeterRent(
    IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, ControlEvents events, TimeProvider clock, IOptions<RewardsOptions> options, ILogger<MeterRent> logger)
{
    /// <summary>Between two entries of a machine that runs: our books are at most so far behind its bill.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromHours(1);

    /// <summary>Meters every machine.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var now = StoredTime.Of(clock.GetUtcNow());
        var fullHour = new DateTimeOffset(now.UtcTicks - now.UtcTicks % Step.Ticks, TimeSpan.Zero);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var billed = await db.Instances.AsNoTracking()
            .Where(i => i.BilledFrom != null && i.MeteredTo != null && i.MeteredTo < (i.ClosedAt ?? fullHour)).OrderBy(i => i.CreatedAt).ThenBy(i => i.Id).ToListAsync(cancellationToken);
        decimal usd = 0;
        var unpriced = 0;
        foreach (var instance in billed)
        {
            if (instance.UsdPerHour is not { } rate) { unpriced++; LogUnpriced(instance.Id); continue; }
            usd += await MeterAsync(db, instance, rate, now, cancellationToken);
        }
        var (adjusted, adjustedUsd) = await AdjustAsync(db, now, cancellationToken);
        if (usd != 0 || adjusted > 0) { events.Changed(Topic.Rewards); }
        LogMetered(billed.Count, usd, adjusted, adjustedUsd);
        return FormattableString.Invariant($"Entered ${usd:0.00######} of rent for {billed.Count - unpriced} machines; ")
            + FormattableString.Invariant($"{adjusted} corrected by ${adjustedUsd:0.00######} to the supplier's figure{(unpriced > 0 ? $"; {unpriced} without a known price" : "")}.");
    }

    private async Task<decimal> MeterAsync(NirmaanDbContext db, Instance instance, decimal usdPerHour, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (from, to) = (instance.MeteredTo!.Value, instance.ClosedAt is { } end && end < now ? end : now);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var mine = await db.Instances.Where(i => i.Id == instance.Id && i.MeteredTo == from).ExecuteUpdateAsync(i => i.SetProperty(x => x.MeteredTo, to), cancellationToken);
        if (mine == 0) { return 0; }
        decimal total = 0;
        for (var start = from; start < to;)
        {
            var midnight = new DateTimeOffset(start.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
            var stop = to < midnight ? to : midnight;
            var usd = TokenAmount.Usd(usdPerHour * (stop - start).Ticks / TimeSpan.TicksPerHour);
            db.Ledger.AddRange(Booking(instance, start, LedgerCauses.Rent, usd));
            total += usd.ToDecimal();
            start = stop;
        }
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return total;
    }

    private async Task<(int Count, decimal Usd)> AdjustAsync(NirmaanDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - options.Value.AdjustFor;
        var ended = await db.Instances.AsNoTracking()
            .Where(i => i.BilledFrom != null && i.ClosedAt != null && i.ClosedAt >= since && i.MeteredTo >= i.ClosedAt
                // What the supplier said before the end is not the whole.
                && i.ObservedAt > i.ClosedAt && i.SupplierSaysUsd != null).ToListAsync(cancellationToken);
        var subjects = ended.Select(i => LedgerSubjects.Instance(i.Id)).ToArray();
        var entered = (await db.Ledger.AsNoTracking()
            .Where(e => (e.Cause == LedgerCauses.Rent || e.Cause == LedgerCauses.RentAdjustment) && subjects.Contains(e.Subject))
            .Select(e => new { e.Subject, e.Account, e.Units }).ToListAsync(cancellationToken)).ToLookup(e => e.Subject);
        var (count, total) = (0, 0m);
        foreach (var instance in ended)
        {
            var account = LedgerAccounts.Rent(instance.Supplier);
            var known = entered[LedgerSubjects.Instance(instance.Id)].Where(e => e.Account == account).Aggregate(BigInteger.Zero, (sum, e) => sum + e.Units);
            var difference = TokenAmount.Usd(instance.SupplierSaysUsd!.Value) - new TokenAmount(known, Asset.Usd);
            if (difference.Units.IsZero) { continue; }
            db.Ledger.AddRange(Booking(instance, now, LedgerCauses.RentAdjustment, difference));
            (count, total) = (count + 1, total + difference.ToDecimal());
        }
        await db.SaveChangesAsync(cancellationToken);
        return (count, total);
    }

    private IReadOnlyList<LedgerEntry> Booking(Instance instance, DateTimeOffset at, string cause, TokenAmount usd)
    {
        var from = suppliers.Find(instance.Supplier)?.Traits.Prepaid == true ? LedgerAccounts.Prepaid(instance.Supplier) : LedgerAccounts.Treasury;
        return new LedgerBooking(at, cause, LedgerSubjects.Instance(instance.Id)).Move(from, LedgerAccounts.Rent(instance.Supplier), usd).ToEntries();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Metered {Machines} machines: ${Usd}; corrected {Adjusted} by ${AdjustedUsd}")]
    private partial void LogMetered(int machines, decimal usd, int adjusted, decimal adjustedUsd);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Instance {Instance} is billed at an unknown price; its rent is not entered")]
    private partial void LogUnpriced(InstanceId instance);
}
