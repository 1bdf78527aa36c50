using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>Akash as the sandbox's own pages see it: what truly is, what was truly charged, what can befall it.</summary>
internal sealed class AkashSupplier(AkashWorld world, AkashLeasing leasing, ContainerYard yard) : ISupplier
{
    /// <inheritdoc />
    public string Name => "akash";

    /// <inheritdoc />
    public object Describe()
    {
        lock (world.Gate)
        {
            var height = world.Height;
            return new
            {
                height,
                accounts = world.Accounts.Select(a => new { owner = a.Owner, creditUsd = a.Grant / AkashWorld.PerUsd }).ToList(),
                providers = world.Providers.Select(p => new { owner = p.Owner, name = p.Slug, online = p.IsOnline, audited = p.IsAudited,
                    gpus = p.Stock.Select(s => new { gpu = s.Key, total = s.Value, free = p.Free(s.Key) }) }).ToList(),
                deployments = world.Deployments.Select(d => new
                {
                    dseq = d.Dseq, owner = d.Account.Owner, name = d.Name, state = d.State, createdAt = Wire.Zoned(d.CreatedAt), operation = Operation(d),
                    bids = d.Bids.Count, openBids = d.Bids.Count(b => b.State == "open"),
                    spentUsd = d.Escrow.SpentAt(height) / AkashWorld.PerUsd, heldUsd = d.Escrow.BalanceAt(height) / AkashWorld.PerUsd,
                    leases = d.Leases.Select(l => new { id = l.Id, state = l.State, reason = l.Reason, provider = l.Provider.Slug, uactPerBlock = l.Bid.Price,
                        gpus = l.Bid.Gpus.Select(g => new { gpu = g.Gpu.Id, count = g.Count }), containers = l.Containers.Values.SelectMany(c => c) }),
                }).ToList(),
            };
        }
    }

    /// <inheritdoc />
    public IReadOnlyList<Bill> Bills()
    {
        lock (world.Gate)
        {
            return [.. world.Deployments.Select(d => new Bill(Name, d.Account.Owner, d.Dseq, d.Name, d.State, d.CreatedAt, d.ClosedAt,
                d.Escrow.SpentAt(world.Height) / AkashWorld.PerUsd, Math.Max(0, d.Escrow.BalanceAt(world.Height)) / AkashWorld.PerUsd))];
        }
    }

    /// <inheritdoc />
    public Task<bool> StrikeAsync(WorldEvent happening, CancellationToken cancellationToken)
    {
        lock (world.Gate)
        {
            if (happening.Kind is WorldEvent.LoseProvider or WorldEvent.RestoreProvider)
            {
                var provider = world.Providers.FirstOrDefault(p => p.Owner == happening.Id || p.Slug == happening.Id);
                if (provider is not null) { leasing.SetOnline(provider, happening.Kind == WorldEvent.RestoreProvider); }
                return Task.FromResult(provider is not null);
            }
            if (leasing.FindLive(happening.Id) is not { } lease) { return Task.FromResult(false); }
            switch (happening.Kind)
            {
                case WorldEvent.CloseLease:
                    leasing.CloseByProvider(lease, "lease_closed_reason_decommission");
                    break;
                case WorldEvent.ReclaimLease:
                    leasing.Reclaim(lease);
                    break;
                default:
                    // A container's id means its machine; a lease's or deployment's id all of its machines.
                    foreach (var container in leasing.ContainersOf(lease)
                        .Where(c => !happening.Id.StartsWith("akash/", StringComparison.Ordinal) || c.Id == happening.Id).ToList())
                    {
                        yard.Lose(container);
                    }
                    break;
            }
            return Task.FromResult(true);
        }
    }

    private static string? Operation(AkashDeployment d) => d.Sdl.Groups.SelectMany(g => g.Services)
        .Select(s => Sdl.AkashSdl.Env(s).GetValueOrDefault("NIRMAAN_OPERATION")).FirstOrDefault(o => o is not null);
}
