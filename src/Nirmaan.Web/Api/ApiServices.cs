using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.OpenApi;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Api;

/// <summary>The REST interface under /api/v1 (formats.md) and its description at /openapi/v1.json.</summary>
internal static class ApiServices
{
    private const string Root = "/api/v1", KeyScheme = "apiKey";

    /// <summary>Registers what the calls need.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ApiOptions>().Bind(configuration.GetSection(ApiOptions.Section))
            .Validate(o => o.HeartbeatsPerMinute > 0, $"{ApiOptions.Section}:{nameof(ApiOptions.HeartbeatsPerMinute)} must be at least 1 call per miner and minute.").ValidateOnStart();
        services.TryAddSingleton<HeartbeatLimit>();
        services.TryAddSingleton<MinerCalls.Figures>();
        services.TryAddSingleton<NetworkCalls.Reader>();
        services.Configure<JsonOptions>(options => ApiJson.Configure(options.SerializerOptions));
        // A value that cannot be read is told in words, in production too.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddOpenApi("v1", options =>
        {
            options.ShouldInclude = call => call.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo { Title = "Nirmaan", Version = "v1", Description = "Mining as a service: rent, mine, track, optimise, pay. Errors are RFC 9457 problems with a stable code." };
                document.Components ??= new OpenApiComponents();
                document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
                document.Components.SecuritySchemes[KeyScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "Staff: nrm_... Heartbeats: the miner's token." };
                return Task.CompletedTask;
            });
        });
        return services;
    }

    /// <summary>Turns what goes wrong under /api into problems. Before everything that serves pages.</summary>
    public static IApplicationBuilder UseApiFaults(this IApplicationBuilder app) =>
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase), api => api.UseMiddleware<ApiFaults>());

    /// <summary>Maps every call.</summary>
    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        var read = Group(routes, Policies.Staff);
        var operate = Group(routes, Policies.Operate);
        var approve = Group(routes, Policies.Approve);
        var open = routes.MapGroup(Root).AllowAnonymous();
        OfferCalls.Map(read);
        ProviderCalls.Map(read, operate);
        InstanceCalls.Map(read, operate);
        TemplateCalls.Map(read, operate);
        StandstillCalls.Map(read, operate);
        LogCalls.Map(read);
        OperationCalls.Map(read, operate);
        MinerCalls.Map(read);
        HeartbeatCalls.Map(open);
        NetworkCalls.Map(read);
        PlanCalls.Map(read, approve);
        DirectiveCalls.Map(read, approve);
        AutopilotCalls.Map(read, operate, approve);
        StakerCalls.Map(open);
        DistributionCalls.Map(open, read, approve);
        SaleCalls.Map(open, approve);
        ConversionCalls.Map(open, approve);
        TreasuryCalls.Map(read, operate);
        routes.Map("/api/{**path}", (string? path) => Problems.Of(404, "not_found", $"There is no call /api/{path}; /openapi/v1.json lists them.")).AllowAnonymous().ExcludeFromDescription();
    }

    private static RouteGroupBuilder Group(IEndpointRouteBuilder routes, string policy) => routes.MapGroup(Root).RequireAuthorization(policy).ProducesProblem(401).ProducesProblem(403);
}

/// <summary>Section <c>Api</c>.</summary>
internal sealed class ApiOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Api";

    /// <summary>Calls with heartbeats that one miner may make per minute, in a burst or evenly; a batch is one call.</summary>
    public int HeartbeatsPerMinute { get; set; } = 120;
}
