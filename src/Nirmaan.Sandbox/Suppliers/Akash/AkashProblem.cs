namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>An error as the Console API words it: HTTP status, stable code, words for people, sometimes data.</summary>
internal sealed class AkashProblemException(int status, string code, string message, object? data = null) : Exception(message)
{
    public int Status => status;

    public string Code => code;

    public object? Detail => data;

    public static AkashProblemException BadRequest(string message) => new(400, "bad_request", message);

    public static AkashProblemException NotFound(string message) => new(404, "not_found", message);
}

/// <summary>The error envelope of every Console route.</summary>
internal static class AkashErrors
{
    /// <summary>The envelope.</summary>
    public static object Envelope(int status, string code, string message, object? data = null) => new
    {
        error = Name(status, code), message, code, type = Type(status, code), data,
    };

    /// <summary>The envelope of a status that nothing more is known of.</summary>
    public static object Envelope(int status, string message) => Envelope(status, CodeOf(status), message);

    /// <summary>The code that the API derives from a status.</summary>
    public static string CodeOf(int status) => status switch
    {
        400 => "bad_request",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not_found",
        409 => "conflict",
        429 => "rate_limited",
        500 => "internal_server_error",
        502 or 503 => "service_unavailable",
        _ => "unknown_error",
    };

    private static string Name(int status, string code) => (status, code) switch
    {
        (400, "validation_error") => "ValidationError",
        (400, _) => "BadRequestError",
        (401, _) => "UnauthorizedError",
        (402, _) => "PaymentRequiredError",
        (403, _) => "ForbiddenError",
        (404, _) => "NotFoundError",
        (409, _) => "ConflictError",
        (422, _) => "UnprocessableEntityError",
        (429, _) => "TooManyRequestsError",
        (502, _) => "BadGatewayError",
        (503, _) => "ServiceUnavailableError",
        _ => "InternalServerError",
    };

    private static string Type(int status, string code) => code == "validation_error" ? code : status switch
    {
        403 => "authorization_error",
        >= 500 => "server_error",
        _ => "client_error",
    };
}
