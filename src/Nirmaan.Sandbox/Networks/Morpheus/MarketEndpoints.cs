using Nirmaan.Sandbox.Chain;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>Providers, models and bids.</summary>
internal static class MarketEndpoints
{
    private const int BidsByDefault = 10;

    public static void Map(IEndpointRouteBuilder node)
    {
        // Without a limit the node lists all providers and all models.
        node.MapGet("/blockchain/providers", async (HttpRequest request, MorpheusBook book, SessionBook sessions, CancellationToken cancellationToken) =>
        {
            await sessions.LookAtChainAsync(cancellationToken);
            return MorpheusJson.Ok(new { providers = MorpheusPage.Of(request, [.. book.Providers().Select(ProviderWire.Of)], null) });
        })
            .Needs("get_providers").WithName("morpheus.providers");
        node.MapPost("/blockchain/providers", CreateProviderAsync).Needs("create_provider").WithName("morpheus.create-provider");
        // The path's id is ignored: the node always means its own wallet.
        node.MapDelete("/blockchain/providers/{id}", (MorpheusBook book) => MorpheusJson.Ok(new { tx = book.Deregister() }))
            .Needs("delete_provider").WithName("morpheus.delete-provider");
        node.MapGet("/blockchain/models", (HttpRequest request, MorpheusBook book) =>
            MorpheusJson.Ok(new { models = MorpheusPage.Of(request, [.. book.Models().Select(ModelWire.Of)], null) }))
            .Needs("get_models").WithName("morpheus.models");
        node.MapPost("/blockchain/models", CreateModelAsync).Needs("create_model").WithName("morpheus.create-model");
        node.MapDelete("/blockchain/models/{id}", (string id, MorpheusBook book) => MorpheusJson.Ok(new { tx = book.DeregisterModel(id) }))
            .Needs("delete_model").WithName("morpheus.delete-model");
        node.MapPost("/blockchain/bids", CreateBidAsync).Needs("create_bid").WithName("morpheus.create-bid");
        node.MapGet("/blockchain/bids/{id}", (string id, MorpheusBook book) =>
            MorpheusJson.Ok(new { bid = BidWire.Of(book.BidOf(id) ?? throw new MorpheusRefusal(500, "bid not found")) }))
            .Needs("get_bids").WithName("morpheus.bid");
        node.MapDelete("/blockchain/bids/{id}", (string id, MorpheusBook book) => MorpheusJson.Ok(new { tx = book.Delete(id) }))
            .Needs("delete_bids").WithName("morpheus.delete-bid");
        node.MapGet("/blockchain/providers/{id}/bids", (HttpRequest request, string id, MorpheusBook book) => Bids(request, book, b => IsOf(b.Provider, id)))
            .Needs("get_bids").WithName("morpheus.provider-bids");
        node.MapGet("/blockchain/providers/{id}/bids/active", (HttpRequest request, string id, MorpheusBook book) =>
            Bids(request, book, b => IsOf(b.Provider, id) && b.DeletedAt == 0)).Needs("get_bids").WithName("morpheus.provider-active-bids");
        node.MapGet("/blockchain/models/{id}/bids", (HttpRequest request, string id, MorpheusBook book) => Bids(request, book, b => IsOf(b.ModelId, id)))
            .Needs("get_bids").WithName("morpheus.model-bids");
        node.MapGet("/blockchain/models/{id}/bids/active", (HttpRequest request, string id, MorpheusBook book) =>
            Bids(request, book, b => IsOf(b.ModelId, id) && b.DeletedAt == 0)).Needs("get_bids").WithName("morpheus.model-active-bids");
        node.MapGet("/blockchain/models/{id}/bids/rated", (string id, MorpheusBook book) =>
            MorpheusJson.Ok(new { bids = book.Bids(b => IsOf(b.ModelId, id) && b.DeletedAt == 0).Select(RatedBidWire.Of).OrderByDescending(b => b.Score) }))
            .Needs("get_bids").WithName("morpheus.model-rated-bids");
    }

    private static async Task<IResult> CreateProviderAsync(HttpRequest request, MorpheusBook book, MorPayments payments, CancellationToken cancellationToken)
    {
        var body = await MorpheusBody.ReadAsync(request, "CreateProviderRequest", cancellationToken);
        var (stake, endpoint) = (body.Wei("stake"), body.Text("endpoint"));
        var provider = book.Register(book.Own, stake, endpoint);
        if (payments.Enabled) { await payments.RegisterAsync(book.Own, stake, endpoint, cancellationToken); }
        return MorpheusJson.Ok(new { provider = ProviderWire.Of(provider) });
    }

    private static async Task<IResult> CreateModelAsync(HttpRequest request, MorpheusBook book, CancellationToken cancellationToken)
    {
        var body = await MorpheusBody.ReadAsync(request, "CreateModelRequest", cancellationToken);
        var name = body.Text("name");
        if (name.Length > 64) { throw new MorpheusRefusal(400, "Key: 'CreateModelRequest.Name' Error:Field validation for 'Name' failed on the 'max' tag"); }
        var baseId = body.Optional("id") is { } id ? MorpheusBody.AsHash(id) ?? throw new MorpheusRefusal(400, "id: invalid hash") : book.Transaction();
        var model = book.RegisterModel(book.Own, baseId, body.Hash("ipfsID"), body.Wei("fee"), body.Wei("stake"), name, body.Texts("tags"));
        return MorpheusJson.Ok(new { model = ModelWire.Of(model) });
    }

    private static async Task<IResult> CreateBidAsync(HttpRequest request, MorpheusBook book, Consumers consumers, CancellationToken cancellationToken)
    {
        var body = await MorpheusBody.ReadAsync(request, "CreateBidRequest", cancellationToken);
        var bid = book.Post(book.Own, body.Hash("modelID"), body.Wei("pricePerSecond"));
        consumers.LookFor(book.ModelOf(bid.ModelId)!.Name);
        return MorpheusJson.Ok(new { bid = BidWire.Of(bid) });
    }

    private static IResult Bids(HttpRequest request, MorpheusBook book, Func<Bid, bool> which) =>
        MorpheusJson.Ok(new { bids = MorpheusPage.Of(request, [.. book.Bids(which).Select(BidWire.Of)], BidsByDefault) });

    private static bool IsOf(string id, string asked) => id.Equals(asked, StringComparison.OrdinalIgnoreCase);
}
