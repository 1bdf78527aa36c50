using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>A conversion of points as someone tells it; the fields are those of <see cref="Conversion"/>.</summary>
public sealed record ConversionRequest(
    NetworkName Network, string Kind, DateOnly FirstDay, DateOnly LastDay, Asset Asset, BigInteger Units, DateTimeOffset At, string Transaction, string PaidTo, DateTimeOffset? VestsUntil);

/// <summary>What became of a recording.</summary>
public abstract record ConversionOutcome
{
    private ConversionOutcome() { }

    /// <summary>It is in the books.</summary>
    public sealed record Recorded(Conversion Conversion) : ConversionOutcome;
    /// <summary>The transaction is recorded already for these points; nothing was booked.</summary>
    public sealed record Known(Conversion Conversion) : ConversionOutcome;
    /// <summary>Some of the days were converted by another record that covers other days, too.</summary>
    public sealed record Overlaps(Conversion With) : ConversionOutcome;
    /// <summary>The pool earned no such points on those days.</summary>
    public sealed record NoPoints : ConversionOutcome;
    /// <summary>The payment was read from the network already and is in the books as a reward.</summary>
    public sealed record Received(string ExternalId) : ConversionOutcome;
}

/// <summary>
/// Records tokens that a network paid for points, and releases them to the pool as they become free. Nothing is converted by this. Whoever
/// holds stake on the day on which tokens become free gets them: points were promised to the pool, and no one's part of them was ever a claim.
/// </summary>
public sealed class ConvertPoints(IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, ControlEvents events, TimeProvider clock)
{
    // More than there is of any token.
    private static readonly BigInteger s_mostTokens = 1_000_000_000_000;
    private static readonly TimeSpan s_clockSkew = TimeSpan.FromMinutes(5);
    private const int MostYears = 10;

    /// <summary>Records a conversion.</summary>
    /// <exception cref="InvalidInputException">A field makes no sense.</exception>
    public async Task<ConversionOutcome> RunAsync(ConversionRequest request, string by, CancellationToken cancellationToken)
    {
        var (reference, paidTo) = Check(request);
        var now = StoredTime.Of(clock.GetUtcNow());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await EpochCalendar.LockAsync(db, cancellationToken);
        var others = await db.PointsConversions.AsNoTracking().Where(c => c.TakenBackAt == null && c.Network == request.Network && c.Kind == request.Kind).ToListAsync(cancellationToken);
        if (others.Find(c => c.Transaction == reference && c.AssetId == request.Asset.Id) is { } known) { return new ConversionOutcome.Known(known); }
        // A season may be paid in several transactions; what covers other days too would convert the same points twice.
        if (others.Find(c => c.FirstDay <= request.LastDay && c.LastDay >= request.FirstDay && (c.FirstDay, c.LastDay) != (request.FirstDay, request.LastDay)) is { } with) { return new ConversionOutcome.Overlaps(with); }
        if (await db.Rewards.Where(r => r.AssetId == request.Asset.Id && r.Evidence == reference && !r.ExternalId.StartsWith(Conversion.RewardPrefix)).Select(r => r.ExternalId).FirstOrDefaultAsync(cancellationToken) is { } received)
        {
            return new ConversionOutcome.Received(received);
        }
        var points = await PointsAsync(db, request, cancellationToken);
        if (points <= 0) { return new ConversionOutcome.NoPoints(); }

        var conversion = new Conversion(
            Guid.CreateVersion7(now), request.Network, request.Kind, request.FirstDay, request.LastDay, points, request.Asset.Id, request.Units, StoredTime.Of(request.At), reference, paidTo.Value,
            request.VestsUntil is { } until ? StoredTime.Of(until) : null, by, now) { Carried = BigInteger.Min(request.Units, await UnclaimedAsync(db, request, reference, cancellationToken)) };
        db.PointsConversions.Add(conversion);
        db.Ledger.AddRange(conversion.Book().ToEntries());
        db.Note(now, "conversion", conversion.Id, by, "recorded", FormattableString.Invariant($"{points} {request.Kind} points of {request.Network}, {request.FirstDay:yyyy-MM-dd} to {request.LastDay:yyyy-MM-dd}, became {conversion.Amount}; transaction {reference}"));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        events.Changed(Topic.Rewards);
        return new ConversionOutcome.Recorded(conversion);
    }

