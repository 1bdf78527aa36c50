using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Control;

/// <summary>What <c>POST /sandbox/faults</c> takes: a fault on calls (target) or an event in the world (id).</summary>
public sealed record FaultRequest(string? Target, string? Kind, int? Times, int? Status, double? DelaySeconds, string? Match, string? Id);

internal static class FaultEndpoints
{
    public static void Map(IEndpointRouteBuilder group)
    {
        group.MapGet("/faults", (Faults faults) => Results.Json(new { items = faults.All })).WithName("sandbox.faults");
        group.MapGet("/faults/targets", (EndpointDataSource endpoints) =>
            Results.Json(new { items = Targets(endpoints), kinds = FaultKinds.All, events = WorldEvent.Kinds }))
            .WithName("sandbox.fault-targets");
        group.MapPost("/faults", PostAsync).WithName("sandbox.add-fault");
        group.MapDelete("/faults", (Faults faults) => Results.Json(new { removed = faults.Remove(null) })).WithName("sandbox.clear-faults");
        group.MapDelete("/faults/{id:int}", (int id, Faults faults) => faults.Remove(id) == 0 ? Results.NotFound() : Results.Json(new { removed = 1 }))
            .WithName("sandbox.remove-fault");
    }

    private static async Task<IResult> PostAsync(FaultRequest request, Faults faults, EndpointDataSource endpoints, IEnumerable<IWorldPart> parts,
        IOptions<SandboxOptions> options, CancellationToken cancellationToken)
    {
        if (options.Value.IsStrict) { return Refuse("The strict profile has no faults; start the sandbox with Sandbox:Profile=normal.", 409); }
        if (request.Kind is { } kind && WorldEvent.Kinds.Contains(kind))
        {
            if (request.Id is not { Length: > 0 } id) { return Refuse($"kind {kind} needs id."); }
            foreach (var supplier in parts.OfType<ISupplier>())
            {
                if (await supplier.StrikeAsync(new WorldEvent(kind, id), cancellationToken))
                {
                    return Results.Json(new { kind, id, supplier = supplier.Name }, statusCode: 201);
                }
            }
            return Refuse($"No supplier has anything alive with id '{id}' that {kind} can befall.", 404);
        }
        if (request.Kind is null || !FaultKinds.All.Contains(request.Kind))
        {
            return Refuse($"kind must be one of {string.Join(", ", FaultKinds.All.Concat(WorldEvent.Kinds))}.");
        }
        if (request.Target is not { } target || (target != "*" && !Targets(endpoints).Any(name => Faults.Covers(target, name))))
        {
            return Refuse($"target '{request.Target}' is no endpoint and no group of endpoints; GET /sandbox/faults/targets lists them.");
        }
        if (request.Times is <= 0) { return Refuse("times must be at least 1; leave it out for no limit."); }
        if (request.DelaySeconds is < 0 or > 600) { return Refuse("delaySeconds must lie between 0 and 600 seconds."); }
        if (request.Status is < 200 or > 599) { return Refuse("status must be an HTTP status from 200 to 599."); }
        return Results.Json(faults.Add(new FaultOrder(target, request.Kind, request.Times, request.Status, request.DelaySeconds, request.Match)),
            statusCode: 201);
    }

    private static IEnumerable<string> Targets(EndpointDataSource endpoints) => endpoints.Endpoints
        .Select(e => e.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName).OfType<string>()
        .Where(name => !name.StartsWith("sandbox.", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static IResult Refuse(string why, int status = 422) => Results.Problem(why, statusCode: status, title: "No fault was set");
}
