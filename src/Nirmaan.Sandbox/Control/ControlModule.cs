using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Control;

/// <summary>The sandbox's own API under <c>/sandbox</c>: clock, faults, what truly is, and what was truly charged.</summary>
public sealed class ControlModule : ISandboxModule
{
    /// <inheritdoc />
    public void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<Faults>();
        services.AddSingleton<ClockControl>();
    }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/sandbox");
        ClockEndpoints.Map(group);
        FaultEndpoints.Map(group);
        group.MapGet("/world", (SandboxClock clock, Seed seed, IEnumerable<IWorldPart> parts) =>
        {
            var world = new Dictionary<string, object> { ["now"] = Wire.Zoned(clock.GetUtcNow()), ["mode"] = clock.IsManual ? "manual" : "live",
                ["seed"] = seed.Value };
            foreach (var part in parts) { world[part.Name] = part.Describe(); }
            return Wire.Json(world);
        }).WithName("sandbox.world");
        group.MapGet("/bills", (IEnumerable<IWorldPart> parts) => Results.Json(new { items = parts.OfType<ISupplier>().SelectMany(s => s.Bills()) }))
            .WithName("sandbox.bills");
    }
}
