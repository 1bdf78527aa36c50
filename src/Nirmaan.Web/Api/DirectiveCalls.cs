using System.Security.Claims;
using System.Text.Json.Serialization;
using Nirmaan.Control;
using Nirmaan.Control.Allocation;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Web.Api;

/// <summary>A pin (of a network or workload) or a veto (of a network, workload, supplier or gpu). Gpu and count are for pins.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record DirectiveBody(string? Kind, string? Subject, string? Name, string? Gpu, int? Count, DateTimeOffset? Until, string? Reason);

/// <summary>A pin or veto. Held = GPUs that do a pin's work now; null where it is not in force or a veto.</summary>
internal sealed record DirectiveWire(
    string Id, DirectiveKind Kind, DirectiveSubject Subject, string Name, string? Gpu, int Count, string By, DateTimeOffset At, DateTimeOffset Until, string Reason, bool InForce, int? Held, DateTimeOffset? EndedAt, string? EndedBy)
{
    public static DirectiveWire Of(DirectiveRow row)
    {
        var d = row.Directive;
        return new DirectiveWire(d.Id.ToString(), d.Kind, d.Subject, d.Name, d.Gpu, d.Count, d.By, d.At, d.Until, d.Why, row.IsInForce, row.Held, d.EndedAt, d.EndedBy);
    }
}

internal static class DirectiveCalls
{
    public static void Map(RouteGroupBuilder read, RouteGroupBuilder approve)
    {
        read.MapGet("/directives", async (DirectiveQueries directives, CancellationToken cancellationToken) => (await directives.ListAsync(cancellationToken)).ToList(DirectiveWire.Of))
            .WithName("listDirectives").WithSummary("Pins and vetoes: those in force, then those that ended, newest first.");
        approve.MapPost("/directives", async (DirectiveBody body, GiveDirective give, DirectiveQueries directives, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        {
            var kind = Words.Need("kind", Words.Parse<DirectiveKind>("kind", body.Kind), "pin or veto");
            var subject = Words.Need("subject", Words.Parse<DirectiveSubject>("subject", body.Subject), "network, workload, supplier or gpu");
            var until = Words.Need("until", body.Until, "a time, RFC 3339");
            var id = await give.RunAsync(
                new DirectiveRequest(kind, subject, Words.Need("name", body.Name, "the network, workload, supplier or gpu"), Words.Gpu(body.Gpu)?.Id, body.Count ?? 0, until.ToUniversalTime(), Words.Reason(body.Reason) ?? ""), user.Actor(), cancellationToken);
            return Results.Created($"/api/v1/directives/{id}", DirectiveWire.Of((await directives.ListAsync(cancellationToken)).First(d => d.Directive.Id == id)));
        }).WithName("giveDirective").WithSummary("Gives plans a pin or a veto until a time.").Produces<DirectiveWire>(201).ProducesProblem(400);
        approve.MapDelete("/directives/{id:guid}", async (Guid id, string? reason, GiveDirective give, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            await give.EndAsync(new DirectiveId(id), user.Actor(), Words.Reason(reason) ?? "ended by hand", cancellationToken) ? Results.NoContent() : Problems.NotFound("directive", id))
            .WithName("endDirective").WithSummary("Ends a pin or veto before its time.").Produces(204).ProducesProblem(404);
    }
}
