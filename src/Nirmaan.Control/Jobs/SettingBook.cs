using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;

namespace Nirmaan.Control.Jobs;

/// <summary>Small things that outlive a process, by key, as JSON.</summary>
public sealed class SettingBook(IDbContextFactory<NirmaanDbContext> contexts, TimeProvider clock)
{
    /// <summary>A value; null = never written.</summary>
    public async Task<T?> FindAsync<T>(string key, CancellationToken cancellationToken) where T : class
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var text = await db.Settings.AsNoTracking().Where(s => s.Key == key).Select(s => s.Value).SingleOrDefaultAsync(cancellationToken);
        return text is null ? null : JsonSerializer.Deserialize<T>(text, DomainJson.Options);
    }

    /// <summary>Writes a value.</summary>
    public async Task WriteAsync<T>(string key, T value, string by, CancellationToken cancellationToken) where T : class
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO settings (key, value, by, at) VALUES ({key}, {JsonSerializer.Serialize(value, DomainJson.Options)}::jsonb, {by}, {clock.GetUtcNow()})
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, by = excluded.by, at = excluded.at
            """, cancellationToken);
    }

    /// <summary>Writes a value in place of another that was read. False = it is another by now, and nothing was written.</summary>
    public async Task<bool> ReplaceAsync<T>(string key, T before, T value, string by, CancellationToken cancellationToken) where T : class
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Database.ExecuteSqlAsync($"""
            UPDATE settings SET value = {JsonSerializer.Serialize(value, DomainJson.Options)}::jsonb, by = {by}, at = {clock.GetUtcNow()}
            WHERE key = {key} AND value = {JsonSerializer.Serialize(before, DomainJson.Options)}::jsonb
            """, cancellationToken) > 0;
    }
}
