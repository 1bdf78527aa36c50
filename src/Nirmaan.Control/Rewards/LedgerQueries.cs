using System.Globalization;
using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;

namespace Nirmaan.Control.Rewards;

/// <summary>What an account holds, in base units of one asset.</summary>
public sealed record LedgerBalance(string Account, string AssetId, BigInteger Units);

/// <summary>One side of a booking.</summary>
public sealed record LedgerRow(long Sequence, Guid TransactionId, DateTimeOffset At, string Account, string AssetId, BigInteger Units, string Cause, string Subject);

/// <summary>Which entries are asked for; null = any.</summary>
public sealed record LedgerFilter(string? Account = null, string? AssetId = null, string? Cause = null, string? Subject = null);

/// <summary>Reads of the books.</summary>
public sealed class LedgerQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>Every account that was ever booked on, stakers left out (they are many; see their own page).</summary>
    public async Task<IReadOnlyList<LedgerBalance>> BalancesAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Database.SqlQuery<LedgerBalance>($"""
            SELECT account AS "Account", asset_id AS "AssetId", sum(units) AS "Units" FROM ledger WHERE account NOT LIKE 'staker:%' GROUP BY account, asset_id ORDER BY account, asset_id
            """).ToListAsync(cancellationToken);
    }

    /// <summary>Entries, newest first.</summary>
    public async Task<Page<LedgerRow>> EntriesAsync(LedgerFilter filter, int? limit, string? after, CancellationToken cancellationToken)
    {
        var take = Paging.Limit(limit);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var entries = db.Ledger.AsNoTracking();
        if (filter.Account is { } account) { entries = entries.Where(e => e.Account == account); }
        if (filter.AssetId is { } asset) { entries = entries.Where(e => e.AssetId == asset); }
        if (filter.Cause is { } cause) { entries = entries.Where(e => e.Cause == cause); }
        if (filter.Subject is { } subject) { entries = entries.Where(e => e.Subject == subject); }
        if (after is not null)
        {
            entries = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var mark)
                ? entries.Where(e => e.Sequence < mark)
                : throw new InvalidInputException("after", after, "the next value of an earlier page");
        }
        var rows = await entries.OrderByDescending(e => e.Sequence).Take(take + 1)
            .Select(e => new LedgerRow(e.Sequence, e.TransactionId, e.At, e.Account, e.AssetId, e.Units, e.Cause, e.Subject)).ToListAsync(cancellationToken);
        return Paging.Cut(rows, take, r => r.Sequence.ToString(CultureInfo.InvariantCulture));
    }
}
