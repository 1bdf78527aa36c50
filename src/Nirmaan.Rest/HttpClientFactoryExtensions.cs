using Microsoft.Extensions.DependencyInjection;

namespace Refit;

/// <summary>Declared interfaces from the container.</summary>
public static class HttpClientFactoryExtensions
{
    /// <summary>
    /// Registers the interface as a typed client; set its base address with <c>ConfigureHttpClient</c>. Its handler follows no redirect (a
    /// redirected call would take its keys along to whoever answers) and keeps no cookies.
    /// </summary>
    /// <exception cref="ArgumentException">The declaration cannot be sent; the message names the method.</exception>
    public static IHttpClientBuilder AddRefitClient<T>(this IServiceCollection services, RefitSettings? settings = null) where T : class
    {
        var calls = CallTable.For(typeof(T), settings ?? new RefitSettings());
        return services.AddHttpClient(typeof(T).FullName!)
            .ConfigurePrimaryHttpMessageHandler(Transport)
            .AddTypedClient(http => RestService.For<T>(http, calls));
    }

    /// <summary>The same with settings that need other services; the declaration is checked when the first client is made.</summary>
    public static IHttpClientBuilder AddRefitClient<T>(this IServiceCollection services, Func<IServiceProvider, RefitSettings?> settings) where T : class =>
        services.AddHttpClient(typeof(T).FullName!)
            .ConfigurePrimaryHttpMessageHandler(Transport)
            .AddTypedClient((http, provider) => RestService.For<T>(http, settings(provider)));

    private static SocketsHttpHandler Transport() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // A supplier's address may change; the factory recycles handlers, but a long-lived typed client keeps its own.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    };
}
