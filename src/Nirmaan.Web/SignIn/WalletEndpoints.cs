using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Nirmaan.Evm;
using Nirmaan.Evm.JsonRpc;

namespace Nirmaan.Web.SignIn;

/// <summary>Whose wallet wants to sign in.</summary>
internal sealed record WalletAsk(string? Address);

/// <summary>What the wallet signed, to the letter, and its signature (0x and hexadecimal digits).</summary>
internal sealed record WalletProof(string? Message, string? Signature);

/// <summary>
/// The two calls of a sign-in with a wallet. Both take JSON only, which no foreign site can make a browser send, and stand on a cookie that
/// only this site gets to see: the proof of one browser is worth nothing in another.
/// </summary>
internal static partial class WalletEndpoints
{
    /// <summary>POST here: the message to sign.</summary>
    public const string AskPath = "/sign-in/wallet/message";

    /// <summary>POST here: the proof; a 204 carries the cookie of the session.</summary>
    public const string ProofPath = "/sign-in/wallet";

    private const string AllowedHosts = "AllowedHosts";

    private const string BrowserCookie = "nirmaan-browser";

    public static void MapWalletSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(AskPath, AskAsync).AddEndpointFilter(RequireOwnNameAsync).ExcludeFromDescription().RequireRateLimiting(SignInServices.AttemptLimit);
        routes.MapPost(ProofPath, ProveAsync).AddEndpointFilter(RequireOwnNameAsync).ExcludeFromDescription().RequireRateLimiting(SignInServices.AttemptLimit);
    }

    private static async Task<IResult> AskAsync(WalletAsk ask, HttpContext context, WalletSignIn wallets, CancellationToken cancellationToken)
    {
        if (!EvmAddress.TryParse(ask.Address, AddressSpelling.ChecksumOrLowerCase, out var address)) { return Refuse(StatusCodes.Status422UnprocessableEntity, "That is no address."); }
        var browser = context.Request.Cookies[BrowserCookie] is { Length: > 0 } known ? known : RandomNumberGenerator.GetHexString(32);
        context.Response.Cookies.Append(BrowserCookie, browser, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/sign-in", IsEssential = true });
        try { return Results.Json(new { message = await wallets.AskAsync(address, browser, Origin(context), cancellationToken) }); }
        catch (WalletChainException e) { return Away(e); }
    }

    private static async Task<IResult> ProveAsync(WalletProof proof, HttpContext context, WalletSignIn wallets, ILogger<WalletSignIn> log, CancellationToken cancellationToken)
    {
        if (context.Request.Cookies[BrowserCookie] is not { Length: > 0 } browser) { return Refuse(StatusCodes.Status401Unauthorized, "This browser did not ask for a message to sign. Are cookies switched off?"); }
        // A wallet's own signature has any length (ERC-1271), but not any.
        if (proof is not { Message: { } message, Signature: { } hex } || hex.Length > 2 * SignatureVerifier.MaxSignatureBytes + 2 || !TryDecode(hex, out var signature))
        {
            return Refuse(StatusCodes.Status422UnprocessableEntity, "A message and its signature are needed.");
        }
        try
        {
            var (address, refusal) = await wallets.JudgeAsync(message, signature, browser, Origin(context), cancellationToken);
            if (address is not { } signer) { return Refuse(StatusCodes.Status401Unauthorized, refusal!); }
            await context.SignInAsync(StaffCookie.Scheme, WalletIdentity.Principal(signer));
            LogEntered(log, signer);
            return Results.NoContent();
        }
        catch (WalletChainException e) { return Away(e); }
    }

    // The name in the request is whatever the sender wrote: what a wallet signs is for a name that this site was given, or for this machine itself.
    private static async ValueTask<object?> RequireOwnNameAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var (asked, names) = (call.HttpContext.Request.Host.Host, call.HttpContext.RequestServices.GetRequiredService<IConfiguration>()[AllowedHosts] ?? "");
        return IsOurs(asked, names) ? await next(call) : Refuse(StatusCodes.Status421MisdirectedRequest, $"Wallets sign in under a name that the setting {AllowedHosts} gives, and '{asked}' is none of them.");
    }

    /// <param name="names">As host filtering reads them: parted by semicolons, <c>*.name</c> for all below one; <c>*</c>, which is any, names none.</param>
    internal static bool IsOurs(string asked, string names) =>
        asked.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(asked.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
        || names.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Any(name => name.StartsWith("*.", StringComparison.Ordinal)
            ? asked.Length > name.Length - 1 && asked.EndsWith(name[1..], StringComparison.OrdinalIgnoreCase)
            : name.Equals(asked, StringComparison.OrdinalIgnoreCase));

    private static Uri Origin(HttpContext context) => new($"{context.Request.Scheme}://{context.Request.Host}");

    private static IResult Refuse(int status, string why) => Results.Problem(why, statusCode: status, title: "Not signed in");

    private static IResult Away(WalletChainException e) => Refuse(StatusCodes.Status503ServiceUnavailable, $"The chain, where wallets are asked, gives no answer: {e.Message}");

    private static bool TryDecode(string hex, out byte[] bytes)
    {
        try { bytes = Hex.Decode(hex); }
        catch (FormatException) { bytes = []; }
        return bytes.Length > 0;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Address} signed in with a wallet")]
    private static partial void LogEntered(ILogger log, EvmAddress address);
}
