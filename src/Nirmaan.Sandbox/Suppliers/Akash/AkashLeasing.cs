using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Suppliers.Akash.Sdl;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>Leases from the taken bid to the end: manifest, containers, the provider's patience, reclaiming.</summary>
internal sealed class AkashLeasing
{
    private static readonly TimeSpan s_manifestDeadline = TimeSpan.FromMinutes(5), s_unhealthyPatience = TimeSpan.FromMinutes(8);
    private const int DefaultReclaimSeconds = 3600;
    private readonly AkashWorld _world;
    private readonly Agenda _agenda;
    private readonly ContainerYard _yard;
    private readonly Dictionary<string, AkashLease> _leaseOf = [];

    public AkashLeasing(AkashWorld world, Agenda agenda, ContainerYard yard)
    {
        (_world, _agenda, _yard) = (world, agenda, yard);
        yard.Changed += OnContainerChanged;
    }

    /// <summary>Takes open bids; the others on the same orders are lost.</summary>
    public IReadOnlyList<AkashLease> Take(AkashDeployment deployment, IReadOnlyList<(int Gseq, int Oseq, string Provider)> wanted)
    {
        List<(AkashGroup Group, AkashBid Bid)> taken = [];
        foreach (var (gseq, oseq, owner) in wanted)
        {
            var group = deployment.Groups.Find(g => g.Gseq == gseq && oseq == 1);
            if (group is null || group.OrderState != "open" || !deployment.IsActive)
            {
                throw AkashProblemException.BadRequest(
                    "Cannot create lease: the deployment's order has already been matched or closed. Re-create the deployment.");
            }
            var bid = deployment.Bids.Find(b => b.Gseq == gseq && b.Provider.Owner == owner && b.State == "open")
                ?? throw AkashProblemException.BadRequest("Cannot create lease: The selected bid is no longer open. Pick another bid.");
            if (_world.Options.IsNext && !bid.Provider.IsOnline)
            {
                throw new AkashProblemException(502, "provider_unreachable", "The provider cannot be reached. No lease was created.");
            }
            taken.Add((group, bid));
        }
        var height = _world.Height;
        foreach (var (group, bid) in taken)
        {
            (group.OrderState, bid.State) = ("active", "active");
            foreach (var other in deployment.Bids.Where(b => b.Gseq == group.Gseq)) { AkashMarket.Withdraw(other, "lost"); }
            var lease = new AkashLease(deployment, group, bid, _world.Now);
            deployment.Leases.Add(lease);
            _agenda.At(_world.Now + s_manifestDeadline, $"manifest deadline of {lease.Id}", _ =>
            {
                if (!lease.HasManifest) { CloseByProvider(lease, "lease_closed_reason_manifest_timeout"); }
                return Task.CompletedTask;
            });
        }
        deployment.Escrow.SetRate(deployment.LiveLeases.Sum(l => l.Bid.Price), height);
        deployment.Events.Add((_world.Now, "MsgCreateLease"));
        return deployment.Leases;
    }

    /// <summary>Sends a lease's part of the manifest to its provider. The provider checks more than the API did.</summary>
    public void SendManifest(AkashLease lease, string? manifest)
    {
        var sdl = lease.Deployment.Sdl;
        if (!lease.Provider.IsOnline) { throw NotDelivered(503, "Provider service is temporarily unavailable"); }
        if (manifest is not null && AkashSdl.HashOfSent(manifest) != sdl.Hash)
        {
            throw NotDelivered(422, "manifest cross-validation error: manifest version does not match the deployment");
        }
        if (AkashManifestCheck.Wrong(lease.Group.Spec) is { } wrong) { throw NotDelivered(422, $"invalid manifest: {wrong}"); }
        var changed = lease.RunningHash != sdl.Hash;
        lease.HasManifest = true;
        if (changed) { StartContainers(lease); }
    }

    /// <summary>Ends a lease in a state and for a reason; its machines are free and its rent stops.</summary>
    public void End(AkashLease lease, string state, string reason)
    {
        lock (_world.Gate)
        {
            if (!lease.IsLive) { return; }
            var (deployment, height) = (lease.Deployment, _world.Height);
            (lease.State, lease.Reason, lease.ClosedAt, lease.Bid.State) = (state, reason, _world.Now, "closed");
            deployment.Escrow.SetRate(deployment.LiveLeases.Sum(l => l.Bid.Price), height);
            lease.Provider.Release(lease.Bid.Gpus);
            foreach (var id in lease.Containers.Values.SelectMany(ids => ids)) { _yard.Stop(id); }
        }
    }

    /// <summary>The provider ends a lease: its group pauses, the deployment stays active with its money, and no new order follows.</summary>
    public void CloseByProvider(AkashLease lease, string reason)
    {
        lock (_world.Gate)
        {
            if (!lease.IsLive) { return; }
            End(lease, "closed", reason);
            if (lease.Deployment.IsActive) { (lease.Group.State, lease.Group.OrderState) = ("paused", "closed"); }
            lease.Deployment.Events.Add((_world.Now, "MsgCloseBid"));
        }
    }

