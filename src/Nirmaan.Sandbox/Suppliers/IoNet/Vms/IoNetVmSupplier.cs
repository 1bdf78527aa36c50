using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.IoNet;

/// <summary>io.net's VMs as the sandbox's own pages see them. Accounts and credit are those of <see cref="IoNetSupplier"/>.</summary>
internal sealed class IoNetVmSupplier(IoNetWorld world) : ISupplier
{
    /// <inheritdoc />
    public string Name => IoNetVms.Supplier;

    /// <inheritdoc />
    public object Describe()
    {
        lock (world.Gate)
        {
            return new
            {
                deployments = All.Select(d => new
                {
                    id = d.Id, account = d.Account.Id, name = d.Name, status = d.Status, createdAt = Wire.Zoned(d.CreatedAt),
                    startedAt = d.StartedAt is { } s ? Wire.Zoned(s) : null, paidHours = d.Hours, paidUsd = d.Paid, gpu = d.Card.Gpu.Id,
                    gpus = d.PerContainer * d.Replicas, location = d.Location.Iso2, operation = d.Name,
                    vms = d.Workers.Select(w => new { id = w.ContainerId, status = w.Status, access = w.Machine?.SshAccess }).ToList(),
                    containers = d.Workers.SelectMany(w => w.Machine?.Docker.YardIds ?? []).ToList(),
                }).ToList(),
            };
        }
    }

    /// <inheritdoc />
    public IReadOnlyList<Bill> Bills()
    {
        lock (world.Gate)
        {
            return [.. All.Select(d => new Bill(Name, d.Account.Id, d.Id.ToString(), d.Name, d.Status, d.CreatedAt, d.FinishedAt, d.Paid, 0))];
        }
    }

    /// <inheritdoc />
    public Task<bool> StrikeAsync(WorldEvent happening, CancellationToken cancellationToken)
    {
        lock (world.Gate)
        {
            if (happening.Kind is not (WorldEvent.LoseMachine or WorldEvent.CloseLease) || world.FindLive(happening.Id)?.Deployment is not { Vms: not null } deployment)
            {
                return Task.FromResult(false);
            }
            if (happening.Kind == WorldEvent.CloseLease) { world.Finish(deployment, IoNetStatus.Failed); return Task.FromResult(true); }
            foreach (var worker in deployment.Workers) { world.Vms.Lose(deployment, worker); }
            return Task.FromResult(true);
        }
    }

    private IEnumerable<IoNetDeployment> All => world.Deployments.Where(d => d.Vms is not null);
}
