using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Control;

/// <summary>What <c>POST /sandbox/clock</c> takes: <c>{"mode":"manual","now":"2026-11-15T00:00:00Z"}</c> or <c>{"mode":"live"}</c>.</summary>
public sealed record ClockOrder(string? Mode, DateTimeOffset? Now);

internal static class ClockEndpoints
{
    public static void Map(IEndpointRouteBuilder group)
    {
        group.MapGet("/clock", (SandboxClock clock) => Tell(clock)).WithName("sandbox.clock");
        group.MapPost("/clock", async (ClockOrder order, SandboxClock clock, ClockControl control, CancellationToken cancellationToken) =>
        {
            var refused = order switch
            {
                { Mode: "manual", Now: { } now } => await control.SetAsync(now.ToUniversalTime(), cancellationToken),
                { Mode: "live", Now: null } => await control.GoLiveAsync(cancellationToken),
                { Mode: "manual" } => "mode manual needs now (RFC 3339).",
                { Mode: "live" } => "mode live takes no now: it is the system's time.",
                _ => "mode must be manual or live.",
            };
            return refused is null ? Tell(clock) : Results.Problem(refused, statusCode: StatusCodes.Status422UnprocessableEntity,
                title: "The clock was not moved");
        }).WithName("sandbox.set-clock");
    }

    private static IResult Tell(SandboxClock clock) => Wire.Json(new { now = Wire.Zoned(clock.GetUtcNow()), mode = clock.IsManual ? "manual" : "live" });
}
