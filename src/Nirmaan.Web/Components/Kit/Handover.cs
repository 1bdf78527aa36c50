using System.Collections.Concurrent;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Nirmaan.Web.Components.Kit;

/// <summary>
/// Hands a value from a page's prerendered self to its interactive self. The value stays in this process; only a word that fetches it once
/// travels through the browser. Where the two are served by different processes nothing is fetched, and the page reads by itself.
/// </summary>
public sealed class Handover(PersistentComponentState state, HandoverShelf shelf)
{
    /// <summary>What the prerendered page left under a key; null = nothing, or it was fetched already.</summary>
    public T? Take<T>(string key)
        where T : class => state.TryTakeFromJson<string>(key, out var word) && word is not null ? shelf.Take(word) as T : null;

    /// <summary>Leaves a value under a key once the page is prerendered; until disposed.</summary>
    public IDisposable Offer(string key, Func<object?> value) => state.RegisterOnPersisting(
        () =>
        {
            if (value() is { } left) { state.PersistAsJson(key, shelf.Put(left)); }
            return Task.CompletedTask;
        },
        RenderMode.InteractiveServer);
}

/// <summary>Values on their way from one page to its next self. Safe for concurrent use.</summary>
public sealed class HandoverShelf(TimeProvider clock)
{
    /// <summary>How long a value waits.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Readers without a script never fetch theirs.
    private const int Most = 500;

    private readonly ConcurrentDictionary<string, (object Value, long Since)> _waiting = new();

    /// <summary>Keeps a value for a while.</summary>
    /// <returns>The word that fetches it.</returns>
    public string Put(object value)
    {
        foreach (var (old, _) in _waiting.Where(w => clock.GetElapsedTime(w.Value.Since) > Patience)) { _waiting.TryRemove(old, out _); }
        var word = Guid.NewGuid().ToString("N");
        if (_waiting.Count < Most) { _waiting[word] = (value, clock.GetTimestamp()); }
        return word;
    }

    /// <summary>Fetches a value, once.</summary>
    public object? Take(string word) => _waiting.TryRemove(word, out var kept) && clock.GetElapsedTime(kept.Since) <= Patience ? kept.Value : null;
}
