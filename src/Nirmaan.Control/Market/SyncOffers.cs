using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Market;

/// <summary>Reads every supplier's offers. One that cannot be read keeps its last offers, which age on the page; one no longer listed is marked gone.</summary>
public sealed partial class SyncOffers(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, ControlEvents events, TimeProvider clock, ILogger<SyncOffers> logger)
{
    /// <summary>One line of what was read.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        List<string> lines = [];
        foreach (var supplier in suppliers.All)
        {
            try { lines.Add($"{supplier.Supplier}: {await SyncAsync(supplier, cancellationToken)} offers"); }
            catch (SupplierUnavailableException e) { LogUnavailable(supplier.Supplier.Value, e.Message); lines.Add($"{supplier.Supplier}: not readable"); }
        }
        events.Changed(Topic.Market);
        return string.Join("; ", lines);
    }

    private async Task<int> SyncAsync(IComputeProvider supplier, CancellationToken cancellationToken)
    {
        var quotes = (await supplier.ListOffersAsync(cancellationToken)).DistinctBy(q => q.Key).ToDictionary(q => q.Key);
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var known = await db.Offers.Where(o => o.Supplier == supplier.Supplier).ToListAsync(cancellationToken);
        foreach (var offer in known)
        {
            if (quotes.Remove(offer.Key, out var quote)) { offer.See(quote, now); }
            else { offer.MarkGone(now); }
        }
        db.Offers.AddRange(quotes.Values.Select(q => new Offer(OfferId.New(now), supplier.Supplier, q, now)));
        await db.SaveChangesAsync(cancellationToken);
        return await db.Offers.CountAsync(o => o.Supplier == supplier.Supplier && o.GoneAt == null, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Offers of {Supplier} could not be read: {Why}")]
    private partial void LogUnavailable(string supplier, string why);
}
