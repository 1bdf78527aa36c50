using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Containers;

/// <summary>The rented containers: what runs them, and their public addresses.</summary>
public sealed class ContainersModule : ISandboxModule
{
    /// <inheritdoc />
    public void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        services.AddHttpClient(nameof(ContainerYard), client => client.Timeout = TimeSpan.FromSeconds(15));
        services.AddHttpClient(nameof(RealAgent), client => client.Timeout = TimeSpan.FromSeconds(60));
        services.AddSingleton<ContainerYard>();
        services.AddSingleton<ContainerPort>();
        services.AddSingleton<IWorldPart>(provider => provider.GetRequiredService<ContainerYard>());
        services.AddSingleton<IGoesLive>(provider => provider.GetRequiredService<ContainerYard>());
        services.AddHostedService<ContainerProcesses>();
    }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sandbox/containers/{**path}", (string path, HttpRequest request, ContainerPort port, CancellationToken cancellationToken) =>
            port.AnswerAsync(path, request, cancellationToken)).WithName("sandbox.container");
        routes.MapGet("/sandbox/container-lines", (string id, int? tail, ContainerYard yard) =>
            yard.Find(id) is { } container ? Wire.Json(new { items = container.Log.Last(tail ?? 100) }) : Results.NotFound())
                .WithName("sandbox.container-lines");
    }
}

/// <summary>Real containers live no longer than the sandbox: leftovers of a killed one end at its start, its own at its stop.</summary>
internal sealed partial class ContainerProcesses(ContainerYard yard, IOptions<SandboxOptions> options, ILogger<ContainerProcesses> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var ended = ProcessSignals.Sweep(options.Value.WorkFolder);
        if (ended > 0) { LogSwept(ended); }
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => yard.EndAllAsync();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Ended {Count} container processes that an earlier sandbox left running")]
    private partial void LogSwept(int count);
}
