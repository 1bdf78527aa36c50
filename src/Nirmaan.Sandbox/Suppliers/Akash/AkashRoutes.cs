using System.Text.RegularExpressions;
using Nirmaan.Sandbox.Suppliers.Akash.Sdl;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>What every Console route shares: the error envelope, the key, the query's rules.</summary>
internal static partial class AkashRoutes
{
    /// <summary>Turns the verbs' problems into the envelope.</summary>
    public static async ValueTask<object?> AnswerProblemsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try { return await next(context); }
        catch (AkashProblemException e) { return Wire.Json(AkashErrors.Envelope(e.Status, e.Code, e.Message, e.Detail), e.Status); }
        catch (SdlCrashedException) { return Wire.Json(AkashErrors.Envelope(500, "internal_server_error", "An error occurred"), 500); }
    }

    /// <summary>Whose key it is.</summary>
    public static AkashAccount Account(this HttpContext http)
    {
        var world = http.RequestServices.GetRequiredService<AkashWorld>();
        string? key = http.Request.Headers["x-api-key"];
        if (key is not null && http.Request.Headers.ContainsKey("Authorization"))
        {
            throw AkashProblemException.BadRequest("Send either x-api-key or Authorization, not both");
        }
        return world.AccountOf(key) ?? throw new AkashProblemException(401, "unauthorized", key is null ? "Unauthorized" : "Invalid API key");
    }

    /// <summary>A deployment number of the path or query.</summary>
    public static string Dseq(string? text, string where = "dseq") => text is not null && AkashBody.Digits().IsMatch(text)
        ? text
        : throw AkashBody.Invalid([AkashBody.Issue(text is null ? "invalid_type" : "invalid_format", [where], "Invalid dseq: expected digits")]);

    /// <summary>A whole number of the query; null when it is absent.</summary>
    public static int? Whole(HttpRequest request, string name, int min, int max)
    {
        string? text = request.Query[name];
        if (string.IsNullOrEmpty(text)) { return null; }
        return WholeNumber().IsMatch(text) && int.TryParse(text, out var number) && number >= min && number <= max
            ? number
            : throw AkashBody.Invalid([AkashBody.Issue("invalid_type", [name], $"Invalid input: expected a whole number from {min} to {max}")]);
    }

    [GeneratedRegex("^-?[0-9]{1,9}$")]
    private static partial Regex WholeNumber();
}
