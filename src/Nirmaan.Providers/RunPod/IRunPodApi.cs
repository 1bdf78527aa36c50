using Refit;

namespace Nirmaan.Providers.RunPod;

/// <summary>
/// The calls of RunPod's REST interface v2 that are used here, in its words. Source: runpod/docs <c>api-reference-v2/openapi.json</c>.
/// Errors are problem details; bodies with a name that the contract lacks are refused.
/// </summary>
internal interface IRunPodApi
{
    /// <summary>GPU types with list prices per GPU and, because <c>include</c> and <c>product</c> come together, what is to be had.</summary>
    [Get("/v2/catalog/gpus?include=AVAILABILITY&product=POD")]
    Task<RunPodTypesWire?> ListTypesAsync([Query] int count, [Query] string cloud, CancellationToken cancellationToken);

    /// <summary>Not idempotent, and there is no key to make it so.</summary>
    [Post("/v2/pods")]
    Task<RunPodPodWire?> CreateAsync([Body] RunPodCreateBody body, CancellationToken cancellationToken);

    /// <summary>Everything on the account in one answer, but for the members of clusters.</summary>
    [Get("/v2/pods")]
    Task<RunPodPodsWire?> ListAsync(CancellationToken cancellationToken);

    [Get("/v2/pods/{id}")]
    Task<RunPodPodWire?> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Only the named fields change; the environment changes as a whole.</summary>
    [Patch("/v2/pods/{id}")]
    Task<RunPodPodWire?> ChangeAsync(string id, [Body] RunPodChangeBody body, CancellationToken cancellationToken);

    /// <summary>Refused with 409 where the pod's state does not allow it.</summary>
    [Post("/v2/pods/{id}/action")]
    Task<RunPodPodWire?> ActAsync(string id, [Body] RunPodActionBody body, CancellationToken cancellationToken);

    /// <summary>Answers 204 without a body.</summary>
    [Delete("/v2/pods/{id}")]
    Task TerminateAsync(string id, CancellationToken cancellationToken);

    /// <summary>A server-sent event stream that does not end. Dispose the answer.</summary>
    /// <param name="tail">Lines to begin with, 0 to 5000; ignored beside <paramref name="since"/>.</param>
    /// <param name="since">RFC 3339: resume from this time.</param>
    [Get("/v2/pods/{id}/logs?source=container")]
    Task<HttpResponseMessage> OpenLogAsync(string id, [Query] int? tail, [Query] string? since, CancellationToken cancellationToken);

    /// <summary>What pods cost, USD, one record per pod and bucket.</summary>
    /// <param name="startTime">RFC 3339; the window begins where its bucket does.</param>
    [Get("/v2/billing/pods?bucketSize=day")]
    Task<RunPodBillingWire?> ReadBillingAsync([Query] string startTime, CancellationToken cancellationToken);
}
