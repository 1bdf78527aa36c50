using Microsoft.Extensions.DependencyInjection.Extensions;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Miners;

/// <summary>The miners that can be played; they have no endpoints of their own.</summary>
public sealed class MinersModule : ISandboxModule
{
    /// <inheritdoc />
    public void AddTo(IServiceCollection services, IConfiguration configuration) =>
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IMinerPlay, MinerPlay>());

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder routes) { }
}
