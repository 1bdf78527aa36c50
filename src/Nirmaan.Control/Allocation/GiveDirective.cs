using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Allocation;

/// <summary>A pin or veto as it is asked for.</summary>
/// <param name="Gpu">Pins: only this model; null = any.</param>
/// <param name="Count">Pins: GPUs that stay; 0 for vetoes.</param>
public sealed record DirectiveRequest(DirectiveKind Kind, DirectiveSubject Subject, string Name, string? Gpu, int Count, DateTimeOffset Until, string Why);

/// <summary>Gives plans a pin or a veto, and ends one.</summary>
public sealed class GiveDirective(IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, SupplierShelf suppliers, ControlEvents events, TimeProvider clock)
{
    /// <summary>The longest one; who wants it for longer gives it again, and so looks at it again.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    /// <summary>Puts it in force.</summary>
    /// <exception cref="InvalidInputException">It makes no sense.</exception>
    public async Task<DirectiveId> RunAsync(DirectiveRequest request, string by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        Check(request, now);
        var directive = new Directive(
            DirectiveId.New(now), request.Kind, request.Subject, request.Name, request.Kind == DirectiveKind.Pin ? request.Gpu : null, request.Kind == DirectiveKind.Pin ? request.Count : 0, by, now, request.Until, request.Why.Trim());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Directives.Add(directive);
        db.Note(now, "directive", directive.Id, by, $"{request.Kind} given".ToLowerInvariant(), string.Create(CultureInfo.InvariantCulture,
            $"{Text(directive)} until {request.Until.UtcDateTime:yyyy-MM-dd HH:mm} UTC: {directive.Why}"));
        await db.SaveChangesAsync(cancellationToken);
        events.Changed(Topic.Allocation);
        return directive.Id;
    }

    /// <summary>Ends one before its time. False = it ended already, or there is none.</summary>
    public async Task<bool> EndAsync(DirectiveId id, string by, string why, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        if (await db.Directives.SingleOrDefaultAsync(d => d.Id == id, cancellationToken) is not { } directive || !directive.IsInForce(now)) { return false; }
        directive.End(by, now);
        db.Note(now, "directive", id, by, "ended", $"{Text(directive)}: {why}");
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateConcurrencyException) { return false; }
        events.Changed(Topic.Allocation);
        return true;
    }

    /// <summary>Notes the end of those whose time is over; one line of what was done. Plans leave them out from that time on in any case.</summary>
    public async Task<string> ExpireAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var over = await db.Directives.Where(d => d.EndedAt == null && d.Until <= now).ToListAsync(cancellationToken);
        foreach (var directive in over)
        {
            directive.End(nameof(GiveDirective), now);
            db.Note(now, "directive", directive.Id, nameof(GiveDirective), "expired", $"{Text(directive)}, given by {directive.By}");
        }
        await db.SaveChangesAsync(cancellationToken);
        if (over.Count > 0) { events.Changed(Topic.Allocation); }
        return $"{over.Count} pins and vetoes expired";
    }

    private void Check(DirectiveRequest request, DateTimeOffset now)
    {
        if (request.Kind == DirectiveKind.Pin && request.Subject is not (DirectiveSubject.Network or DirectiveSubject.Workload)) { throw new InvalidInputException("subject", request.Subject, "a network or a workload: GPUs are pinned to their work"); }
        var names = NamesOf(request.Subject);
        if (names?.Contains(request.Name) == false) { throw new InvalidInputException("name", request.Name, $"one of {string.Join(", ", names)}"); }
        if (request.Subject == DirectiveSubject.Gpu && GpuCatalogue.Find(new GpuModel(request.Name)) is null) { throw new InvalidInputException("name", request.Name, "a GPU model that is known"); }
        if (request is { Kind: DirectiveKind.Pin, Gpu: { } gpu } && GpuCatalogue.Find(new GpuModel(gpu)) is null) { throw new InvalidInputException("gpu", gpu, "a GPU model that is known, or none"); }
        if (request.Kind == DirectiveKind.Pin && request.Count is < 1 or > 100_000) { throw new InvalidInputException("count", request.Count, "1 or more GPUs"); }
        if (request.Until <= now || request.Until > now + Longest) { throw new InvalidInputException("until", request.Until, $"a time from now on, within {Longest.TotalDays:0} days"); }
        if (request.Why.Trim().Length < 3) { throw new InvalidInputException("why", request.Why, "a reason: whoever reads the history will ask"); }
    }

    private List<string>? NamesOf(DirectiveSubject subject) => subject switch
    {
        DirectiveSubject.Network => [.. networks.All.Select(n => n.Network.Value).Order(StringComparer.Ordinal)],
        DirectiveSubject.Workload => [.. networks.Templates.Select(t => t.Workload).Distinct().Order(StringComparer.Ordinal)],
        DirectiveSubject.Supplier => [.. suppliers.All.Select(s => s.Supplier.Value).Order(StringComparer.Ordinal)],
        _ => null,
    };

    private static string Text(Directive d) => d.Kind == DirectiveKind.Pin
        ? string.Create(CultureInfo.InvariantCulture, $"at least {d.Count} {(d.Gpu is null ? "GPUs" : $"x {d.Gpu}")} stay at {d.Name}") : $"nothing further goes to {d.Name}";
}