    /// <summary>Takes a wrong record back: what is locked leaves the books, what the pool received of it stays. False = there is none that stands.</summary>
    public async Task<bool> TakeBackAsync(Guid id, string by, string why, CancellationToken cancellationToken)
    {
        if (why.Trim().Length < 3) { throw new InvalidInputException("why", why, "a reason"); }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await EpochCalendar.LockAsync(db, cancellationToken);
        if (await db.PointsConversions.SingleOrDefaultAsync(c => c.Id == id && c.TakenBackAt == null, cancellationToken) is not { } conversion) { return false; }
        var now = StoredTime.Of(clock.GetUtcNow());
        db.Ledger.AddRange(conversion.TakeBack(now).ToEntries());
        db.Note(now, "conversion", conversion.Id, by, "taken back", why.Trim());
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        events.Changed(Topic.Rewards);
        return true;
    }

    /// <summary>Gives the pool what has become free. A day's release, its booking and the mark that it was made are one transaction.</summary>
    public async Task<string> ReleaseAsync(CancellationToken cancellationToken)
    {
        var now = StoredTime.Of(clock.GetUtcNow());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await EpochCalendar.LockAsync(db, cancellationToken);
        var open = await db.PointsConversions.Where(c => c.TakenBackAt == null && c.Carried + c.Released < c.Units).ToListAsync(cancellationToken);
        var released = open.SelectMany(c => c.ReleaseTo(now)).ToList();
        if (released.Count == 0) { return open.Count == 0 ? "No conversion has tokens that are locked." : "Nothing became free."; }
        foreach (var (reading, booking) in released)
        {
            db.Rewards.Add(new Reward(reading, null, Beneficiary.NrmPool.Name, now));
            db.Ledger.AddRange(booking.ToEntries());
        }
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        events.Changed(Topic.Rewards);
        return string.Join("; ", released.GroupBy(r => r.Reading.Asset).Select(g => $"released {new TokenAmount(g.Aggregate(BigInteger.Zero, (sum, r) => sum + r.Reading.Units), g.Key)}"));
    }

    /// <summary>
    /// What the pool received of a payment under records that were taken back, whatever kind they said, and no record has taken over. The next one
    /// counts it as received, or the same tokens would be released twice.
    /// </summary>
    private static async Task<BigInteger> UnclaimedAsync(NirmaanDbContext db, ConversionRequest request, string reference, CancellationToken cancellationToken)
    {
        var earlier = await db.PointsConversions.AsNoTracking().Where(c => c.Network == request.Network && c.Transaction == reference && c.AssetId == request.Asset.Id).ToListAsync(cancellationToken);
        return earlier.Aggregate(BigInteger.Zero, (sum, c) => sum + (c.TakenBackAt is null ? -c.Carried : c.Released));
    }

    /// <summary>The pool's points of the days; clients' are theirs.</summary>
    private static async Task<decimal> PointsAsync(NirmaanDbContext db, ConversionRequest request, CancellationToken cancellationToken)
    {
        var (from, to) = (Start(request.FirstDay), Start(request.LastDay.AddDays(1)));
        return await db.PointsAwards.Where(a => a.Kind == request.Kind && a.At >= from && a.At < to)
            .Join(db.Miners.Where(m => m.Network == request.Network && m.Beneficiary == Beneficiary.NrmPool.Name), a => a.MinerId, m => m.Id, (a, m) => a.Points).SumAsync(cancellationToken);
    }

