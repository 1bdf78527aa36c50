using System.Collections.Concurrent;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.Akash;

/// <summary>Reads what is on the account.</summary>
internal sealed class AkashInventory(IAkashApi api, SupplierCalls calls, AkashHeight height)
{
    private const int PageSize = 100;
    private const int MaxRestarts = 3;

    // What a deployment was ordered with never changes while it lives.
    private readonly ConcurrentDictionary<string, AkashOrder> _orders = new(StringComparer.Ordinal);
    private volatile bool _showsNames;

    /// <summary>True once a list has shown a name: the server speaks the next contract.</summary>
    public bool ShowsNames => _showsNames;

    /// <summary>Remembers what a deployment of ours was ordered with.</summary>
    public void Remember(string dseq, GpuModel gpu, int gpuCount) => _orders[dseq] = new AkashOrder(gpu, gpuCount);

    /// <summary>All active deployments. A list does not look into containers: what has a lease is <see cref="SupplierStatus.Starting"/> here.</summary>
    public async Task<IReadOnlyList<SupplierInstance>> ListAsync(CancellationToken cancellationToken)
    {
        var deployments = await ReadAllAsync(cancellationToken);
        var now = await height.TryReadAsync(cancellationToken);
        return [.. deployments.Select(d => AkashReading.Of(d, now, _orders.GetValueOrDefault(d.Deployment!.Id!.Dseq!), looksInside: false))];
    }

    /// <summary>One deployment, closed ones too; null = the supplier says there is none.</summary>
    public async Task<SupplierInstance?> FindAsync(string dseq, CancellationToken cancellationToken)
    {
        var found = await calls.FindAsync($"deployment {dseq}", () => api.GetDeploymentAsync(dseq, cancellationToken), cancellationToken);
        if (found is null) { return null; }
        var deployment = Checked(found.Data, $"deployment {dseq}");
        var order = await OrderOfAsync(dseq, deployment, cancellationToken);
        return AkashReading.Of(deployment, await height.TryReadAsync(cancellationToken), order, looksInside: true);
    }

    /// <summary>
    /// Every page. Each one begins with the last item of the one before: when it does not, something was closed meanwhile, the rest moved
    /// up and an item may have been jumped over, so the reading starts anew.
    /// </summary>
    /// <exception cref="SupplierUnavailableException">Not readable, or it never stands still.</exception>
    public async Task<IReadOnlyList<AkashDeploymentWire>> ReadAllAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt <= MaxRestarts; attempt++)
        {
            if (await TryReadAllAsync(cancellationToken) is { } all)
            {
                if (all.Any(d => !string.IsNullOrEmpty(d.Name))) { _showsNames = true; }
                return all;
            }
        }
        throw calls.Unavailable("deployments: the list changes faster than it can be read");
    }

    private async Task<List<AkashDeploymentWire>?> TryReadAllAsync(CancellationToken cancellationToken)
    {
        var all = new List<AkashDeploymentWire>();
        while (true)
        {
            var skip = Math.Max(0, all.Count - 1);
            var answer = await calls.ReadAsync("deployments", () => api.ListDeploymentsAsync(skip, PageSize, cancellationToken), cancellationToken);
            if (answer.Data is not { Deployments: { } page }) { throw calls.Unavailable("deployments: the answer lacks the list"); }
            page.ForEach(d => Checked(d, "deployments"));
            if (all.Count > 0 && Dseq(page.FirstOrDefault()) != Dseq(all[^1])) { return null; }
            var before = all.Count;
            all.AddRange(page.Skip(all.Count > 0 ? 1 : 0));
            if (!(answer.Data.Pagination?.HasMore ?? page.Count >= PageSize) || all.Count == before) { return all; }
        }
    }

    /// <summary>What it was ordered with, from memory or the public view; null = not to be had now.</summary>
    private async Task<AkashOrder?> OrderOfAsync(string dseq, AkashDeploymentWire deployment, CancellationToken cancellationToken)
    {
        if (_orders.TryGetValue(dseq, out var known)) { return known; }
        if (deployment.Deployment?.Id?.Owner is not { Length: > 0 } owner) { return null; }
        try
        {
            var view = await calls.FindAsync("public deployment", () => api.GetPublicDeploymentAsync(owner, dseq, cancellationToken), cancellationToken);
            return AkashOrder.Of(view?.Other?.Groups) is { } order ? _orders[dseq] = order : null;
        }
        catch (SupplierUnavailableException) { return null; }
    }

    private AkashDeploymentWire Checked(AkashDeploymentWire? deployment, string what) =>
        Dseq(deployment) is { Length: > 0 } ? deployment! : throw calls.Unavailable($"{what}: a deployment without dseq");

    private static string? Dseq(AkashDeploymentWire? deployment) => deployment?.Deployment?.Id?.Dseq;
}

/// <summary>What a deployment was ordered with.</summary>
internal sealed record AkashOrder(GpuModel? Gpu, int GpuCount)
{
    /// <summary>Reads it from the chain's groups; null = they do not say.</summary>
    public static AkashOrder? Of(List<AkashGroupWire>? groups)
    {
        var units = (groups ?? []).SelectMany(g => g.GroupSpec?.Resources ?? [])
            .Select(u => (u.Resource?.Gpu, Count: u.Count ?? 1)).Where(u => u.Gpu is not null).ToList();
        var gpus = units.Sum(u => (AkashUnits.Amount(u.Gpu!.Units?.Val) ?? 0) * u.Count);
        var card = units.SelectMany(u => u.Gpu!.Attributes ?? []).Select(a => AkashGpus.OfKey(a.Key)).FirstOrDefault(c => c is not null);
        return gpus > 0 ? new AkashOrder(card is null ? null : AkashGpus.ModelOf(card), (int)gpus) : null;
    }
}
