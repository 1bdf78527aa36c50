using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;
using Nirmaan.Networks.Chain;
using Nirmaan.Networks.Heurist;
using Nirmaan.Networks.Http;
using Nirmaan.Networks.Morpheus;
using Nirmaan.Networks.Nrm;
using Nirmaan.Networks.Prices;
using Nirmaan.Networks.Releases;
using Refit;

namespace Nirmaan.Networks;

/// <summary>Registers the mined networks, the price feed and the stake chain.</summary>
public static class NetworkServices
{
    /// <summary>
    /// Adds every network whose section (<c>Networks:Heurist</c>, <c>Networks:Morpheus</c>) says <c>Enabled</c> as an <see cref="IMiningNetwork"/>,
    /// the price feed when <c>Prices</c> says so, the feed of releases when <c>Releases</c> does, and always the stake chain of section <c>Chain</c>, which cannot be read while its keys are not
    /// set. Settings are checked at start. They take the time from the registered <see cref="TimeProvider"/>.
    /// </summary>
    public static IServiceCollection AddNirmaanNetworks(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        AddChain(services, configuration);
        if (IsEnabled(configuration, HeuristOptions.Section))
        {
            AddOptions<HeuristOptions, HeuristOptionsCheck>(services, configuration, HeuristOptions.Section);
            AddReads<IHeuristApi, HeuristOptions>(services, HeuristJson.Settings(), o => o.BaseUrl);
            AddReads<IHeuristTotalsApi, HeuristOptions>(services, HeuristJson.Settings(), o => o.TotalsUrl);
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IMiningNetwork, HeuristMiningNetwork>());
        }
        if (IsEnabled(configuration, MorpheusOptions.Section))
        {
            AddOptions<MorpheusOptions, MorpheusOptionsCheck>(services, configuration, MorpheusOptions.Section);
            AddReads<IMorpheusApi, MorpheusOptions>(services, MorpheusJson.Settings(), o => o.BaseUrl)
                .RedactLoggedHeaders(["Authorization"])
                .ConfigureHttpClient((provider, http) =>
                {
                    var options = Options<MorpheusOptions>(provider);
                    http.Timeout = options.WriteTimeout;
                    http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.User}:{options.Password}")));
                });
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IMiningNetwork, MorpheusMiningNetwork>());
            services.TryAddSingleton<IMorpheusAccount, MorpheusAccount>();
            services.TryAddSingleton<IMorpheusBids, MorpheusBids>();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IOperatingKey, MorpheusKey>());
        }
        if (IsEnabled(configuration, PricesOptions.Section))
        {
            AddOptions<PricesOptions, PricesOptionsCheck>(services, configuration, PricesOptions.Section);
            AddReads<IPricesApi, PricesOptions>(services, PricesJson.Settings(), o => o.BaseUrl)
                .RedactLoggedHeaders(name => name.EndsWith("-key", StringComparison.OrdinalIgnoreCase))
                .ConfigureHttpClient((provider, http) =>
                {
                    var options = Options<PricesOptions>(provider);
                    if (options.ApiKey.Length > 0) { http.DefaultRequestHeaders.TryAddWithoutValidation(options.ApiKeyHeader, options.ApiKey); }
                });
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IPriceFeed, TokenPriceFeed>());
        }
        if (IsEnabled(configuration, ReleasesOptions.Section))
        {
            AddOptions<ReleasesOptions, ReleasesOptionsCheck>(services, configuration, ReleasesOptions.Section);
            AddReads<IReleasesApi, ReleasesOptions>(services, ReleasesJson.Settings(), o => o.BaseUrl);
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IReleaseFeed, GitHubReleases>());
        }
        if (configuration.GetSection($"{PairPricesOptions.Section}:{nameof(PairPricesOptions.Pairs)}").GetChildren().Any())
        {
            AddOptions<PairPricesOptions, PairPricesOptionsCheck>(services, configuration, PairPricesOptions.Section);
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IPriceFeed, PairPriceFeed>());
        }
        return services;
    }

    private static void AddChain(IServiceCollection services, IConfiguration configuration)
    {
        AddOptions<ChainOptions, ChainOptionsCheck>(services, configuration, ChainOptions.Section);
        services.AddHttpClient(EvmChain.ClientName)
            .ConfigureHttpClient((provider, http) => (http.BaseAddress, http.Timeout) = (Options<ChainOptions>(provider).Rpc, Whole(Options<ChainOptions>(provider))))
            .AddHttpMessageHandler(provider => new ReadRetryHandler(Options<ChainOptions>(provider), everything: true));
        services.TryAddSingleton<EvmChain>();
        services.TryAddSingleton<IStakeChain, NrmStakeChain>();
        services.TryAddSingleton<IStakeWallets, NrmStakeWallets>();
        services.TryAddSingleton<IDistributors, NrmDistributors>();
    }

    private static bool IsEnabled(IConfiguration configuration, string section) => configuration.GetSection(section).GetValue(nameof(EndpointOptions.Enabled), false);

    private static void AddOptions<TOptions, TCheck>(IServiceCollection services, IConfiguration configuration, string section)
        where TOptions : class where TCheck : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().Bind(configuration.GetSection(section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TCheck>());
    }

    private static IHttpClientBuilder AddReads<TApi, TOptions>(IServiceCollection services, RefitSettings settings, Func<TOptions, Uri?> address)
        where TApi : class where TOptions : CallOptions => services
        .AddRefitClient<TApi>(settings)
        .ConfigureHttpClient((provider, http) =>
        {
            var options = Options<TOptions>(provider);
            (http.BaseAddress, http.Timeout) = (address(options), Whole(options));
            http.DefaultRequestHeaders.UserAgent.ParseAdd("nirmaan");
        })
        .AddHttpMessageHandler(provider => new ReadRetryHandler(Options<TOptions>(provider)));

    /// <summary>Room for all attempts and the waits between them.</summary>
    private static TimeSpan Whole(CallOptions options) => (options.ReadTimeout * (options.QuickRetries + 1)) + TimeSpan.FromSeconds(30) * (options.QuickRetries + 1);

    private static TOptions Options<TOptions>(IServiceProvider provider) where TOptions : class => provider.GetRequiredService<IOptions<TOptions>>().Value;
}