    private (string Reference, WalletAddress PaidTo) Check(ConversionRequest request)
    {
        var now = clock.GetUtcNow();
        if (networks.Find(request.Network) is not { } network) { throw new InvalidInputException("network", request.Network.Value, $"one of {string.Join(", ", networks.All.Select(n => n.Network.Value))}"); }
        if (network.WorkloadOf(request.Kind) is null) { throw new InvalidInputException("kind", request.Kind, $"a kind of points that {request.Network} counts"); }
        if (request.LastDay < request.FirstDay) { throw new InvalidInputException("lastDay", $"{request.LastDay:yyyy-MM-dd}", $"the first day, {request.FirstDay:yyyy-MM-dd}, or later"); }
        if (request.LastDay >= DateOnly.FromDateTime(now.UtcDateTime)) { throw new InvalidInputException("lastDay", $"{request.LastDay:yyyy-MM-dd}", "a UTC day that is over"); }
        if (request.Asset == Asset.Usd || request.Asset == Asset.Nrm) { throw new InvalidInputException("asset", request.Asset.Id, "a network's token"); }
        if (request.Units.Sign <= 0 || request.Units > s_mostTokens * BigInteger.Pow(10, request.Asset.Decimals)) { throw new InvalidInputException("units", request.Units, $"base units above 0, of at most {s_mostTokens} tokens"); }
        if (request.At > now + s_clockSkew || request.At < Start(request.FirstDay)) { throw new InvalidInputException("at", $"{request.At:u}", "a time that has passed, not before the points' first day"); }
        var reference = TransactionReference.Read(request.Transaction, "the transaction's hash");
        if (request.VestsUntil is { } until && (until <= request.At || until > request.At.AddYears(MostYears))) { throw new InvalidInputException("vestsUntil", $"{until:u}", $"a time after the payment, {MostYears} years later at most"); }
        return WalletAddress.TryParse(request.PaidTo.Trim(), out var address) ? (reference, address) : throw new InvalidInputException("paidTo", request.PaidTo, "0x and 40 hexadecimal digits, the address that was paid");
    }

    private static DateTimeOffset Start(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}

/// <summary>What is locked of one asset, and when the last of it is free.</summary>
/// <param name="FreePerDay">Base units that become free in the next whole day.</param>
public sealed record LockedTokens(Asset Asset, BigInteger Units, BigInteger FreePerDay, DateTimeOffset LastFreeAt);

/// <summary>Reads of conversions.</summary>
public sealed class ConversionQueries(IDbContextFactory<NirmaanDbContext> contexts, TimeProvider clock)
{
    /// <summary>Every conversion, newest first, those that were taken back included. They are as many as networks have seasons.</summary>
    public async Task<IReadOnlyList<Conversion>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.PointsConversions.AsNoTracking().OrderByDescending(c => c.At).ThenByDescending(c => c.Id).ToListAsync(cancellationToken);
    }

    /// <summary>What is locked, by asset; empty = nothing.</summary>
    public async Task<IReadOnlyList<LockedTokens>> LockedAsync(CancellationToken cancellationToken) => Locked(await ListAsync(cancellationToken), clock.GetUtcNow());

    /// <summary>What is locked of some conversions, by asset.</summary>
    public static IReadOnlyList<LockedTokens> Locked(IEnumerable<Conversion> conversions, DateTimeOffset now) =>
        [.. conversions.Where(c => c.Locked.Sign > 0).GroupBy(c => c.AssetId).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new LockedTokens(
            Asset.Of(g.Key), Sum(g, c => c.Locked), Sum(g, c => c.Vesting.FreeAt(now.AddDays(1)) - c.Vesting.FreeAt(now)), g.Max(c => c.Vesting.Until)))];

    private static BigInteger Sum(IEnumerable<Conversion> conversions, Func<Conversion, BigInteger> of) => conversions.Aggregate(BigInteger.Zero, (sum, c) => sum + of(c));
}
