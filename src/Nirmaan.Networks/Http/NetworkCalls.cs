using System.Net;
using System.Text.Json;
using Nirmaan.Domain.Fleet;
using Polly.Timeout;
using Refit;

namespace Nirmaan.Networks.Http;

/// <summary>Calls to one network, with every way in which they go wrong turned into the words of <see cref="Domain.Rewards.IMiningNetwork"/>.</summary>
internal sealed class NetworkCalls(string who)
{
    private const int MostWords = 200;

    /// <summary>Reads.</summary>
    /// <param name="what">What is read, for the exception's text.</param>
    /// <exception cref="SupplierUnavailableException">No usable answer.</exception>
    public async Task<T> ReadAsync<T>(string what, Func<Task<T?>> call, CancellationToken cancellationToken) where T : class =>
        await FindAsync(what, call, (_, _) => false, cancellationToken) ?? throw Unavailable(what, "the answer was empty");

    /// <summary>Reads one thing.</summary>
    /// <param name="isNone">From status and words: true when the network itself says that there is none; the answer is then null.</param>
    /// <exception cref="SupplierUnavailableException">No usable answer.</exception>
    public async Task<T?> FindAsync<T>(string what, Func<Task<T?>> call, Func<HttpStatusCode, string, bool> isNone, CancellationToken cancellationToken) where T : class
    {
        try { return await call() ?? throw Unavailable(what, "the answer was empty"); }
        catch (ApiException e) when (isNone(e.StatusCode, Words(e))) { return null; }
        catch (ApiException e) { throw Unavailable(what, IsGood(e) ? "an answer that is not the agreed JSON" : $"{(int)e.StatusCode} {Words(e)}", e); }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { throw; }
        catch (Exception e) when (IsLate(e)) { throw Unavailable(what, "no answer within the time allowed", e); }
        catch (Exception e) when (e is HttpRequestException or IOException) { throw Unavailable(what, e.Message, e); }
    }

    /// <summary>Changes something outside. Reads that come first may fail: the change itself never left then.</summary>
    public static async Task<Effect> ActAsync(Func<Task<Effect>> act, CancellationToken cancellationToken)
    {
        try { return await act(); }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { throw; }
        catch (SupplierUnavailableException e)
        {
            // What it will never let us do is no matter of trying again.
            return e.InnerException is ApiException { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } answer ? Judge(answer) : new Effect.NotSent(e.Message);
        }
        catch (ApiException e) { return Judge(e); }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            return new Effect.NotSent(e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException) { return new Effect.Uncertain("connection-lost", e.Message); }
        catch (Exception e) when (IsLate(e)) { return new Effect.Uncertain("timeout", "no answer within the time allowed"); }
    }

    /// <summary>What an error answer says, in one line: the body's <c>error</c> or <c>message</c>, else its beginning.</summary>
    public static string Words(ApiException answer)
    {
        var body = answer.Content?.Trim() ?? "";
        try
        {
            using var json = JsonDocument.Parse(body);
            string[] names = json.RootElement.ValueKind == JsonValueKind.Object ? ["error", "message", "detail"] : [];
            body = names.Select(n => json.RootElement.TryGetProperty(n, out var words) && words.ValueKind == JsonValueKind.String ? words.GetString() : null).FirstOrDefault(w => w is not null) ?? body;
        }
        catch (JsonException) { body = body.StartsWith('<') ? "a web page" : body; }
        var line = string.Join(' ', body.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length == 0 ? "(no words)" : line.Length <= MostWords ? line : line[..MostWords] + "…";
    }

    private static Effect Judge(ApiException answer) => (int)answer.StatusCode switch
    {
        >= 200 and < 300 => new Effect.Uncertain("bad-answer", answer.Message),
        429 => new Effect.NotSent($"429 {Words(answer)}", answer.Headers.RetryAfter?.Delta),
        401 => new Effect.Refused("unauthorized", $"401 {Words(answer)}", RetryElsewhere: false),
        403 => new Effect.Refused("forbidden", $"403 {Words(answer)}", RetryElsewhere: false),
        >= 400 and < 500 => new Effect.Refused("bad-request", $"{(int)answer.StatusCode} {Words(answer)}", RetryElsewhere: false),
        // The node simulates a transaction before it sends it: one that would revert was never sent.
        500 when Words(answer) is var why && why.Contains("execution reverted", StringComparison.OrdinalIgnoreCase) => new Effect.Refused("reverted", why, RetryElsewhere: false),
        var status => new Effect.Uncertain($"http-{status}", $"{status} {Words(answer)}"),
    };

    private SupplierUnavailableException Unavailable(string what, string why, Exception? inner = null) => new(who, $"{what}: {why}", inner);

    private static bool IsGood(ApiException e) => (int)e.StatusCode is >= 200 and < 300;

    private static bool IsLate(Exception e) => e is OperationCanceledException or TimeoutRejectedException or TimeoutException;
}
