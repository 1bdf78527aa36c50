using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Rewards;

/// <summary>An epoch of some asset: one UTC day.</summary>
internal sealed record Period(int Epoch, DateTimeOffset From, DateTimeOffset To);

/// <summary>Which epochs there are, and the lock under which one is closed or something is sold for it.</summary>
internal static class EpochCalendar
{
    // "epoch" in ASCII: closers of one database go one after the other.
    private const long LockKey = 0x65706F6368;

    /// <summary>The day of epoch 1; null = nobody has staked yet.</summary>
    public static async Task<DateTimeOffset?> FirstDayAsync(NirmaanDbContext db, RewardsOptions options, CancellationToken cancellationToken) =>
        options.FirstEpoch is { } day ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero)
            : await db.StakeEvents.MinAsync(e => (DateTimeOffset?)e.At, cancellationToken) is { } first ? new DateTimeOffset(first.UtcDateTime.Date, TimeSpan.Zero) : null;

    /// <summary>Assets that the pool ever received.</summary>
    public static async Task<IReadOnlyList<Asset>> AssetsAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var ids = await db.Rewards.Where(r => r.Beneficiary == Beneficiary.NrmPool.Name).Select(r => r.AssetId).Distinct().ToListAsync(cancellationToken);
        return [.. ids.Order(StringComparer.Ordinal).Select(Asset.Of)];
    }

    /// <summary>The epoch that is closed next.</summary>
    public static async Task<Period> NextAsync(NirmaanDbContext db, Asset asset, DateTimeOffset firstDay, CancellationToken cancellationToken) =>
        Of((await db.Distributions.Where(d => d.AssetId == asset.Id).MaxAsync(d => (int?)d.Epoch, cancellationToken) ?? 0) + 1, firstDay);

    /// <summary>An epoch by number.</summary>
    public static Period Of(int epoch, DateTimeOffset firstDay) => new(epoch, firstDay.AddDays(epoch - 1), firstDay.AddDays(epoch));

    /// <summary>A transaction that no other closer or seller runs beside.</summary>
    public static async Task<IDbContextTransaction> LockAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        return transaction;
    }

    /// <summary>What an epoch that is not closed has received and not sold, base units.</summary>
    /// <param name="isNext">The next one to close takes what came late or was carried on, too.</param>
    public static async Task<BigInteger> UnsoldAsync(NirmaanDbContext db, Asset asset, Period period, bool isNext, CancellationToken cancellationToken)
    {
        var from = isNext ? DateTimeOffset.MinValue : period.From;
        var received = await db.Rewards.Where(r => r.AssetId == asset.Id && r.Beneficiary == Beneficiary.NrmPool.Name && r.Epoch == null && r.At >= from && r.At < period.To)
            .Select(r => r.Units).ToListAsync(cancellationToken);
        var sold = await db.Sales.Where(s => s.AssetId == asset.Id && s.Epoch == period.Epoch && s.TakenBackAt == null).Select(s => s.Units).ToListAsync(cancellationToken);
        var carried = isNext ? await db.Distributions.Where(d => d.AssetId == asset.Id && d.Epoch == period.Epoch - 1).Select(d => (BigInteger?)d.CarriedOut).SingleOrDefaultAsync(cancellationToken) ?? 0 : 0;
        return received.Aggregate(carried, (sum, units) => sum + units) - sold.Aggregate(BigInteger.Zero, (sum, units) => sum + units);
    }
}
