using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Agents;
using Nirmaan.Providers.Akash;
using Nirmaan.Providers.Http;
using Nirmaan.Providers.IoNet;
using Nirmaan.Providers.RunPod;
using Nirmaan.Providers.Ssh;
using Refit;

namespace Nirmaan.Providers;

/// <summary>Registers the suppliers.</summary>
public static class ProviderServices
{
    private const string KeyHeader = "x-api-key", BearerHeader = "Authorization";

    /// <summary>
    /// Adds every supplier whose section (<c>Providers:Akash</c>, <c>Providers:IoNet</c>, <c>Providers:IoNetVm</c>, <c>Providers:RunPod</c>, <c>Providers:Ssh</c>) says <c>Enabled</c> as an <see cref="IComputeProvider"/>,
    /// and checks its settings at start. They take the time from the registered <see cref="TimeProvider"/>. Beside them, what reads the agents'
    /// logs, whoever rents out their machines.
    /// </summary>
    public static IServiceCollection AddNirmaanProviders(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        AddAgents(services);
        if (IsEnabled(configuration, AkashOptions.Section))
        {
            AddOptions<AkashOptions, AkashOptionsCheck>(services, configuration, AkashOptions.Section);
            AddClient<IAkashApi, AkashOptions>(services, AkashJson.Settings(), _ => true, _ => 0);
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IComputeProvider, AkashComputeProvider>());
        }
        if (IsEnabled(configuration, IoNetOptions.Section))
        {
            AddOptions<IoNetOptions, IoNetOptionsCheck>(services, configuration, IoNetOptions.Section);
            AddClient<IIoNetApi, IoNetOptions>(services, IoNetJson.Settings(), IsIoNetCallWithKey, o => o.MaxCallsPerSecond);
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IComputeProvider, IoNetComputeProvider>());
        }
        if (IsEnabled(configuration, IoNetVmOptions.Section))
        {
            AddOptions<IoNetVmOptions, IoNetVmOptionsCheck>(services, configuration, IoNetVmOptions.Section);
            AddClient<IIoNetVmApi, IoNetVmOptions>(services, IoNetJson.Settings(), _ => true, o => o.MaxCallsPerSecond);
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IComputeProvider, IoNetVmComputeProvider>());
        }
        if (IsEnabled(configuration, RunPodOptions.Section))
        {
            AddOptions<RunPodOptions, RunPodOptionsCheck>(services, configuration, RunPodOptions.Section);
            AddClient<IRunPodApi, RunPodOptions>(services, RunPodJson.Settings(), _ => true, o => o.MaxCallsPerSecond, BearerHeader, "Bearer ");
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IComputeProvider, RunPodComputeProvider>());
        }
        if (IsEnabled(configuration, SshOptions.Section))
        {
            AddOptions<SshOptions, SshOptionsCheck>(services, configuration, SshOptions.Section);
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IComputeProvider, SshComputeProvider>());
        }
        return services;
    }

    private static void AddAgents(IServiceCollection services)
    {
        // Every machine is asked every few minutes, and the token is in a header: none of it belongs in the program's own log.
        services.AddHttpClient(AgentLogs.Client, http => http.Timeout = AgentLogs.Timeout)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
            .RemoveAllLoggers();
        services.TryAddSingleton<IAgentLogs, AgentLogs>();
    }

    private static bool IsEnabled(IConfiguration configuration, string section) =>
        configuration.GetSection(section).GetValue(nameof(SupplierOptions.Enabled), false);

    // The catalogue lies outside the key's part of the interface and is open to all.
    private static bool IsIoNetCallWithKey(Uri address) => address.AbsolutePath.Contains("/enterprise/", StringComparison.Ordinal);

    private static DelegatingHandler Pace(int callsPerSecond) => callsPerSecond > 0 ? new PaceHandler(callsPerSecond) : new PassHandler();

    private static void AddOptions<TOptions, TCheck>(IServiceCollection services, IConfiguration configuration, string section)
        where TOptions : class where TCheck : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().Bind(configuration.GetSection(section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TCheck>());
    }

    /// <summary>
    /// The declared interface behind the handlers, from the outside in: the pace (who waits for a turn is not late), quick retries, the check of
    /// content types, the key.
    /// </summary>
    private static void AddClient<TApi, TOptions>(
        IServiceCollection services, RefitSettings settings, Func<Uri, bool> needsKey, Func<TOptions, int> callsPerSecond, string header = KeyHeader, string scheme = "")
        where TApi : class where TOptions : SupplierOptions => services
        .AddRefitClient<TApi>(settings)
        .ConfigureHttpClient((provider, http) =>
        {
            var options = Options<TOptions>(provider);
            (http.BaseAddress, http.Timeout) = (options.BaseUrl, options.WriteTimeout);
            http.DefaultRequestHeaders.UserAgent.ParseAdd("nirmaan");
        })
        .RedactLoggedHeaders([header])
        .AddHttpMessageHandler(provider => Pace(callsPerSecond(Options<TOptions>(provider))))
        .AddHttpMessageHandler(provider => new QuickRetryHandler(Options<TOptions>(provider)))
        .AddHttpMessageHandler(() => new ContentTypeHandler())
        .AddHttpMessageHandler(provider => new KeyHandler(header, scheme + Options<TOptions>(provider).ApiKey, needsKey));

    private static TOptions Options<TOptions>(IServiceProvider provider) where TOptions : class => provider.GetRequiredService<IOptions<TOptions>>().Value;

    private sealed class PassHandler : DelegatingHandler;
}
