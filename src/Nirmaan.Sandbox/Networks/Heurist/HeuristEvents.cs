using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Heurist;

/// <summary>
/// What can be done to the Heurist of the sandbox, POST /sandbox/networks/heurist/{event}: <c>reset-counters {"minerId"}</c>,
/// <c>points-fall {"minerId","share"}</c> (0 to 1; 1 = slashed), <c>stats-as-text {"on"}</c>, <c>load-model {"minerId","modelId"}</c>
/// (the server asks an image miner to change its model), <c>demand {"modelId","factor"}</c>.
/// </summary>
internal static class HeuristEvents
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var events = routes.MapGroup("/sandbox/networks/heurist");
        events.MapPost("reset-counters", (HeuristEvent e, Sequencer sequencer) =>
            e.MinerId is { } id && sequencer.Change(id, a => a.Reset()) ? Ok() : NoMiner()).WithName("sandbox.heurist.reset-counters");
        events.MapPost("points-fall", (HeuristEvent e, Sequencer sequencer) =>
            e.Share is not (>= 0 and <= 1) ? Results.BadRequest(new { error = "share must be between 0 and 1" })
            : e.MinerId is { } id && sequencer.Change(id, a => a.Fall(e.Share.Value)) ? Ok() : NoMiner()).WithName("sandbox.heurist.points-fall");
        events.MapPost("stats-as-text", (HeuristEvent e, IOptions<HeuristOptions> options) =>
        {
            options.Value.StatsAsText = e.On ?? true;
            return Ok();
        }).WithName("sandbox.heurist.stats-as-text");
        events.MapPost("load-model", (HeuristEvent e, Sequencer sequencer, SandboxClock clock) =>
        {
            if (e.MinerId is not { } id || e.ModelId is not { } model || HeuristModels.Find(model)?.Kind != PointKind.Waifu)
            {
                return Results.BadRequest(new { error = "minerId and the id of an image model are needed" });
            }
            sequencer.Want(id, model, clock.GetUtcNow());
            return Ok();
        }).WithName("sandbox.heurist.load-model");
        events.MapPost("demand", (HeuristEvent e, HeuristMarket market) =>
        {
            if (e.ModelId is not { } model || HeuristModels.Find(model) is null || e.Factor is not > 0)
            {
                return Results.BadRequest(new { error = "modelId and a factor above 0 are needed" });
            }
            market.Surge(model, e.Factor.Value);
            return Ok();
        }).WithName("sandbox.heurist.demand");
    }

    private static IResult Ok() => Results.Ok(new { ok = true });

    private static IResult NoMiner() => Results.NotFound(new { error = "nobody has mined for this minerId" });

    internal sealed record HeuristEvent(string? MinerId, string? ModelId, decimal? Share, double? Factor, bool? On);
}
