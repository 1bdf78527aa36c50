using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Nirmaan.Web.SignIn;

/// <summary>
/// Reads <c>Authorization: Bearer nrm_...</c>. Refusals are RFC 9457 problems with code <c>unauthenticated</c> (401) or <c>forbidden</c> (403).
/// Bearer tokens without the prefix (a miner's) are not its business.
/// </summary>
internal sealed partial class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IApiKeys keys, IProblemDetailsService problems)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";

    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        // A call that is open to anyone asks for no key; heartbeats among them bring a miner's token, which begins like one.
        if (Context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null || !header.StartsWith(Bearer + ApiKey.Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }
        if (await keys.FindAsync(header[Bearer.Length..].Trim(), Context.RequestAborted) is not { } key)
        {
            return AuthenticateResult.Fail("The API key is unknown or withdrawn.");
        }
        if (!HttpMethods.IsGet(Request.Method) && !HttpMethods.IsHead(Request.Method)) { LogActs(Logger, key.Name, key.Account, Request.Method, Request.Path); }
        var identity = new ClaimsIdentity([new(ClaimTypes.Name, key.Account), .. key.Roles.Select(role => new Claim(ClaimTypes.Role, role))], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return WriteAsync(StatusCodes.Status401Unauthorized, "unauthenticated", "A valid API key is needed: Authorization: Bearer nrm_...");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        WriteAsync(StatusCodes.Status403Forbidden, "forbidden", "The API key's roles do not allow this call.");

    private async Task WriteAsync(int status, string code, string detail)
    {
        Response.StatusCode = status;
        await problems.WriteAsync(new ProblemDetailsContext
        {
            HttpContext = Context,
            ProblemDetails = { Status = status, Detail = detail, Extensions = { ["code"] = code } },
        });
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Key {Key} of {Account} calls {Method} {Path}")]
    private static partial void LogActs(ILogger log, string key, string account, string method, PathString path);
}
