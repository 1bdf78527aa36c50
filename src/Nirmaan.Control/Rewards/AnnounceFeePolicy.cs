using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>The fee policies, and the verb that announces another. A policy is never edited, and begins with an epoch, so that none is cut.</summary>
public sealed class AnnounceFeePolicy(IDbContextFactory<NirmaanDbContext> contexts, ControlEvents events, IOptions<RewardsOptions> options, TimeProvider clock)
{
    /// <summary>Every policy, in the order of announcement; the first is made of the configuration when there is none.</summary>
    public async Task<IReadOnlyList<FeePolicy>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await All(db).ToListAsync(cancellationToken) is { Count: > 0 } policies) { return policies; }
        db.FeePolicies.Add(new FeePolicy(DateTimeOffset.UnixEpoch, options.Value.FeeBasisPoints, options.Value.RentTreasuryFunded)
        {
            Version = 1, AnnouncedAt = StoredTime.Of(clock.GetUtcNow()), By = "configuration", Why = "first policy, from the section Rewards",
        });
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateException) { /* Another worker made version 1 in the same moment. */ }
        await using var again = await contexts.CreateDbContextAsync(cancellationToken);
        return await All(again).ToListAsync(cancellationToken);
    }

    /// <summary>The policy in force at a moment.</summary>
    public async Task<FeePolicy> AtAsync(DateTimeOffset at, CancellationToken cancellationToken) => FeePolicy.InForce(await ListAsync(cancellationToken), at);

    /// <summary>The first moment at which such terms may begin: the next midnight, or after the notice where they take more than what would hold then.</summary>
    public async Task<DateTimeOffset> EarliestAsync(int feeBasisPoints, bool rentTreasuryFunded, IReadOnlyList<RentRule> rents, CancellationToken cancellationToken)
    {
        var policies = await ListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var next = Midnight(now);
        var wanted = new FeePolicy(next, feeBasisPoints, rentTreasuryFunded) { Rents = rents };
        // What is announced for later counts as well: nobody may be told of better terms that then do not come.
        return wanted.IsNoWorseThan(FeePolicy.InForce(policies, next)) && policies.Where(p => p.From > next).All(wanted.IsNoWorseThan) ? next : Midnight(now + options.Value.FeeNotice);
    }

    /// <summary>Announces a policy.</summary>
    /// <param name="from">A midnight of UTC, not before <see cref="EarliestAsync"/>.</param>
    /// <param name="rentTreasuryFunded">As in <see cref="FeePolicy"/>.</param>
    /// <param name="rents">Who pays the rent of single assets or networks, where it is not who pays the rest.</param>
    /// <param name="why">The reason, shown to everybody.</param>
    /// <exception cref="InvalidInputException">A field makes no sense, the notice is too short, or nothing would change.</exception>
    public async Task<FeePolicy> RunAsync(DateTimeOffset from, int feeBasisPoints, bool rentTreasuryFunded, IReadOnlyList<RentRule> rents, string by, string why, CancellationToken cancellationToken)
    {
        if (feeBasisPoints is < 0 or > 10_000) { throw new InvalidInputException("feeBasisPoints", feeBasisPoints, "0 to 10000, in 1/100 of a percent"); }
        foreach (var rule in rents)
        {
            if (rule.AssetId is null && rule.Network is null) { throw new InvalidInputException("rents", "a rule without asset and network", "at least one of them: the rest is rentTreasuryFunded"); }
            if (rule.AssetId is { } id && Asset.Tokens.All(a => a.Id != id)) { throw new InvalidInputException("rents", id, $"one of {string.Join(", ", Asset.Tokens.Select(a => a.Id))}"); }
        }
        if (rents.DistinctBy(r => (r.AssetId, r.Network)).Count() < rents.Count) { throw new InvalidInputException("rents", "two rules for the same", "one"); }
        if (why.Trim().Length < 3) { throw new InvalidInputException("why", why, "a reason that stakers can read"); }
        if (from.ToUniversalTime().TimeOfDay != TimeSpan.Zero) { throw new InvalidInputException("from", $"{from:u}", "a midnight of UTC, at which an epoch begins"); }
        var earliest = await EarliestAsync(feeBasisPoints, rentTreasuryFunded, rents, cancellationToken);
        if (from < earliest) { throw new InvalidInputException("from", $"{from:u}", $"{earliest:u} or later; what takes more from stakers is announced {options.Value.FeeNotice.TotalDays:0.#} days before"); }
        var policies = await ListAsync(cancellationToken);
        var then = FeePolicy.InForce(policies, from);
        var wanted = new FeePolicy(from.ToUniversalTime(), feeBasisPoints, rentTreasuryFunded) { Rents = rents };
        if (then.SaysTheSameAs(wanted)) { throw new InvalidInputException("feeBasisPoints", feeBasisPoints, $"a change: version {then.Version} says the same for {from:u}"); }

        var now = StoredTime.Of(clock.GetUtcNow());
        var next = wanted with { Version = policies[^1].Version + 1, AnnouncedAt = now, By = by, Why = why.Trim() };
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.FeePolicies.Add(next);
        db.Note(now, "fee-policy", next.Version, by, "announced", next.Why, then.Version, next.Version);
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateException e) { throw new InvalidInputException("version", next.Version, $"the next one; someone announced another in the same moment ({e.InnerException?.Message})"); }
        events.Changed(Topic.Rewards);
        return next;
    }

    private static DateTimeOffset Midnight(DateTimeOffset after) => new(after.UtcDateTime.Date.AddDays(after.UtcDateTime.TimeOfDay == TimeSpan.Zero ? 0 : 1), TimeSpan.Zero);

    private static IQueryable<FeePolicy> All(NirmaanDbContext db) => db.FeePolicies.AsNoTracking().OrderBy(p => p.Version);
}
