using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Control;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>Akash: the Console API under <c>/akash/v1</c> and <c>/akash/v2</c>, the providers' gateways under <c>/akash/gateway</c>.</summary>
public sealed class AkashModule : ISandboxModule
{
    /// <inheritdoc />
    public void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AkashOptions>().Bind(configuration.GetSection(AkashOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AkashOptions>, AkashOptionsCheck>();
        services.AddSingleton<AkashWorld>();
        services.AddHostedService<PublicPrices>();
        services.AddSingleton<AkashMarket>();
        services.AddSingleton<AkashLeasing>();
        services.AddSingleton<AkashFunding>();
        services.AddSingleton<AkashDeployments>();
        services.AddSingleton<AkashSupply>();
        services.AddSingleton<AkashTokens>();
        services.AddSingleton(provider => new AkashWire(provider.GetRequiredService<AkashWorld>(), provider.GetRequiredService<AkashLeasing>(),
            provider.GetRequiredService<ContainerYard>(), provider.GetRequiredService<IOptions<SandboxOptions>>().Value.IsStrict));
        services.AddSingleton<IWorldPart, AkashSupplier>();
        services.AddSingleton(new ErrorShape("akash", AkashErrors.Envelope));
    }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder routes)
    {
        var v1 = routes.MapGroup("/akash/v1").AddEndpointFilter(AkashRoutes.AnswerProblemsAsync);
        var v2 = routes.MapGroup("/akash/v2").AddEndpointFilter(AkashRoutes.AnswerProblemsAsync);
        AkashDeploymentEndpoints.Map(v1);
        AkashAccountEndpoints.Map(v1, v2);
        AkashSupplyEndpoints.Map(v1);
        AkashGatewayEndpoints.Map(routes);
        // Credit is added with a card on the Console's page; here, by a call of the sandbox's own.
        routes.MapPost("/sandbox/akash/credit", (CreditOrder order, AkashWorld world) =>
        {
            if (order.Usd is <= 0 or > 1_000_000 || world.AccountOf(order.ApiKey) is not { } account)
            {
                return Results.Problem("apiKey must be a sandbox key and usd lie between 0 and 1000000.", statusCode: 422);
            }
            lock (world.Gate) { account.Grant += order.Usd * AkashWorld.PerUsd; }
            return Wire.Json(new { owner = account.Owner, creditUsd = account.Grant / AkashWorld.PerUsd });
        }).WithName("sandbox.akash-credit");
        routes.ServiceProvider.GetRequiredService<AkashFunding>().StartCrons();
    }
}

/// <summary>Credit for an account.</summary>
public sealed record CreditOrder(string ApiKey, decimal Usd);
