using System.Net;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Polly.Timeout;
using Refit;

namespace Nirmaan.Providers.Http;

/// <summary>Calls to one supplier, with every way in which they go wrong turned into the words of <see cref="IComputeProvider"/>.</summary>
internal sealed class SupplierCalls(SupplierName supplier, TimeProvider clock)
{
    private static readonly string[] s_quota = ["quota", "account limit", "limit reached", "maximum number of"];

    /// <summary>Reads.</summary>
    /// <param name="what">What is read, for the exception's text.</param>
    /// <exception cref="SupplierUnavailableException">No usable answer.</exception>
    public async Task<T> ReadAsync<T>(string what, Func<Task<T?>> call, CancellationToken cancellationToken) where T : class =>
        await TryReadAsync(what, call, _ => false, cancellationToken) ?? throw Unavailable($"{what}: the answer was empty");

    /// <summary>Reads one thing; null = the supplier itself says that there is none.</summary>
    /// <exception cref="SupplierUnavailableException">No usable answer.</exception>
    public async Task<T?> FindAsync<T>(string what, Func<Task<T?>> call, CancellationToken cancellationToken) where T : class
    {
        var gone = false;
        var found = await TryReadAsync(what, call, problem => gone = problem is { Status: 404 or 410, Spoken: true }, cancellationToken);
        return found ?? (gone ? null : throw Unavailable($"{what}: the answer was empty"));
    }

    /// <summary>Changes something outside.</summary>
    /// <param name="act">Sends the call and judges a usable answer.</param>
    /// <param name="judge">What this call's error answers mean where they mean more than usual; null = the usual.</param>
    public async Task<Effect> ActAsync(Func<Task<Effect>> act, Func<Problem, Effect?> judge, CancellationToken cancellationToken)
    {
        try { return await act(); }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { throw; }
        catch (Exception e) { return Judge(e, judge); }
    }

    private Effect Judge(Exception exception, Func<Problem, Effect?> judge) => exception switch
    {
        ApiException { StatusCode: >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices } e => new Effect.Uncertain("bad-answer", e.Message),
        ApiException e when Problem.Of(e, clock.GetUtcNow()) is var problem => Quota(problem) ?? judge(problem) ?? Usual(problem),
        // A read that had to come first failed: the change itself never left. Its reason is the change's where it will not pass by itself.
        SupplierUnavailableException { InnerException: ApiException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError } e } =>
            Usual(Problem.Of(e, clock.GetUtcNow())) is Effect.Refused refused ? refused : new Effect.NotSent(exception.Message),
        SupplierUnavailableException e => new Effect.NotSent(e.Message),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError } e => new Effect.NotSent(Say(e)),
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } e => new Effect.Uncertain("bad-answer", e.Message),
        HttpRequestException or IOException => new Effect.Uncertain("connection-lost", Say(exception)),
        OperationCanceledException or TimeoutRejectedException or TimeoutException => new Effect.Uncertain("timeout", "no answer within the time allowed"),
        RentRefusedException e => new Effect.Refused("bad-request", e.Message, RetryElsewhere: false),
        ArgumentException e => new Effect.Refused("bad-request", e.Message, RetryElsewhere: false),
        _ => new Effect.Uncertain("error", $"{exception.GetType().Name}: {exception.Message}"),
    };

    /// <summary>No supplier documents how it words that an account is full, so only words that mean nothing else count.</summary>
    private static Effect.Refused? Quota(Problem problem) => problem is { Status: 400 or 403 or 409 or 422, Spoken: true } && Array.Exists(s_quota, problem.Says)
        ? new Effect.Refused(Effect.Refused.OverQuota, problem.ToString(), RetryElsewhere: true) : null;

    /// <summary>What an error status means for a call that changes something and whose answer says nothing more.</summary>
    public static Effect Usual(Problem problem) => problem.Status switch
    {
        429 => new Effect.NotSent(problem.ToString(), problem.RetryAfter),
        400 or 405 or 406 or 411 or 413 or 414 or 415 or 422 => new Effect.Refused("bad-request", problem.ToString(), RetryElsewhere: false),
        401 => new Effect.Refused("unauthorized", problem.ToString(), RetryElsewhere: false),
        402 => new Effect.Refused(Effect.Refused.NoFunds, problem.ToString(), RetryElsewhere: true),
        403 => new Effect.Refused("forbidden", problem.ToString(), RetryElsewhere: true),
        404 or 410 when problem.Spoken => new Effect.Refused("gone", problem.ToString(), RetryElsewhere: true),
        404 or 410 => new Effect.Refused("not-found", problem.ToString(), RetryElsewhere: false),
        409 => new Effect.Refused("conflict", problem.ToString(), RetryElsewhere: true),
        // 3xx may follow an act as well as precede it; 408 and 5xx come from whatever stands in front, while the supplier may still act.
        _ => new Effect.Uncertain($"http-{problem.Status}", problem.ToString()),
    };

    private async Task<T?> TryReadAsync<T>(string what, Func<Task<T?>> call, Func<Problem, bool> isNone, CancellationToken cancellationToken) where T : class
    {
        try { return await call(); }
        catch (ApiException e)
        {
            var problem = Problem.Of(e, clock.GetUtcNow());
            if (isNone(problem)) { return null; }
            var why = problem.Status is >= 200 and < 300 ? "an answer that is not the agreed JSON" : problem.ToString();
            throw Unavailable($"{what}: {why}", e);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { throw; }
        catch (Exception e) when (e is OperationCanceledException or TimeoutRejectedException or TimeoutException)
        {
            throw Unavailable($"{what}: no answer within the time allowed", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unavailable($"{what}: {Say(e)}", e);
        }
    }

    /// <summary>The supplier cannot be read, for this reason.</summary>
    public SupplierUnavailableException Unavailable(string why, Exception? inner = null) => new(supplier.Value, why, inner);

    /// <summary>A refusal of our own, before anything is sent; numbers in it are written the same everywhere.</summary>
    public static Effect.Refused Refuse(string code, FormattableString why, bool retryElsewhere) => new(code, FormattableString.Invariant(why), retryElsewhere);

    private static string Say(Exception e) =>
        e.InnerException is { } inner && !e.Message.Contains(inner.Message, StringComparison.Ordinal) ? $"{e.Message} {inner.Message}" : e.Message;
}
