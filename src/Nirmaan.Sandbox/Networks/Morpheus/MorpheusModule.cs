using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>
/// Morpheus: the REST interface of our one provider's proxy-router under /morpheus, the rivals, and the users who open sessions.
/// With a chain the contract there says what is paid: the year's limit by the stake and what is held on the day of a close are its own.
/// </summary>
public sealed class MorpheusModule : ISandboxModule
{
    /// <inheritdoc />
    public void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MorpheusOptions>().Bind(configuration.GetSection("Sandbox:Morpheus")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MorpheusOptions>, Validation>();
        services.TryAddSingleton<MorpheusBook>();
        services.TryAddSingleton<SessionBook>();
        services.TryAddSingleton<Rivals>();
        services.TryAddSingleton<Consumers>();
        services.TryAddSingleton<MorpheusUsers>();
        services.TryAddSingleton<MorpheusTruth>();
        services.AddSingleton<IWorldPart>(s => s.GetRequiredService<MorpheusTruth>());
        services.TryAddSingleton<ModelServers>();
        services.TryAddSingleton<IModelServers>(s => s.GetRequiredService<ModelServers>());
    }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder routes)
    {
        var node = routes.MapGroup("/morpheus");
        NodeEndpoints.Map(node);
        MarketEndpoints.Map(node);
        SessionEndpoints.Map(node);
        MorpheusEvents.Map(routes);
        routes.ServiceProvider.GetRequiredService<Rivals>().Begin();
    }

    private sealed class Validation : IValidateOptions<MorpheusOptions>
    {
        public ValidateOptionsResult Validate(string? name, MorpheusOptions options) =>
            options.Faults().ToArray() is { Length: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
