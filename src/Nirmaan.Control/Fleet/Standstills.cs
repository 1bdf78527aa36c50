using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>What holds still now.</summary>
public sealed record StandstillsNow(IReadOnlyList<Standstill> InForce)
{
    /// <summary>Why only people act; null = there is no freeze.</summary>
    public Standstill? Freeze => InForce.FirstOrDefault(s => s.IsFreeze);

    /// <summary>A supplier's own maintenance; null = none.</summary>
    public Standstill? MaintenanceOf(SupplierName supplier) => InForce.FirstOrDefault(s => s.Supplier == supplier);

    /// <summary>Why nothing is concluded of a supplier's machines; null = nothing holds it.</summary>
    public Standstill? At(SupplierName supplier) => InForce.FirstOrDefault(s => s.Covers(supplier));
}

/// <summary>Maintenance windows and the freeze: asked for, ended, and read by whatever acts by itself.</summary>
public sealed class Standstills(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, ControlEvents events, TimeProvider clock)
{
    /// <summary>The longest maintenance; whoever needs more plans another.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(14);

    private const int MostOver = 100;

    /// <summary>Plans a maintenance window at a supplier, or freezes the fleet.</summary>
    /// <param name="supplier">Null = everywhere.</param>
    /// <param name="from">Null = now.</param>
    /// <param name="until">Null = until it is ended, for a freeze only.</param>
    /// <exception cref="InvalidInputException">A field cannot be used.</exception>
    public async Task<Guid> AskAsync(SupplierName? supplier, DateTimeOffset? from, DateTimeOffset? until, string why, string by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var begins = from is { } asked && asked > now ? asked : now;
        if (supplier is { } name && suppliers.Find(name) is null) { throw new InvalidInputException("supplier", name, $"one of {string.Join(", ", suppliers.All.Select(s => s.Supplier.Value))}"); }
        if (until is null && supplier is not null) { throw new InvalidInputException("until", null, "when the maintenance ends"); }
        if (until <= begins || until > begins + Longest) { throw new InvalidInputException("until", until, $"a time after its beginning, within {Longest.TotalDays:0} days"); }
        if (why.Trim().Length < 3) { throw new InvalidInputException("why", why, "a reason: whoever reads the history will ask"); }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var standstill = new Standstill(Guid.CreateVersion7(now), supplier, begins, until, why.Trim(), by, now);
        db.Standstills.Add(standstill);
        db.Note(now, "settings", $"standstill:{standstill.Id}", by, supplier is null ? "fleet frozen" : $"maintenance of {supplier} planned", FormattableString.Invariant($"from {begins:u}{(until is { } end ? $" until {end:u}" : "")}: {why.Trim()}"));
        await db.SaveChangesAsync(cancellationToken);
        events.Changed(Topic.Fleet);
        return standstill.Id;
    }

    /// <summary>Ends one before its time. False = it is over already, or there is none.</summary>
    public async Task<bool> EndAsync(Guid id, string why, string by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Standstills.SingleOrDefaultAsync(s => s.Id == id, cancellationToken) is not { } standstill || !standstill.IsOpen(now)) { return false; }
        standstill.End(by, now);
        db.Note(now, "settings", $"standstill:{id}", by, standstill.IsFreeze ? "freeze ended" : $"maintenance of {standstill.Supplier} ended", why);
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateConcurrencyException) { return false; }
        events.Changed(Topic.Fleet);
        return true;
    }

    /// <summary>What holds still now.</summary>
    public async Task<StandstillsNow> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await ReadAsync(db, cancellationToken);
    }

    /// <summary>All that hold or will, then those that are over, newest first.</summary>
    public async Task<(IReadOnlyList<Standstill> Open, IReadOnlyList<Standstill> Over)> ListAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var open = await db.Standstills.AsNoTracking().Where(s => s.EndedAt == null && (s.Until == null || s.Until > now)).OrderBy(s => s.From).ThenBy(s => s.Id).ToListAsync(cancellationToken);
        var over = await db.Standstills.AsNoTracking().Where(s => s.EndedAt != null || s.Until <= now).OrderByDescending(s => s.EndedAt ?? s.Until).ThenBy(s => s.Id).Take(MostOver).ToListAsync(cancellationToken);
        return (open, over);
    }

    internal async Task<StandstillsNow> ReadAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return new StandstillsNow(await db.Standstills.AsNoTracking().Where(s => s.EndedAt == null && s.From <= now && (s.Until == null || s.Until > now)).OrderBy(s => s.From).ThenBy(s => s.Id).ToListAsync(cancellationToken));
    }
}
