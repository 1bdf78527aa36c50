using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Fleet;

/// <summary>
/// Reads what ended machines cost in all, by their suppliers' own figures: what was seen while one ran is never the whole. What was closed
/// without ever being a machine of ours in the books (a create that nobody heard of) is entered here too: it was paid.
/// </summary>
public sealed class ReadBills(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, TimeProvider clock, IOptions<RewardsOptions> options)
{
    /// <summary>One line of what was done.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        List<Instance> ended;
        List<Operation> strays;
        var since = clock.GetUtcNow() - options.Value.AdjustFor;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            ended = await db.Instances.AsNoTracking()
                .Where(i => i.BilledFrom != null && i.ExternalId != null && i.ClosedAt >= since && (i.ObservedAt == null || i.ObservedAt <= i.ClosedAt || i.SupplierSaysUsd == null))
                .OrderBy(i => i.Id).ToListAsync(cancellationToken);
            strays = await db.Operations.AsNoTracking()
                .Where(o => o.Kind == OperationKind.Close && o.State == OperationState.Succeeded && o.EndedAt >= since && o.Answer == null
                    && !db.Instances.Any(i => i.Supplier == o.Supplier && i.ExternalId == o.ExternalId && i.BilledFrom != null)
                    // One thing, one entry, however often it was closed.
                    && !db.Operations.Any(p => p.Kind == OperationKind.Close && p.Supplier == o.Supplier && p.ExternalId == o.ExternalId && p.State == OperationState.Succeeded && p.CreatedAt < o.CreatedAt))
                .OrderBy(o => o.Id).ToListAsync(cancellationToken);
        }
        var (read, unread) = (0, 0);
        foreach (var instance in ended)
        {
            if (await BillAsync(instance.Supplier, instance.ExternalId!, instance.CreatedAt, cancellationToken) is not { } usd) { unread++; continue; }
            await SaveAsync(async db => (await db.Instances.SingleAsync(i => i.Id == instance.Id, cancellationToken)).Settle(usd, clock.GetUtcNow()), cancellationToken);
            read++;
        }
        foreach (var stray in strays)
        {
            if (await BillAsync(stray.Supplier!.Value, stray.ExternalId!, stray.CreatedAt - options.Value.AdjustFor, cancellationToken) is not { } usd) { unread++; continue; }
            await SaveAsync(async db =>
            {
                var operation = await db.Operations.SingleAsync(o => o.Id == stray.Id, cancellationToken);
                operation.Settle(usd.ToString(CultureInfo.InvariantCulture));
                db.Ledger.AddRange(new LedgerBooking(clock.GetUtcNow(), LedgerCauses.RentAdjustment, operation.Id.ToString())
                    .Move(LedgerAccounts.Treasury, LedgerAccounts.Rent(operation.Supplier!.Value), TokenAmount.Usd(usd)).ToEntries());
            }, cancellationToken);
            read++;
        }
        return $"Read {read} bills; {unread} are not to be had yet.";
    }

    private async Task<decimal?> BillAsync(SupplierName name, string externalId, DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (suppliers.Find(name) is not { Traits.SendsBill: true } supplier) { return null; }
        try { return await supplier.ReadBillAsync(externalId, since, cancellationToken); }
        catch (SupplierUnavailableException) { return null; }
    }

    private async Task SaveAsync(Func<NirmaanDbContext, Task> change, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await change(db);
        // Whoever changed the row in between is followed at the next run.
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateConcurrencyException) { }
    }
}
