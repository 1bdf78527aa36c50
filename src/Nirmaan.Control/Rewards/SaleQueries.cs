using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>Reads of what was sold.</summary>
public sealed class SaleQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>Every sale, newest first, those that were taken back included.</summary>
    public async Task<Page<Sale>> ListAsync(int? limit, string? after, CancellationToken cancellationToken)
    {
        var take = Paging.Limit(limit);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var sales = db.Sales.AsNoTracking();
        if (after is not null)
        {
            var mark = Guid.TryParse(after, out var id) ? await sales.Where(s => s.Id == id).Select(s => new { s.At, s.Id }).SingleOrDefaultAsync(cancellationToken) : null;
            if (mark is null) { throw new InvalidInputException("after", after, "the next value of an earlier page"); }
            sales = sales.Where(s => s.At < mark.At || (s.At == mark.At && s.Id.CompareTo(mark.Id) < 0));
        }
        return Paging.Cut(await sales.OrderByDescending(s => s.At).ThenByDescending(s => s.Id).Take(take + 1).ToListAsync(cancellationToken), take, s => s.Id.ToString());
    }

    /// <summary>Sales of an epoch's receipts of one asset that stand, in the order of time.</summary>
    public async Task<IReadOnlyList<Sale>> OfEpochAsync(int epoch, string assetId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await OfEpoch(db, epoch, assetId).ToListAsync(cancellationToken);
    }

    internal static IQueryable<Sale> OfEpoch(NirmaanDbContext db, int epoch, string assetId) =>
        db.Sales.AsNoTracking().Where(s => s.Epoch == epoch && s.AssetId == assetId && s.TakenBackAt == null).OrderBy(s => s.At).ThenBy(s => s.Id);
}
