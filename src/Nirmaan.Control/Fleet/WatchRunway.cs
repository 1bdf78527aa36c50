using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Notifications;

namespace Nirmaan.Control.Fleet;

/// <summary>
/// Raises an alert when a supplier's money lasts for less than <see cref="FleetOptions.LowRunway"/>, or an operating key has little left for gas and
/// fees; once for each fall. Clears it when there is enough again. What cannot be read changes nothing: not known is neither low nor enough.
/// </summary>
public sealed class WatchRunway(AlertBook alerts, RunwayQueries runways, KeyQueries keys, ControlEvents events, IOptions<FleetOptions> options)
{
    // Between the two it stays as it is, so that a balance at the edge does not ring all day.
    private const decimal Enough = 1.25m;

    /// <summary>One line of what was found.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var least = (decimal)options.Value.LowRunway.TotalHours;
        List<string> lines = [];
        var (read, holders) = (await runways.ReadAsync(cancellationToken), await keys.ReadAsync(cancellationToken));
        foreach (var runway in read)
        {
            var (subject, isOver) = (runway.Supplier.Value, runway is { Error: null } && (runway.HoursLeft >= least * Enough || (runway.BurnUsdPerHour == 0 && runway.BalanceUsd is not null)));
            if (runway.HoursLeft < least && await alerts.RaiseAsync(AlertKind.Runway, subject, $"{subject}'s money lasts {Hours(runway.HoursLeft!.Value)}", Text(runway), cancellationToken)) { lines.Add($"{subject} is low"); }
            else if (isOver && await alerts.ClearAsync(AlertKind.Runway, subject, runway.HoursLeft is { } hours ? $"The money lasts {Hours(hours)} again." : "Nothing burns there any more.", cancellationToken)) { lines.Add($"{subject} has enough again"); }
        }
        foreach (var (key, funds) in holders.Where(k => k.Balance is not null).SelectMany(k => k.Balance!.Funds.Select(f => (k.Balance, f))))
        {
            var subject = $"{key.Name}, {funds.Asset}";
            if (funds.IsLow && await alerts.RaiseAsync(AlertKind.Key, subject, $"{key.Name} has {funds.Held} left", $"It pays for {funds.PaysFor}; the alert is set to {funds.Least}. Send more to {key.Address}.", cancellationToken)) { lines.Add($"{subject} is low"); }
            else if (funds.Held.Units * 4 >= funds.Least.Units * 5 && await alerts.ClearAsync(AlertKind.Key, subject, $"It holds {funds.Held} again.", cancellationToken)) { lines.Add($"{subject} has enough again"); }
        }
        foreach (var alert in await alerts.OpenAsync([AlertKind.Runway, AlertKind.Key], cancellationToken))
        {
            var isWatched = alert.Kind == AlertKind.Runway ? read.Any(r => r.Supplier.Value == alert.Subject) : holders.Any(k => alert.Subject.StartsWith($"{k.Name}, ", StringComparison.Ordinal));
            if (!isWatched && await alerts.ClearAsync(alert.Kind, alert.Subject, "It is switched off and not watched any more.", cancellationToken)) { lines.Add($"{alert.Subject} is not watched any more"); }
        }
        if (lines.Count > 0) { events.Changed(Topic.Fleet); }
        return lines.Count == 0 ? "Nothing changed." : string.Join("; ", lines);
    }

    private string Text(Runway runway)
    {
        var first = runway is { FirstToDie: { } id, FirstToDieAt: { } at } ? $" The first machine to end is {id}, at {at:u}." : "";
        return FormattableString.Invariant($"${runway.BalanceUsd:0.00} is left and ${runway.BurnUsdPerHour:0.00} an hour burns; the alert is set to {Hours((decimal)options.Value.LowRunway.TotalHours)}.{first}");
    }

    private static string Hours(decimal hours) => FormattableString.Invariant($"{hours:0.#} h");
}

/// <summary>A target of the house's alerts.</summary>
/// <param name="Newest">What became of the newest message there; null = none was written yet.</param>
/// <param name="Fault">Why it was not taken.</param>
public sealed record AlertTarget(Guid SubscriptionId, NoticeChannelKind Channel, string Target, NoticeState? Newest, DateTimeOffset? SentAt, string? Fault);

