using Nirmaan.Control.Allocation;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>Our own history as files, for whoever wants to walk through it elsewhere.</summary>
internal static class BacktestFiles
{
    /// <summary>Where the zip is.</summary>
    public const string History = "/admin/backtest/history.zip";

    /// <summary>Serves it to staff.</summary>
    public static void MapBacktestFiles(this IEndpointRouteBuilder app) => app.MapGet(History, async (Backtests runs, CancellationToken cancellationToken) =>
    {
        try { return Results.File(await runs.ExportAsync(cancellationToken), "application/zip", "history.zip"); }
        catch (CannotPlanException e) { return Results.Problem(e.Message, statusCode: 409, title: "No history yet"); }
    }).RequireAuthorization(Policies.Staff).ExcludeFromDescription();
}