    /// <summary>The provider announces that it takes the machine back.</summary>
    public void Reclaim(AkashLease lease)
    {
        lock (_world.Gate)
        {
            if (lease.State != "active") { return; }
            var deadline = _world.Now.AddSeconds(lease.Provider.ReclamationSeconds ?? DefaultReclaimSeconds);
            (lease.State, lease.ReclaimStartedAt, lease.ReclaimDeadline) = ("reclaiming", _world.Now, deadline);
            _agenda.At(deadline, $"reclaiming of {lease.Id}", _ =>
            {
                CloseByProvider(lease, "lease_closed_reason_decommission");
                return Task.CompletedTask;
            });
        }
    }

    /// <summary>Takes a provider offline with its machines, or brings it back with them.</summary>
    public void SetOnline(AkashProvider provider, bool online)
    {
        lock (_world.Gate)
        {
            if (provider.IsOnline == online) { return; }
            (provider.IsOnline, provider.LastOnline) = (online, online ? provider.LastOnline : _world.Now);
            foreach (var lease in _world.Deployments.SelectMany(d => d.LiveLeases).Where(l => l.Provider == provider && l.HasManifest))
            {
                if (online) { StartContainers(lease); }
                else
                {
                    foreach (var container in ContainersOf(lease)) { _yard.Lose(container); }
                }
            }
        }
    }

    /// <summary>A lease's containers.</summary>
    public IEnumerable<Container> ContainersOf(AkashLease lease) => lease.Containers.Values.SelectMany(ids => ids).Select(_yard.Find).OfType<Container>();

    /// <summary>The live lease that a container, lease or deployment id means, or null.</summary>
    public AkashLease? FindLive(string id)
    {
        lock (_world.Gate)
        {
            var lease = _leaseOf.GetValueOrDefault(id) ?? _world.Deployments.SelectMany(d => d.Leases)
                .LastOrDefault(l => l.IsLive && (l.Id == id || l.Deployment.Dseq == id));
            return lease is { IsLive: true } ? lease : null;
        }
    }

    private void StartContainers(AkashLease lease)
    {
        var (deployment, group) = (lease.Deployment, lease.Group.Spec);
        (lease.RunningHash, lease.StartedAt) = (deployment.Sdl.Hash, _world.Now);
        MarkUnhealthy(lease);
        var cards = group.Units.Where(u => u.Gpus > 0).Zip(lease.Bid.Gpus, (unit, offer) => (unit.Id, offer.Gpu)).ToDictionary(x => x.Id, x => x.Gpu);
        foreach (var service in group.Services)
        {
            var unit = group.Units[service.UnitId - 1];
            var gpu = cards.GetValueOrDefault(unit.Id) ?? Gpu.All[0];
            var spec = new ContainerSpec("akash", $"{deployment.Dseq}/{lease.Group.Gseq}/1", service.Image, AkashSdl.Env(service),
                [.. service.Command, .. service.Args], gpu.Id, unit.Gpus, gpu.VramGb);
            List<string> ids = [.. Enumerable.Range(0, service.Count).Select(n => $"akash/{deployment.Dseq}/{lease.Group.Gseq}/{service.Name}-{n}")];
            lease.Containers[service.Name] = ids;
            foreach (var id in ids)
            {
                _leaseOf[id] = lease;
                _yard.Start(id, spec, $"{lease.Provider.Organization}, {lease.Provider.City}");
            }
        }
    }

    private void OnContainerChanged(Container container)
    {
        // Another supplier may hold its own lock here: this one's is not taken for its containers.
        if (container.Spec.Supplier != "akash") { return; }
        lock (_world.Gate)
        {
            if (!_leaseOf.TryGetValue(container.Id, out var lease) || !lease.IsLive) { return; }
            if (ContainersOf(lease).All(c => c.IsHealthy)) { lease.UnhealthySince = null; }
            else if (lease.UnhealthySince is null) { MarkUnhealthy(lease); }
        }
    }

    /// <summary>From here the provider counts its checks: after 8 minutes without one good one it closes the lease.</summary>
    private void MarkUnhealthy(AkashLease lease)
    {
        var since = _world.Now;
        lease.UnhealthySince = since;
        _agenda.At(since + s_unhealthyPatience, $"patience with {lease.Id}", _ =>
        {
            // A provider that is itself offline checks nothing.
            if (lease.UnhealthySince == since && lease.Provider.IsOnline) { CloseByProvider(lease, "lease_closed_reason_unstable"); }
            return Task.CompletedTask;
        });
    }

    private AkashProblemException NotDelivered(int status, string message) =>
        new(status, _world.Options.IsNext ? "manifest_not_delivered" : AkashErrors.CodeOf(status), message);
}
