using Nirmaan.Control;
using Nirmaan.Control.Allocation;
using Nirmaan.Domain.Fleet;
using Npgsql;

namespace Nirmaan.Web.Api;

/// <summary>Every failure under /api is a problem with a code; what nobody foresaw is logged and told without its insides.</summary>
internal sealed partial class ApiFaults(RequestDelegate next, ILogger<ApiFaults> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try { await next(context); }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested) { /* Nobody listens any more. */ }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await Problem(e, context).ExecuteAsync(context);
        }
    }

    private IResult Problem(Exception exception, HttpContext context)
    {
        switch (exception)
        {
            case InvalidInputException e: return Problems.Of(400, "invalid_input", e.Message, ("field", e.Field));
            // The one text that PostgreSQL cannot hold; a name with it in it names nothing.
            case PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter }: return NoNul();
            case { InnerException: PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter } }: return NoNul();
            case BadHttpRequestException e: return Problems.Of(e);
            case CannotPlanException e: return Problems.Of(422, "cannot_plan", e.Message);
            case SupplierUnavailableException e: return Problems.Of(503, "outside_unavailable", e.Message, ("who", e.Who));
            default:
                LogFailed(exception, context.Request.Method, context.Request.Path);
                return Problems.Of(500, "internal", "Something failed here; the log has it under this trace.", ("traceId", System.Diagnostics.Activity.Current?.Id ?? context.TraceIdentifier));
        }
    }

    private static IResult NoNul() => Problems.Of(400, "invalid_input", "A text holds the character U+0000; expected text without it.");

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogFailed(Exception e, string method, PathString path);
}
