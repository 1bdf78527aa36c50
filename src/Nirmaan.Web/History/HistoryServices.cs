using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Nirmaan.Web.Sandbox;

namespace Nirmaan.Web.History;

/// <summary>Registers the clock that may be virtual, and what plays history. Before everything that takes the time.</summary>
internal static class HistoryServices
{
    /// <summary>In sandbox mode the one TimeProvider is the virtual clock; else it is the system's.</summary>
    public static IServiceCollection AddHistory(this IServiceCollection services)
    {
        services.AddSingleton(_ => new VirtualClock(TimeProvider.System));
        services.AddSingleton<TimeProvider>(provider => provider.GetRequiredService<IOptions<SandboxOptions>>().Value.IsOn ? provider.GetRequiredService<VirtualClock>() : TimeProvider.System);
        services.TryAddSingleton<HistoryProgress>();
        services.AddSingleton<HistoryHold>();
        // A step may hold hours of the world's course.
        services.AddHttpClient(SandboxControl.ClientName, client => client.Timeout = TimeSpan.FromMinutes(5));
        services.AddHttpClient(ChainBeat.ClientName, client => client.Timeout = TimeSpan.FromSeconds(10));
        services.AddSingleton<SandboxControl>();
        services.AddSingleton<ChainBeat>();
        services.AddSingleton<HistoryStory>();
        services.AddSingleton<HistoryDriver>();
        return services;
    }
}
