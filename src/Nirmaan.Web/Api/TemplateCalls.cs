using System.Security.Claims;
using System.Text.Json.Serialization;
using Nirmaan.Control.Fleet;

namespace Nirmaan.Web.Api;

/// <summary>At what pace machines are brought to a template, and why.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record RollBody(int? AtOnce, string? Reason);

/// <summary>A machine of an older recipe.</summary>
internal sealed record DriftedWire(string Instance, string Provider, string Miner, int RunsVersion, bool InPlace, string? UnderWay);

/// <summary>The last roll of a template.</summary>
internal sealed record RollWire(int AtOnce, string Reason, string By, DateTimeOffset At, DateTimeOffset? EndedAt);

/// <summary>What the makers of a template's program published last. IsNewer: the template packs an older one. Fault: why the last look was not answered.</summary>
internal sealed record UpstreamWire(string Repository, string? Packs, DateOnly AsOf, string? Newest, DateTimeOffset? PublishedAt, string? Page, bool IsNewer, DateTimeOffset? ReadAt, string? Fault);

/// <summary>A template, the machines that run it, and those that run an older one.</summary>
internal sealed record TemplateWire(string Name, int Version, string Hash, string Network, string Workload, string Image, int Machines, IReadOnlyList<DriftedWire> Drifted, RollWire? Roll, UpstreamWire? Upstream)
{
    public static TemplateWire Of(TemplateState t) => new(
        t.Template.Name, t.Template.Version, t.Hash, t.Template.Network, t.Template.Workload, t.Template.Image, t.Machines,
        [.. t.Drifted.Select(d => new DriftedWire(d.Id.ToString(), d.Supplier.Value, d.MinerId.ToString(), d.RunsVersion, d.InPlace, d.Moves))],
        t.Roll is { } r ? new RollWire(r.AtOnce, r.Why, r.By, r.At, r.EndedAt) : null,
        t.Template.Upstream is { } u ? new UpstreamWire(u.Repository, u.Release, u.AsOf, t.Upstream?.Tag, t.Upstream?.PublishedAt, t.Upstream?.Page, t.Newer is not null, t.Upstream?.ReadAt, t.Upstream?.Fault) : null);
}

internal static class TemplateCalls
{
    public static void Map(RouteGroupBuilder read, RouteGroupBuilder operate)
    {
        read.MapGet("/templates", async (TemplateQueries templates, CancellationToken cancellationToken) => (await templates.ListAsync(cancellationToken)).ToList(TemplateWire.Of))
            .WithName("listTemplates").WithSummary("Every template with its hash, and the running machines that run an older one.");
        operate.MapPost("/templates/{workload}/roll", async (string workload, RollBody body, RollTemplate roll, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        {
            await roll.AskAsync(Words.Workload(workload)!.Value, Words.Need("atOnce", body.AtOnce, "a number of machines"), Words.Need("reason", Words.Reason(body.Reason), "why, for the history"), user.Actor(), cancellationToken);
            return Results.Accepted();
        }).WithName("rollTemplate").WithSummary("Brings machines of an older recipe to the present one, so many at a time: in place, or replaced without a gap.").Produces(202).ProducesProblem(400);
        operate.MapDelete("/templates/{workload}/roll", async (string workload, string? reason, RollTemplate roll, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            await roll.StopAsync(Words.Workload(workload)!.Value, Words.Reason(reason) ?? "stopped by hand", user.Actor(), cancellationToken) ? Results.NoContent() : Problems.NotFound("roll", workload))
            .WithName("stopRoll").WithSummary("Begins no further machine.").Produces(204).ProducesProblem(404);
    }
}