/// <summary>Reads of alerts.</summary>
public sealed class AlertQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>Where alerts are sent, and what became of the newest message there.</summary>
    public async Task<IReadOnlyList<AlertTarget>> TargetsAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var targets = await db.Subscriptions.AsNoTracking().Where(s => s.Account == Subscription.House && s.EndedAt == null).OrderBy(s => s.CreatedAt)
            .Select(s => new { s.Id, s.Channel, s.Target, Newest = db.Notices.Where(n => n.SubscriptionId == s.Id).OrderByDescending(n => n.At).FirstOrDefault() }).ToListAsync(cancellationToken);
        return [.. targets.Select(t => new AlertTarget(t.Id, t.Channel, t.Target, t.Newest?.State, t.Newest?.SentAt, t.Newest?.Fault))];
    }

    /// <summary>Open ones, the oldest first; or all, newest first.</summary>
    public async Task<IReadOnlyList<Alert>> ListAsync(bool openOnly, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var alerts = db.Alerts.AsNoTracking();
        return openOnly ? await alerts.Where(a => a.ClearedAt == null).OrderBy(a => a.RaisedAt).ToListAsync(cancellationToken)
            : await alerts.OrderByDescending(a => a.RaisedAt).Take(Paging.MaxLimit).ToListAsync(cancellationToken);
    }
}

/// <summary>Records credit that was bought at a supplier. Nothing is paid by this.</summary>
public sealed class RecordTopUp(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, ControlEvents events, TimeProvider clock)
{
    private const decimal Most = 1_000_000m;
    private static readonly TimeSpan s_clockSkew = TimeSpan.FromMinutes(5);

    /// <summary>Records one. The same reference with the same amount again is the record that stands.</summary>
    /// <exception cref="InvalidInputException">A field makes no sense.</exception>
    public async Task<TopUp> RunAsync(SupplierName supplier, decimal usd, DateTimeOffset at, string reference, string by, CancellationToken cancellationToken)
    {
        var now = StoredTime.Of(clock.GetUtcNow());
        if (suppliers.Find(supplier) is null) { throw new InvalidInputException("supplier", supplier.Value, $"one of {string.Join(", ", suppliers.All.Select(s => s.Supplier.Value).Order(StringComparer.Ordinal))}"); }
        if (usd == 0 || Math.Abs(usd) > Most || decimal.Round(usd, 2) != usd) { throw new InvalidInputException("usd", usd, "dollars and cents other than 0; below 0 takes a record back"); }
        if (at > now + s_clockSkew) { throw new InvalidInputException("at", $"{at:u}", "a time that has passed"); }
        if (reference.Trim() is not { Length: >= 3 and <= 100 } known) { throw new InvalidInputException("reference", reference, "transaction, invoice or payment, 3 to 100 characters"); }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var recorded = new TopUp(Guid.CreateVersion7(now), supplier, usd, StoredTime.Of(at), known, by, now);
        if (usd < 0 && await SumAsync(db, supplier, known, cancellationToken) + usd < 0) { throw new InvalidInputException("usd", usd, $"no more than was recorded under {known}"); }
        db.TopUps.Add(recorded);
        db.Note(now, "supplier", supplier, by, usd > 0 ? "topped up" : "top-up taken back", FormattableString.Invariant($"${usd:0.00}, {known}"));
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UniqueViolation })
        {
            return await db.TopUps.AsNoTracking().SingleAsync(t => t.Supplier == supplier && t.Reference == known && t.Usd == usd, cancellationToken);
        }
        events.Changed(Topic.Fleet);
        return recorded;
    }

    /// <summary>The newest records.</summary>
    public async Task<IReadOnlyList<TopUp>> ListAsync(int most, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.TopUps.AsNoTracking().OrderByDescending(t => t.At).ThenByDescending(t => t.Id).Take(most).ToListAsync(cancellationToken);
    }

    private static Task<decimal> SumAsync(NirmaanDbContext db, SupplierName supplier, string reference, CancellationToken cancellationToken) =>
        db.TopUps.Where(t => t.Supplier == supplier && t.Reference == reference).SumAsync(t => t.Usd, cancellationToken);
}
