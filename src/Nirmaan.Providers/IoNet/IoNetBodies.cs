using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.IoNet;

/// <summary>Writes what io.net is asked for. <c>args</c> is never used: it is said to be dropped without a word.</summary>
internal static class IoNetBodies
{
    /// <summary>A new deployment of one container.</summary>
    public static IoNetDeployBody Deploy(RentRequest request, IoNetOfferKey offer, IReadOnlyList<string>? agentCommand)
    {
        var (open, secret) = Env(request);
        return new IoNetDeployBody(
            request.Name, request.Wish.Hours, request.Wish.GpuCount, offer.Hardware, [offer.Location],
            new IoNetContainerBody(ReplicaCount: 1, RentEnv.AgentPort(request), open, secret.Count > 0 ? secret : null, Entrypoint(agentCommand)),
            new IoNetRegistryBody(request.Template.Image));
    }

    /// <summary>Other work in the same container. Secrets that the new work does not have are taken away.</summary>
    public static IoNetChangeBody Change(RentRequest request, IReadOnlyList<string>? agentCommand, IReadOnlyList<string> oldSecrets)
    {
        var (open, secret) = Env(request);
        var changes = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var name in oldSecrets) { changes[name] = null; }
        foreach (var (name, value) in secret) { changes[name] = value; }
        return new IoNetChangeBody(open, changes.Count > 0 ? changes : null, Entrypoint(agentCommand), RentEnv.AgentPort(request), request.Template.Image);
    }

    private static (SortedDictionary<string, string> Open, SortedDictionary<string, string> Secret) Env(RentRequest request)
    {
        var (open, secret) = (RentEnv.Of(request), new SortedDictionary<string, string>(StringComparer.Ordinal));
        foreach (var name in open.Keys.Where(n => RentEnv.IsSecret(request, n)).ToList())
        {
            secret[name] = open[name];
            open.Remove(name);
        }
        return (open, secret);
    }

    // The words pass through a template engine that reads $ as the beginning of a name. An empty list is refused.
    private static List<string>? Entrypoint(IReadOnlyList<string>? agentCommand) =>
        agentCommand is { Count: > 0 } words ? [.. words.Select(w => w.Replace("$", "$$", StringComparison.Ordinal))] : null;
}
