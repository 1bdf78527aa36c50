using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Market;

/// <summary>A provider's score beside its block, if one is in force.</summary>
/// <param name="Label">A name that people know.</param>
/// <param name="FromUsdPerGpuHour">The least that it asks now; null = it offers nothing with a price.</param>
/// <param name="Block">In force; null = none.</param>
public sealed record ProviderRow(ProviderScore Score, string Label, decimal? FromUsdPerGpuHour, int OffersNow, ProviderBlock? Block);

/// <summary>All providers that we know something of, and every block there was.</summary>
public sealed record ProviderList(IReadOnlyList<ProviderRow> Providers, IReadOnlyList<ProviderBlock> Over, DateTimeOffset At);

/// <summary>Reads of providers.</summary>
public sealed class ProviderQueries(IDbContextFactory<NirmaanDbContext> contexts, TimeProvider clock)
{
    private const int MostOver = 500;

    /// <summary>Everybody with a machine, a bid or a block of ours, by supplier and provider; then the blocks that are over, newest first.</summary>
    public async Task<ProviderList> ListAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var scores = (await ProviderBook.ScoresAsync(db, now, cancellationToken)).ToDictionary(s => s.Key);
        var blocks = (await ProviderBook.InForce(db, now).ToListAsync(cancellationToken)).GroupBy(b => b.Key).ToDictionary(g => g.Key, g => g.MaxBy(b => b.Until)!);
        var over = await db.ProviderBlocks.AsNoTracking().Where(b => b.LiftedAt != null || b.Until <= now).OrderByDescending(b => b.LiftedAt ?? b.Until).Take(MostOver).ToListAsync(cancellationToken);
        var offers = (await db.Offers.AsNoTracking().Where(o => o.GoneAt == null).Select(o => new { o.Supplier, o.Provider, o.ProviderLabel, o.UsdPerGpuHour, o.Available }).ToListAsync(cancellationToken))
            .ToLookup(o => new ProviderKey(o.Supplier, o.Provider));
        var rows = scores.Keys.Union(blocks.Keys).Select(key => new ProviderRow(
            scores.GetValueOrDefault(key) ?? new ProviderScore(key, 0, 0, 0, 0, 0, null, 0, 0, 0, []),
            offers[key].Select(o => o.ProviderLabel).FirstOrDefault() ?? blocks.GetValueOrDefault(key)?.Label ?? key.Provider,
            offers[key].Where(o => o.Available > 0).Min(o => o.UsdPerGpuHour), offers[key].Sum(o => o.Available), blocks.GetValueOrDefault(key)));
        return new ProviderList([.. rows.OrderBy(r => r.Score.Key.Supplier.Value, StringComparer.Ordinal).ThenBy(r => r.Label, StringComparer.OrdinalIgnoreCase)], over, now);
    }
}
