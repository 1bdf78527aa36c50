using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>
/// Asks twice a day what the makers of our miners' programs published. A release that is newer than what a recipe packs is an alert until the recipe
/// packs it, or a newer one takes its place; nothing is changed by itself.
/// </summary>
public sealed class WatchReleases(
    IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, IEnumerable<IReleaseFeed> feeds, AlertBook alerts, ControlEvents events, TimeProvider clock)
{
    private static readonly TimeSpan s_every = TimeSpan.FromHours(12), s_afterFault = TimeSpan.FromHours(1);

    /// <summary>One line of what was found.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        if (feeds.FirstOrDefault() is not { } feed)
        {
            foreach (var alert in await alerts.OpenAsync([AlertKind.Release], cancellationToken)) { await alerts.ClearAsync(AlertKind.Release, alert.Subject, "Releases are not watched any more.", cancellationToken); }
            return "releases are not watched (Releases:Enabled)";
        }
        var packed = networks.Templates.Where(t => t.Upstream is not null).ToLookup(t => t.Upstream!.Repository);
        Dictionary<string, UpstreamRelease> known;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken)) { known = await db.UpstreamReleases.AsNoTracking().ToDictionaryAsync(r => r.Repository, cancellationToken); }
        var (read, newer) = (0, 0);
        foreach (var recipes in packed.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            var release = known.GetValueOrDefault(recipes.Key);
            if (release is null || clock.GetUtcNow() - release.TriedAt >= (release.Fault is null ? s_every : s_afterFault))
            {
                release = await ReadAsync(feed, recipes.Key, release, cancellationToken);
                read++;
            }
            if (await TellAsync(release, [.. recipes], cancellationToken)) { newer++; }
        }
        foreach (var alert in await alerts.OpenAsync([AlertKind.Release], cancellationToken))
        {
            if (!packed.Any(p => alert.Subject.StartsWith($"{p.Key} ", StringComparison.Ordinal))) { await alerts.ClearAsync(AlertKind.Release, alert.Subject, "No recipe packs it any more.", cancellationToken); }
        }
        if (read > 0) { events.Changed(Topic.Fleet); }
        return $"{read} of {packed.Count} repositories read, {newer} with a newer release";
    }

    private async Task<UpstreamRelease> ReadAsync(IReleaseFeed feed, string repository, UpstreamRelease? before, CancellationToken cancellationToken)
    {
        var now = StoredTime.Of(clock.GetUtcNow());
        UpstreamRelease release;
        try
        {
            var newest = await feed.ReadNewestAsync(repository, cancellationToken);
            release = new UpstreamRelease(repository, now, now, newest?.Tag, newest is null ? null : StoredTime.Of(newest.PublishedAt), newest?.Page.ToString(), null, feed.Name);
        }
        // What was read before stays, with its age.
        catch (SupplierUnavailableException e) { release = (before ?? new UpstreamRelease(repository, now, null, null, null, null, null, feed.Name)) with { TriedAt = now, Fault = e.Message }; }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO upstream_releases (repository, tried_at, read_at, tag, published_at, page, fault, source)
            VALUES ({release.Repository}, {release.TriedAt}, {release.ReadAt}, {release.Tag}, {release.PublishedAt}, {release.Page}, {release.Fault}, {release.Source})
            ON CONFLICT (repository) DO UPDATE SET tried_at = excluded.tried_at, read_at = excluded.read_at, tag = excluded.tag, published_at = excluded.published_at,
              page = excluded.page, fault = excluded.fault, source = excluded.source
            """, cancellationToken);
        return release;
    }

    /// <summary>Raises what is newer than a recipe and clears what is not any more. True = something is newer.</summary>
    private async Task<bool> TellAsync(UpstreamRelease release, IReadOnlyList<Template> recipes, CancellationToken cancellationToken)
    {
        var older = release is { Tag: { } tag, PublishedAt: { } at } ? recipes.Where(r => r.Upstream!.IsOlderThan(tag, at)).ToList() : [];
        var subject = $"{release.Repository} {release.Tag}";
        foreach (var alert in (await alerts.OpenAsync([AlertKind.Release], cancellationToken)).Where(a => a.Subject.StartsWith($"{release.Repository} ", StringComparison.Ordinal)))
        {
            if (older.Count == 0) { await alerts.ClearAsync(AlertKind.Release, alert.Subject, "The recipes pack what is published.", cancellationToken); }
            else if (alert.Subject != subject) { await alerts.ClearAsync(AlertKind.Release, alert.Subject, $"{release.Tag} took its place.", cancellationToken); }
        }
        if (older.Count == 0) { return false; }
        await alerts.RaiseAsync(AlertKind.Release, subject, $"{release.Repository} published {release.Tag}",
            FormattableString.Invariant($"It is of {release.PublishedAt:yyyy-MM-dd}, says {release.Source}; {string.Join(", ", older.Select(r => r.Name).Order(StringComparer.Ordinal))} {(older.Count == 1 ? "packs" : "pack")} {Packed(older[0].Upstream!)}. Read what changed, change the recipe, and roll it out."), cancellationToken);
        return true;
    }

    private static string Packed(TemplateUpstream upstream) => upstream.Release ?? FormattableString.Invariant($"what was there on {upstream.AsOf:yyyy-MM-dd}");
}
