using System.Security.Claims;
using System.Text.Json.Serialization;
using Nirmaan.Control;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Web.Api;

/// <summary>One intended effect on an outside system.</summary>
/// <param name="AgeSeconds">Since it was sent, or intended.</param>
/// <param name="UsdAtRisk">What may have been lost by now; null = unknown.</param>
internal sealed record OperationWire(
    string Id, OperationKind Kind, OperationState State, string? Provider, string? Network, string? InstanceId, string? MinerId, string Name, string? ReasonCode, string? Reason, string? ExternalId, int Attempts,
    DateTimeOffset CreatedAt, DateTimeOffset? SentAt, DateTimeOffset? UnknownSince, DateTimeOffset? EndedAt, int AgeSeconds, decimal? UsdPerHourAtRisk, decimal? UsdAtRisk)
{
    public static OperationWire Of(OperationRow o) => new(
        o.Id.ToString(), o.Kind, o.State, o.Supplier?.Value, o.Network?.Value, o.InstanceId?.ToString(), o.MinerId?.ToString(), o.Name, o.ReasonCode, o.Reason, o.ExternalId, o.Attempts, o.CreatedAt, o.SentAt, o.UnknownSince, o.EndedAt,
        o.AgeSeconds, o.UsdPerHourAtRisk, o.UsdAtRisk);
}

/// <summary>A person's decision over an unknown operation.</summary>
/// <param name="As"><c>adopt</c>, <c>close</c> or <c>give-up</c>.</param>
/// <param name="ExternalId">The outside thing that it is, where two were found.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ResolveBody(string? As, string? ExternalId);

/// <summary>The operation's state after the decision.</summary>
internal sealed record ResolvedWire(OperationState State);

internal static class OperationCalls
{
    public static void Map(RouteGroupBuilder read, RouteGroupBuilder operate)
    {
        read.MapGet("/operations", async (string? state, int? limit, string? after, OperationQueries operations, CancellationToken cancellationToken) =>
            (await operations.ListAsync(Words.Parse<OperationState>("state", state), limit, after, cancellationToken)).ToWire(OperationWire.Of))
            .WithName("listOperations").WithSummary("Operations, newest first; state=unknown: those whose outside effect nobody knows.").ProducesProblem(400);
        operate.MapPost("/operations/{id:guid}/resolve", ResolveAsync).WithName("resolveOperation").WithSummary("Decides over an unknown operation: adopt what is found, close it, or give it up.")
            .Produces<ResolvedWire>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<IResult> ResolveAsync(Guid id, ResolveBody body, IResolveOperation resolve, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var resolution = body.As switch
        {
            "adopt" => Resolution.Adopt,
            "close" => Resolution.Close,
            "give-up" => Resolution.GiveUp,
            _ => throw new InvalidInputException("as", body.As, "adopt, close or give-up"),
        };
        return await resolve.RunAsync(new OperationId(id), resolution, body.ExternalId, user.Actor(), cancellationToken) switch
        {
            ResolveOutcome.Resolved resolved => Results.Ok(new ResolvedWire(resolved.State)),
            ResolveOutcome.NotUnknown other => Problems.Of(409, "operation_not_unknown", $"The operation is {other.State}; only unknown ones are decided over."),
            ResolveOutcome.NotACandidate no => Problems.Of(409, "not_a_candidate", no.Why),
            ResolveOutcome.NothingFound nothing => Problems.Of(409, "nothing_found", nothing.Why),
            _ => Problems.NotFound("operation", id),
        };
    }
}
