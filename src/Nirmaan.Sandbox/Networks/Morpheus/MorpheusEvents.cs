using System.Globalization;
using System.Numerics;
using Nirmaan.Sandbox.Chain;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>
/// What can be done to the Morpheus of the sandbox, POST /sandbox/networks/morpheus/{event}: <c>forget-models {"on"}</c> (the node runs
/// without models and stays healthy), <c>demand {"factor"}</c>, <c>undercut {"name","pricePerSecond"}</c> (the dearest rival goes there),
/// <c>limit {"leftMor"}</c> (the contract pays our provider only so much more this year).
/// GET /sandbox/networks/morpheus/market says what truly is: slots, sessions, successes, users turned away.
/// </summary>
internal static class MorpheusEvents
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var events = routes.MapGroup("/sandbox/networks/morpheus");
        events.MapPost("forget-models", (MorpheusEvent e, ModelServers servers) =>
        {
            servers.Forgotten = e.On ?? true;
            return Ok();
        }).WithName("sandbox.morpheus.forget-models");
        events.MapPost("demand", (MorpheusEvent e, Consumers consumers) =>
        {
            if (e.Factor is not > 0) { return Results.BadRequest(new { error = "a factor above 0 is needed" }); }
            consumers.Surge(e.Factor.Value);
            return Ok();
        }).WithName("sandbox.morpheus.demand");
        events.MapPost("undercut", (MorpheusEvent e, Rivals rivals, MorpheusBook book) =>
        {
            if (e.Name is not { } name || !BigInteger.TryParse(e.PricePerSecond, NumberStyles.None, CultureInfo.InvariantCulture, out var price)
                || price < MorpheusRules.MinBidPrice || price > MorpheusRules.MaxBidPrice)
            {
                return Results.BadRequest(new { error = "name and a pricePerSecond in wei, as a string, within the contract's limits are needed" });
            }
            lock (book.Gate) { return rivals.Undercut(name, price) ? Ok() : Results.NotFound(new { error = "no rival offers that name" }); }
        }).WithName("sandbox.morpheus.undercut");
        events.MapPost("limit", async (MorpheusEvent e, MorPayments payments, MorpheusBook book, CancellationToken cancellationToken) =>
        {
            if (e.LeftMor is not { } left || left is < 0 or > 1_000_000_000) { return Results.BadRequest(new { error = "leftMor between 0 and 1000000000 MOR is needed" }); }
            if (!payments.Enabled) { return Results.Conflict(new { error = "the limit is the contract's, and no chain is set" }); }
            await payments.LeaveOfLimitAsync(book.Own, new BigInteger(left * 1_000_000_000) * 1_000_000_000, cancellationToken);
            return Ok();
        }).WithName("sandbox.morpheus.limit");
        events.MapGet("market", (MorpheusTruth truth) => Wire.Json(truth.Describe())).WithName("sandbox.morpheus.market");
    }

    private static IResult Ok() => Results.Ok(new { ok = true });

    internal sealed record MorpheusEvent(bool? On, double? Factor, string? Name, string? PricePerSecond, decimal? LeftMor);
}
