using Refit;

namespace Nirmaan.Networks.Morpheus;

/// <summary>
/// The calls of Morpheus' proxy-router that are used here, in its words (MorpheusAIs/Morpheus-Lumerin-Node, v7; its swagger is wrong on the
/// case of names and on numbers). Amounts are wei, times Unix seconds. Only the exact order <c>ASC</c> lists oldest first; anything else,
/// nothing included, newest first. <c>limit</c> ends at 255 and is 10 when it is left out, but providers and models come whole without it.
/// </summary>
internal interface IMorpheusApi
{
    /// <summary>The node's wallet, which is the provider.</summary>
    [Get("/wallet")]
    Task<MorpheusWalletWire?> ReadWalletAsync(CancellationToken cancellationToken);

    /// <summary>What all providers together may be paid today.</summary>
    [Get("/blockchain/sessions/budget")]
    Task<MorpheusBudgetWire?> ReadBudgetAsync(CancellationToken cancellationToken);

    [Get("/blockchain/allowance")]
    Task<MorpheusAllowanceWire?> ReadAllowanceAsync([Query] string spender, CancellationToken cancellationToken);

    /// <param name="amount">Wei, in the query; it replaces what was allowed.</param>
    [Post("/blockchain/approve")]
    Task<MorpheusTxWire?> ApproveAsync([Query] string spender, [Query] string amount, CancellationToken cancellationToken);

    [Get("/blockchain/providers")]
    Task<MorpheusProvidersWire?> ListProvidersAsync(CancellationToken cancellationToken);

    /// <summary>Registers the node's wallet; the node raises the allowance for it by itself.</summary>
    [Post("/blockchain/providers")]
    Task<MorpheusProviderAnswerWire?> RegisterProviderAsync([Body] MorpheusProviderBody body, CancellationToken cancellationToken);

    [Get("/blockchain/models")]
    Task<MorpheusModelsWire?> ListModelsAsync(CancellationToken cancellationToken);

    /// <summary>Registers a model of the node's wallet, or adds to its stake: not idempotent.</summary>
    [Post("/blockchain/models")]
    Task<MorpheusModelAnswerWire?> RegisterModelAsync([Body] MorpheusModelBody body, CancellationToken cancellationToken);

    /// <summary>Takes a model off; its stake comes back.</summary>
    [Delete("/blockchain/models/{id}")]
    Task<MorpheusTxWire?> DeleteModelAsync(string id, CancellationToken cancellationToken);

    /// <summary>Posts a bid and pays its fee; an earlier bid of ours on the model ends.</summary>
    [Post("/blockchain/bids")]
    Task<MorpheusBidAnswerWire?> PostBidAsync([Body] MorpheusBidBody body, CancellationToken cancellationToken);

    [Delete("/blockchain/bids/{id}")]
    Task<MorpheusTxWire?> DeleteBidAsync(string id, CancellationToken cancellationToken);

    [Get("/blockchain/models/{id}/bids/active")]
    Task<MorpheusBidsWire?> ListModelBidsAsync(string id, [Query] int offset, [Query] int limit, [Query] string order, CancellationToken cancellationToken);

    /// <summary>Standing bids with the score by which users' nodes choose: quality / price in MOR per second.</summary>
    [Get("/blockchain/models/{id}/bids/rated")]
    Task<MorpheusRatedBidsWire?> ListRatedBidsAsync(string id, CancellationToken cancellationToken);

    [Get("/blockchain/providers/{address}/bids/active")]
    Task<MorpheusBidsWire?> ListProviderBidsAsync(string address, [Query] int offset, [Query] int limit, [Query] string order, CancellationToken cancellationToken);

    [Get("/blockchain/sessions/provider")]
    Task<MorpheusSessionsWire?> ListSessionsAsync([Query] string provider, [Query] int offset, [Query] int limit, [Query] string order, CancellationToken cancellationToken);

    [Get("/blockchain/sessions/{id}")]
    Task<MorpheusSessionAnswerWire?> GetSessionAsync(string id, CancellationToken cancellationToken);
}
