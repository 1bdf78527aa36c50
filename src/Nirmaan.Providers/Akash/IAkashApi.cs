using Nirmaan.Providers.Preflight;
using Refit;

namespace Nirmaan.Providers.Akash;

/// <summary>
/// The calls of the Console API that are used here, in its words. Source: akash-network/console <c>apps/api/swagger/openapi.json</c> and its
/// newer documentation. Write bodies are wrapped in <c>data</c>, but for leases and bid-screening; so are answers, but for supply and blocks.
/// </summary>
internal interface IAkashApi
{
    [Get("/v1/providers")]
    Task<List<AkashProviderWire>?> ListProvidersAsync([Query] string? addresses, CancellationToken cancellationToken);

    /// <summary>GPUs of one provider by model, all and taken.</summary>
    [Get("/v1/gpu")]
    Task<AkashGpuStockWire?> ReadGpuStockAsync([Query] string provider, CancellationToken cancellationToken);

    [Get("/v1/gpu-prices")]
    Task<AkashGpuPricesWire?> ReadGpuPricesAsync(CancellationToken cancellationToken);

    /// <summary>Who would bid on this now. Creates nothing.</summary>
    [Reads]
    [Post("/v1/bid-screening")]
    Task<AkashScreeningWire?> ScreenBidsAsync([Body] AkashScreeningBody body, CancellationToken cancellationToken);

    [Get("/v1/blocks")]
    Task<List<AkashBlockWire>?> ListBlocksAsync([Query] int limit, CancellationToken cancellationToken);

    [Get("/v1/balances")]
    Task<AkashData<AkashBalancesWire>?> ReadBalancesAsync(CancellationToken cancellationToken);

    /// <summary>Not idempotent: each call is a new deployment.</summary>
    [Post("/v1/deployments")]
    Task<AkashData<AkashCreatedWire>?> CreateDeploymentAsync([Body] AkashData<AkashCreateBody> body, CancellationToken cancellationToken);

    /// <summary>Both <paramref name="skip"/> and <paramref name="limit"/> must be sent, else hasMore is wrong. At most 100.</summary>
    [Get("/v1/deployments")]
    Task<AkashData<AkashDeploymentsWire>?> ListDeploymentsAsync([Query] int skip, [Query] int limit, CancellationToken cancellationToken);

    [Get("/v1/deployments/{dseq}")]
    Task<AkashData<AkashDeploymentWire>?> GetDeploymentAsync(string dseq, CancellationToken cancellationToken);

    [Put("/v1/deployments/{dseq}")]
    Task<AkashData<AkashDeploymentWire>?> UpdateDeploymentAsync(string dseq, [Body] AkashData<AkashUpdateBody> body, CancellationToken cancellationToken);

    /// <summary>Closing a closed one is a success.</summary>
    [Delete("/v1/deployments/{dseq}")]
    Task<AkashData<AkashClosedWire>?> CloseDeploymentAsync(string dseq, CancellationToken cancellationToken);

    /// <summary>The public view: the only one that shows what resources a running deployment was ordered with.</summary>
    [Get("/v1/deployment/{owner}/{dseq}")]
    Task<AkashPublicDeploymentWire?> GetPublicDeploymentAsync(string owner, string dseq, CancellationToken cancellationToken);

    [Get("/v1/bids")]
    Task<AkashData<List<AkashBidEntryWire>>?> ListBidsAsync([Query] string dseq, CancellationToken cancellationToken);

    /// <summary>A token for providers' gateways: an account's leases are opened with it, so it changes nothing here.</summary>
    [Post("/v1/create-jwt-token")]
    Task<AkashData<AkashTokenWire>?> CreateTokenAsync([Body] AkashData<AkashTokenBody> body, CancellationToken cancellationToken);

    /// <summary>Safe to repeat: an existing lease is kept and the manifest sent again.</summary>
    [Post("/v1/leases")]
    Task<AkashData<AkashDeploymentWire>?> CreateLeasesAsync([Body] AkashLeasesBody body, CancellationToken cancellationToken);
}
