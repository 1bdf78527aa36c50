using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Jobs;

namespace Nirmaan.Control.Fleet;

/// <summary>The one switch that stops all spending. Closing machines is never stopped by it.</summary>
public sealed class SpendingSwitch(IDbContextFactory<NirmaanDbContext> contexts, TimeProvider clock)
{
    private const string Key = "spending-stopped";

    /// <summary>Why spending is stopped, by whom and since when; null = it is not.</summary>
    public sealed record Stop(string Why, string By, DateTimeOffset At);

    /// <summary>Reads the switch.</summary>
    public async Task<Stop?> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var setting = await db.Settings.AsNoTracking().SingleOrDefaultAsync(s => s.Key == Key, cancellationToken);
        var why = setting is null ? null : JsonSerializer.Deserialize<string?>(setting.Value);
        return why is null ? null : new Stop(why, setting!.By, setting.At);
    }

    /// <summary>Stops all spending, or allows it again when <paramref name="why"/> is null.</summary>
    public async Task RunAsync(string? why, string by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO settings (key, value, by, at) VALUES ({Key}, {JsonSerializer.Serialize(why)}::jsonb, {by}, {now})
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, by = excluded.by, at = excluded.at
            """, cancellationToken);
        db.Note(now, "settings", Key, by, why is null ? "spending allowed again" : "spending stopped", why ?? "");
        await db.SaveChangesAsync(cancellationToken);
    }
}
