namespace Nirmaan.Sandbox.World;

/// <summary>One part of the sandbox's world, for example a supplier or a network: what it needs and the endpoints it speaks.</summary>
public interface ISandboxModule
{
    /// <summary>Registers what the part needs.</summary>
    void AddTo(IServiceCollection services, IConfiguration configuration);

    /// <summary>Maps its endpoints, and enters its first events into the agenda.</summary>
    void Map(IEndpointRouteBuilder routes);
}
