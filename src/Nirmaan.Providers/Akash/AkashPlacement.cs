using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.Akash;

/// <summary>
/// Accepts a bid: creates the lease and has the Console send the manifest to the provider. The call is safe to repeat (an existing lease is
/// kept, the manifest sent again), and it must be: a lease without its manifest costs money and is closed by the provider after 5 minutes.
/// </summary>
internal sealed class AkashPlacement(IAkashApi api, SupplierCalls calls, AkashOptions options)
{
    private const int Tries = 3;

    // A try takes up to two minutes: one that begins later than this would end beyond the provider's five.
    private static readonly TimeSpan s_lastStart = TimeSpan.FromMinutes(3);

    /// <summary>Accepts.</summary>
    public async Task<Effect> AcceptAsync(string dseq, string bidRef, string? manifest, CancellationToken cancellationToken)
    {
        if (AkashBidRef.Parse(bidRef) is not { } bid)
        {
            return new Effect.Refused("bad-request", $"bid '{bidRef}'; expected gseq/oseq/provider", RetryElsewhere: false);
        }
        if (manifest is null && options.Contract == AkashContract.Published)
        {
            return new Effect.Refused("manifest-lost", "the answer of the create call is lost, and this contract keeps no manifest", RetryElsewhere: true);
        }
        var body = new AkashLeasesBody(manifest, [new AkashLeaseBody(dseq, bid.Gseq, bid.Oseq, bid.Provider)]);
        // The provider's five minutes run on its own clock, not on ours, which may be a manual one.
        var began = TimeProvider.System.GetTimestamp();
        Effect.Uncertain? doubt = null;
        for (var attempt = 1; ; attempt++)
        {
            var effect = await SendAsync(dseq, bid, body, cancellationToken);
            if (effect is Effect.Done) { return effect; }
            // Once a try may have made the lease, what a later one is refused for says nothing about it.
            if (effect is not Effect.Uncertain uncertain && doubt is null) { return effect; }
            doubt = effect as Effect.Uncertain ?? doubt;
            if (attempt == Tries || TimeProvider.System.GetElapsedTime(began) + options.ManifestRetryDelay > s_lastStart) { return doubt!; }
            await Task.Delay(options.ManifestRetryDelay, TimeProvider.System, cancellationToken);
        }
    }

    private async Task<Effect> SendAsync(string dseq, AkashBidRef bid, AkashLeasesBody body, CancellationToken cancellationToken)
    {
        Problem? unclear = null;
        var effect = await calls.ActAsync(
            async () => Judge(dseq, bid, (await api.CreateLeasesAsync(body, cancellationToken))?.Data),
            problem =>
            {
                var known = Judge(problem, body.Manifest is null);
                if (known is null && problem.Status is not (401 or 402 or 403 or 409 or 429)) { unclear = problem; }
                return known;
            },
            cancellationToken);
        return unclear is null ? effect : await LookAsync(dseq, unclear, cancellationToken);
    }

    private static Effect Judge(string dseq, AkashBidRef bid, AkashDeploymentWire? deployment)
    {
        var live = (deployment?.Leases ?? []).Where(AkashReading.IsLive).ToList();
        if (live.Exists(l => l.Id?.Provider == bid.Provider)) { return new Effect.Done(dseq); }
        return live.Count > 0
            ? new Effect.Uncertain("other-lease", $"a lease with {live[0].Id?.Provider} was there already")
            : new Effect.Uncertain("bad-answer", "the answer shows no lease");
    }

    /// <summary>What is known of an error by its code, or in the published contract by its words; null = look whether there is a lease.</summary>
    private static Effect? Judge(Problem problem, bool lacksManifest) => problem switch
    {
        { Code: "manifest_not_delivered" } => new Effect.Uncertain("manifest-not-delivered", problem.ToString()),
        { Code: "provider_unreachable" } => new Effect.Refused("provider-unreachable", problem.ToString(), RetryElsewhere: true),
        { Status: 400 } when problem.Says("no longer open") => new Effect.Refused("bid-gone", problem.ToString(), RetryElsewhere: true),
        { Status: 400 } when problem.Says("already been matched or closed") => new Effect.Refused("order-gone", problem.ToString(), RetryElsewhere: true),
        { Status: 404, Spoken: true } => new Effect.Refused("gone", problem.ToString(), RetryElsewhere: true),
        { Status: 400 or 422 } when lacksManifest => new Effect.Refused("manifest-lost", problem.ToString(), RetryElsewhere: true),
        _ => null,
    };

    private async Task<Effect> LookAsync(string dseq, Problem problem, CancellationToken cancellationToken)
    {
        try
        {
            var found = await calls.FindAsync($"deployment {dseq}", () => api.GetDeploymentAsync(dseq, cancellationToken), cancellationToken);
            if ((found?.Data?.Leases ?? []).Exists(AkashReading.IsLive)) { return new Effect.Uncertain("manifest-not-delivered", problem.ToString()); }
            // Without a lease a refusal is one. After a 5xx the lease may still be on its way into a block.
            return problem is { Status: < 500, Spoken: true }
                ? new Effect.Refused("bad-request", problem.ToString(), RetryElsewhere: true)
                : SupplierCalls.Usual(problem);
        }
        catch (SupplierUnavailableException) { return new Effect.Uncertain($"http-{problem.Status}", problem.ToString()); }
    }
}
