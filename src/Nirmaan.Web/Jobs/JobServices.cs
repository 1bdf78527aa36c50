using Microsoft.Extensions.DependencyInjection.Extensions;
using Nirmaan.Control.Jobs;
using Nirmaan.Web.Host;

namespace Nirmaan.Web.Jobs;

/// <summary>Registers the schedule and, in a worker, what carries it out.</summary>
internal static class JobServices
{
    /// <summary>The table is there in every role, because pages show it.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services, HostRoles roles)
    {
        services.Replace(ServiceDescriptor.Singleton(provider => new JobTable(
            Schedule.Lines.Select(line => new JobDefinition(line.Id, line.Cron, line.Verb, QuartzSchedule.NextAfter(line.Cron), line.Bind(provider))))));
        if (!roles.Worker) { return services; }
        QuartzSchedule.AddTo(services);
        services.AddHostedService<Worker>();
        // The worker ends its runs before the database goes; up.sh waits half a minute for that.
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(25));
        return services;
    }
}
