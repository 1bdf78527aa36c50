using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;

namespace Nirmaan.Control.Allocation;

/// <summary>The limits in force, and the verb that replaces them by a new version.</summary>
public sealed class SetConstraints(IDbContextFactory<NirmaanDbContext> contexts, ControlEvents events, IOptions<AllocationOptions> options, TimeProvider clock)
{
    /// <summary>The newest version; version 1 is made of the configuration when there is none.</summary>
    public async Task<Constraints> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await Newest(db).FirstOrDefaultAsync(cancellationToken) is { } newest) { return newest; }
        var first = options.Value;
        db.Constraints.Add(new Constraints(
            1, clock.GetUtcNow(), "configuration", "first constraints, from the section Allocation", first.BudgetUsdPerHour, first.HorizonHours, 0, first.ExposureUsdPerHour, new Dictionary<string, decimal>(), null, first.MoveCostUsd, first.StartCostUsd));
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateException) { /* Another worker made version 1 in the same moment. */ }
        await using var again = await contexts.CreateDbContextAsync(cancellationToken);
        return await Newest(again).FirstAsync(cancellationToken);
    }

    /// <summary>Sets new limits. Plans made under earlier ones keep naming theirs.</summary>
    /// <param name="wanted">Its version is the one it was made from.</param>
    /// <exception cref="InvalidInputException">A limit makes no sense, or someone set others in between.</exception>
    public async Task<Constraints> RunAsync(Constraints wanted, string by, string why, CancellationToken cancellationToken)
    {
        Check(wanted);
        var present = await ReadAsync(cancellationToken);
        if (wanted.Version != present.Version) { throw new InvalidInputException("version", wanted.Version, Text($"{present.Version}, set by {present.By} in between: look at it first")); }
        var now = clock.GetUtcNow();
        var next = wanted with { Version = present.Version + 1, From = now, By = by, Why = why };
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Constraints.Add(next);
        db.Note(now, "constraints", next.Version, by, "limits set", why, present.Version, next.Version);
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateException e) { throw new InvalidInputException("version", present.Version, $"the newest version; someone set other limits in between ({e.InnerException?.Message})"); }
        events.Changed(Topic.Allocation);
        return next;
    }

    internal static void Check(Constraints wanted)
    {
        if (wanted.BudgetUsdPerHour is <= 0 or > 100_000) { throw new InvalidInputException("budgetUsdPerHour", wanted.BudgetUsdPerHour, "more than 0 and at most 100000 USD per hour"); }
        if (wanted.HorizonHours is < 1 or > 720) { throw new InvalidInputException("horizonHours", wanted.HorizonHours, "1 to 720 hours"); }
        if (wanted.RiskWeight is not (>= 0 and <= 1)) { throw new InvalidInputException("riskWeight", wanted.RiskWeight, "0 to 1"); }
        if (wanted.MaxMoves is < 0) { throw new InvalidInputException("maxMoves", wanted.MaxMoves, "0 or more GPUs, or none"); }
        if (wanted.MoveCostUsd < 0) { throw new InvalidInputException("moveCostUsd", wanted.MoveCostUsd, "0 USD or more"); }
        if (wanted.StartCostUsd < 0) { throw new InvalidInputException("startCostUsd", wanted.StartCostUsd, "0 USD or more"); }
        foreach (var (pool, cap) in wanted.ExposureUsdPerHour.Concat(wanted.ProviderUsdPerHour))
        {
            if (cap < 0) { throw new InvalidInputException(pool, cap, "0 USD per hour or more"); }
        }
    }

    private static string Text(FormattableString text) => text.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static IQueryable<Constraints> Newest(NirmaanDbContext db) => db.Constraints.AsNoTracking().OrderByDescending(c => c.Version);
}
