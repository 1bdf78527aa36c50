using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Chain;

/// <summary>The local chain: MOR payments and the demo's stakers. Each is off, and says so, where its contracts are not configured.</summary>
public sealed partial class ChainModule : ISandboxModule
{
    /// <inheritdoc />
    public void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ChainOptions>().Bind(configuration.GetSection("Chain")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ChainOptions>, Validation>();
        services.AddHttpClient(nameof(LocalChainClient)).RemoveAllLoggers();
        services.TryAddSingleton(s =>
        {
            var http = s.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(LocalChainClient));
            // Without a chain nothing is ever sent; the client only wants to know where to.
            http.BaseAddress = new Uri(s.GetRequiredService<IOptions<ChainOptions>>().Value.Rpc is { Length: > 0 } rpc ? rpc : "http://127.0.0.1:8545");
            return new LocalChainClient(new JsonRpcClient(http), s.GetRequiredService<SandboxClock>());
        });
        services.TryAddSingleton<MorPayments>();
        services.TryAddSingleton<DemoStakers>();
        services.TryAddSingleton<Faucet>();
    }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder routes)
    {
        var options = routes.ServiceProvider.GetRequiredService<IOptions<ChainOptions>>().Value;
        Faucet.Map(routes);
        var logger = routes.ServiceProvider.GetRequiredService<ILogger<ChainModule>>();
        if (!options.PaysMor) { LogOff(logger, "MOR is not paid", "Chain:Rpc, Chain:Mor and Chain:Diamond"); }
        if (options.HasStaking && options.Stakers > 0) { routes.ServiceProvider.GetRequiredService<DemoStakers>().Begin(); }
        else { LogOff(logger, "Nobody stakes", "Chain:Rpc, Chain:Nrm, Chain:Staking and Chain:Stakers"); }
    }

    private sealed class Validation : IValidateOptions<ChainOptions>
    {
        public ValidateOptionsResult Validate(string? name, ChainOptions options) =>
            options.Faults().ToArray() is { Length: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What}: set {Keys} to switch it on")]
    private static partial void LogOff(ILogger logger, string what, string keys);
}
