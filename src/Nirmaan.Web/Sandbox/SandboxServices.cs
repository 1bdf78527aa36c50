using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Refit;

namespace Nirmaan.Web.Sandbox;

/// <summary>Registers what the host knows of the sandbox: its base address.</summary>
public static class SandboxServices
{
    /// <summary>Binds section "Sandbox" and checks it on start.</summary>
    public static IServiceCollection AddSandbox(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SandboxOptions>().Bind(configuration.GetSection(SandboxOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SandboxOptions>, SandboxOptionsCheck>());
        services.AddRefitClient<ISandboxApi>().ConfigureHttpClient((provider, http) =>
        {
            http.BaseAddress = provider.GetRequiredService<IOptions<SandboxOptions>>().Value.Url;
            http.Timeout = TimeSpan.FromSeconds(20);
        });
        return services;
    }
}
