using System.Text.Json;

namespace Nirmaan.Web.Api;

/// <summary>RFC 9457 problems with a stable <c>code</c>.</summary>
internal static class Problems
{
    /// <summary>A problem.</summary>
    /// <param name="code">Lower-case words joined by '_'; programs rely on it.</param>
    /// <param name="detail">What happened and what to do, for a person.</param>
    /// <param name="more">Further members.</param>
    public static IResult Of(int status, string code, string detail, params (string Name, object? Value)[] more) => Results.Problem(
        detail, statusCode: status, extensions: new Dictionary<string, object?>(more.Select(m => KeyValuePair.Create(m.Name, m.Value))) { ["code"] = code });

    /// <summary>There is no such thing.</summary>
    public static IResult NotFound(string what, object id) => Of(404, "not_found", $"There is no {what} {id}.");

    /// <summary>Which problem an exception is.</summary>
    public static IResult Of(BadHttpRequestException e) => e switch
    {
        { StatusCode: StatusCodes.Status413PayloadTooLarge } => Of(413, "body_too_large", e.Message),
        { InnerException: JsonException json } => Of(400, "invalid_json", $"{json.Path ?? "body"}: {json.Message}"),
        _ => Of(e.StatusCode, "invalid_input", e.Message),
    };
}
