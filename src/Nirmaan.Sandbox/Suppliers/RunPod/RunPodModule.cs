using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Control;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.RunPod;

/// <summary>RunPod: the REST interface v2 under <c>/runpod/v2</c>, and its HTTP proxy to pods' ports under <c>/runpod/proxy/{pod}/{port}</c>.</summary>
public sealed class RunPodModule : ISandboxModule
{
    /// <inheritdoc />
    public void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RunPodOptions>().Bind(configuration.GetSection(RunPodOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RunPodOptions>, RunPodOptionsCheck>();
        services.AddSingleton<RunPodCatalogue>();
        services.AddSingleton<RunPodWorld>();
        services.AddSingleton<RunPodWire>();
        services.AddSingleton<IWorldPart, RunPodSupplier>();
        services.AddSingleton(new ErrorShape("runpod", RunPodProblemException.Body));
    }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder routes)
    {
        RunPodEndpoints.Map(routes.MapGroup("/runpod/v2").AddEndpointFilter(async (context, next) =>
        {
            try { return await next(context); }
            catch (RunPodProblemException e) { return e.ToResult(); }
        }));
        routes.MapGet("/runpod/proxy/{pod}/{port:int}/{**page}",
            (string pod, int port, string? page, HttpRequest request, RunPodWorld world, ContainerPort ports, CancellationToken cancellationToken) =>
                world.FindLive(pod) is { } live && live.Config.Ports.Contains($"{port}/http")
                    ? ports.AnswerAsync($"{live.YardId}/{page}", request, cancellationToken)
                    : Task.FromResult(Results.StatusCode(StatusCodes.Status404NotFound))).WithName("runpod.proxy");
    }
}

/// <summary>RunPod as the sandbox's own pages see it.</summary>
internal sealed class RunPodSupplier(RunPodWorld world, ContainerYard yard) : ISupplier
{
    /// <inheritdoc />
    public string Name => "runpod";

    /// <inheritdoc />
    public object Describe()
    {
        lock (world.Gate)
        {
            return new
            {
                accounts = world.Accounts.Select(a => new { id = a.Id, creditUsd = a.Left(world.Now) }).ToList(),
                pods = world.Pods.Select(p => new
                {
                    id = p.Id, account = p.Account.Id, name = p.Config.Name, status = p.Status, cloud = p.IsSecure ? "SECURE" : "COMMUNITY",
                    location = p.Place.Length > 0 ? p.Place : null, gpu = p.Type.Gpu.Id, gpus = p.Gpus, usdPerHour = p.Burn, chargedUsd = p.ChargedUsd(world.Now),
                    createdAt = Wire.Zoned(p.CreatedAt), operation = p.Config.Env.GetValueOrDefault("NIRMAAN_OPERATION"), containers = p.Container is { } c ? [c.Id] : Array.Empty<string>(),
                }).ToList(),
            };
        }
    }

    /// <inheritdoc />
    public IReadOnlyList<Bill> Bills()
    {
        lock (world.Gate)
        {
            return [.. world.Pods.Select(p => new Bill(Name, p.Account.Id, p.Id, p.Config.Name, p.Status, p.CreatedAt, p.EndedAt, p.ChargedUsd(world.Now), 0))];
        }
    }

    /// <inheritdoc />
    public Task<bool> StrikeAsync(WorldEvent happening, CancellationToken cancellationToken)
    {
        lock (world.Gate)
        {
            if (happening.Kind is not (WorldEvent.LoseMachine or WorldEvent.CloseLease) || world.FindLive(happening.Id) is not { } pod) { return Task.FromResult(false); }
            if (happening.Kind == WorldEvent.CloseLease) { world.Terminate(pod); return Task.FromResult(true); }
            if (pod.Container is not { IsAlive: true } container) { return Task.FromResult(false); }
            yard.Lose(container);
            return Task.FromResult(true);
        }
    }
}
