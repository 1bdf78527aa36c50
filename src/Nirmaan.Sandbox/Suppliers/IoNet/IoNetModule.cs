using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Control;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.IoNet;

/// <summary>
/// io.net: container-as-a-service under <c>/ionet/enterprise/v1/io-cloud/caas</c>, the open catalogue under <c>/ionet/v1/io-cloud/caas/hardware</c>,
/// virtual machines under <c>/ionet/enterprise/v1/io-cloud/vmaas</c>; one account and one stock for both.
/// </summary>
public sealed class IoNetModule : ISandboxModule
{
    /// <inheritdoc />
    public void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<IoNetOptions>().Bind(configuration.GetSection(IoNetOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IoNetOptions>, IoNetOptionsCheck>();
        services.AddSingleton<IoNetHardware>();
        services.AddSingleton<IoNetWorld>();
        services.AddSingleton(provider => new IoNetWire(provider.GetRequiredService<IoNetWorld>(), provider.GetRequiredService<IoNetHardware>(),
            provider.GetRequiredService<ContainerYard>(),
            provider.GetRequiredService<IOptions<SandboxOptions>>().Value.IsStrict));
        services.AddSingleton<IoNetVmWire>();
        services.AddSingleton<IWorldPart, IoNetSupplier>();
        services.AddSingleton<IWorldPart, IoNetVmSupplier>();
        services.AddHostedService<VmEnds>();
        services.AddSingleton(new ErrorShape("ionet", (_, message) => new { detail = message }));
    }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder Group(string product) => routes.MapGroup($"/ionet/enterprise/v1/io-cloud/{product}").AddEndpointFilter(async (context, next) =>
        {
            try { return await next(context); }
            catch (IoNetProblemException e) { return e.ToResult(); }
        });
        IoNetEndpoints.Map(Group("caas"));
        IoNetVmEndpoints.Map(Group("vmaas"));
        routes.MapPost("/sandbox/vms/{vm}/docker", IoNetVms.DockerAsync).WithName("sandbox.vm-docker");
        routes.MapGet("/ionet/v1/io-cloud/caas/hardware", (IoNetWorld world, IoNetWire wire) => { lock (world.Gate) { return Wire.Json(wire.Catalogue()); } })
            .WithName("ionet.catalogue");
    }
}

/// <summary>io.net as the sandbox's own pages see it.</summary>
internal sealed class IoNetSupplier(IoNetWorld world, ContainerYard yard) : ISupplier
{
    /// <inheritdoc />
    public string Name => "ionet";

    /// <inheritdoc />
    public object Describe()
    {
        lock (world.Gate)
        {
            return new
            {
                accounts = world.Accounts.Select(a => new { id = a.Id, creditUsd = a.Credit }).ToList(),
                deployments = world.Deployments.Where(d => d.Vms is null).Select(d => new
                {
                    id = d.Id, account = d.Account.Id, name = d.Name, status = d.Status, createdAt = Wire.Zoned(d.CreatedAt), startedAt = d.StartedAt is { } s
                        ? Wire.Zoned(s) : null, paidHours = d.Hours, paidUsd = d.Paid, gpu = d.Card.Gpu.Id,
                    gpus = d.PerContainer * d.Replicas, location = d.Location.Iso2, operation = d.Config.Env.GetValueOrDefault("NIRMAAN_OPERATION"),
                    containers = d.Workers.Select(w => $"ionet/{d.Id}/{w.ContainerId}"),
                }).ToList(),
            };
        }
    }

    /// <inheritdoc />
    public IReadOnlyList<Bill> Bills()
    {
        lock (world.Gate)
        {
            return [.. world.Deployments.Where(d => d.Vms is null).Select(d => new Bill(Name, d.Account.Id, d.Id.ToString(), d.Name, d.Status, d.CreatedAt, d.FinishedAt, d.Paid, 0))];
        }
    }

    /// <inheritdoc />
    public Task<bool> StrikeAsync(WorldEvent happening, CancellationToken cancellationToken)
    {
        lock (world.Gate)
        {
            if (happening.Kind is not (WorldEvent.LoseMachine or WorldEvent.CloseLease) || world.FindLive(happening.Id) is not var (deployment, worker)
                || deployment.Vms is not null)
            {
                return Task.FromResult(false);
            }
            if (happening.Kind == WorldEvent.CloseLease) { world.Finish(deployment, IoNetStatus.Failed); return Task.FromResult(true); }
            foreach (var container in deployment.Workers.Where(w => worker is null || w == worker).Select(w => w.Container).OfType<Container>().ToList())
            {
                yard.Lose(container);
            }
            return Task.FromResult(true);
        }
    }
}
