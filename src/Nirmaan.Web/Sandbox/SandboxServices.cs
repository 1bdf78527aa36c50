using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Nirmaan.Web.Sandbox;

/// <summary>Registers what the host knows of the sandbox: its base address.</summary>
public static class SandboxServices
{
    /// <summary>Binds section "Sandbox" and checks it on start.</summary>
    public static IServiceCollection AddSandbox(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SandboxOptions>().Bind(configuration.GetSection(SandboxOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SandboxOptions>, SandboxOptionsCheck>());
        return services;
    }
}
