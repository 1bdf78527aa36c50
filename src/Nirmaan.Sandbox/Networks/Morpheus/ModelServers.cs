using System.Collections.Concurrent;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>The registry, and the node's models-config as far as the sandbox has one: a model is listed while its server is up.</summary>
internal sealed class ModelServers : IModelServers
{
    private readonly ConcurrentDictionary<string, Func<string, CancellationToken, Task<string?>>> _servers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>True while the node has forgotten its models-config: it runs, is healthy, and serves nothing.</summary>
    public bool Forgotten { get; set; }

    /// <summary>Ids of the models the node has, in a stable order.</summary>
    public IReadOnlyList<string> Ids => Forgotten ? [] : [.. _servers.Keys.Select(k => k.ToLowerInvariant()).Order(StringComparer.Ordinal)];

    public void Up(string modelId, Func<string, CancellationToken, Task<string?>> prompt) => _servers[modelId] = prompt;

    public void Down(string modelId) => _servers.TryRemove(modelId, out _);

    /// <summary>True when the node can route to the model.</summary>
    public bool Has(string modelId) => !Forgotten && _servers.ContainsKey(modelId);

    /// <summary>The server's answer; null when there is none, when it fails, or when it takes longer than <paramref name="patience"/>.</summary>
    public async Task<string?> PromptAsync(string modelId, string body, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (Forgotten || !_servers.TryGetValue(modelId, out var prompt)) { return null; }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try { return await prompt(body, limit.Token); }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}
