using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.IoNet;

/// <summary>io.net's containers as a service. One deployment is one container on one machine, paid for hours ahead.</summary>
internal sealed class IoNetComputeProvider : IComputeProvider
{
    internal const string NoBalance = "io.net tells its credit to the console's own login only, never to the API key that Nirmaan holds. Look it up in the console.";

    private readonly IIoNetApi _api;
    private readonly IoNetOptions _options;
    private readonly SupplierCalls _calls;
    private readonly IoNetOffers _offers;
    private readonly IoNetOrders _orders;
    private readonly IoNetInventory _inventory;
    private readonly IoNetLogs _logs;
    private readonly TimeProvider _clock;

    public IoNetComputeProvider(IIoNetApi api, IOptions<IoNetOptions> options, TimeProvider clock)
    {
        (_api, _options, _clock, _calls) = (api, options.Value, clock, new SupplierCalls(SupplierName.IoNet, clock));
        var product = new IoNetContainers(api);
        var deployments = new IoNetDeployments(product, _calls, _options, clock);
        _offers = new IoNetOffers(product, _calls, _options);
        _orders = new IoNetOrders(product, _calls, _offers, deployments, _options);
        _inventory = new IoNetInventory(api, deployments, _calls);
        _logs = new IoNetLogs(api, _inventory, _options, clock);
    }

    /// <inheritdoc />
    public SupplierName Supplier => SupplierName.IoNet;

    /// <inheritdoc />
    public SupplierTraits Traits => new(
        HasBids: false, ListsNames: true, Prepaid: true, ChangesInPlace: true,
        new SupplierAbilities(OffersVms: false, OffersInboundPorts: false, Math.Max(8, _options.Sizes.Max()), _options.MiningPermission), StreamsLogs: true);

    /// <inheritdoc />
    public Task<IReadOnlyList<OfferQuote>> ListOffersAsync(CancellationToken cancellationToken) => _offers.ListAsync(cancellationToken);

    /// <inheritdoc />
    public async Task<Effect> CreateAsync(RentRequest request, CancellationToken cancellationToken) => RentEnv.Scrub(
        await _orders.CreateAsync(
            request.Wish,
            async offer => IoNetOrders.Accepted(await _api.DeployAsync(IoNetBodies.Deploy(request, offer, _options.AgentCommand), cancellationToken), null),
            cancellationToken),
        request);

    /// <inheritdoc />
    public Task<IReadOnlyList<SupplierInstance>> ListAsync(CancellationToken cancellationToken) => _inventory.ListAsync(cancellationToken);

    /// <inheritdoc />
    public Task<SupplierInstance?> FindAsync(string externalId, CancellationToken cancellationToken) => _inventory.FindAsync(externalId, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<Bid>> ListBidsAsync(string externalId, InstanceWish wish, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Bid>>([]);

    /// <inheritdoc />
    public Task<Effect> AcceptBidAsync(string externalId, string bidRef, string? createAnswer, CancellationToken cancellationToken) =>
        Task.FromResult<Effect>(new Effect.Refused("unsupported", "io.net has no bids", RetryElsewhere: false));

    /// <inheritdoc />
    public async Task<Effect> ChangeAsync(string externalId, RentRequest request, CancellationToken cancellationToken)
    {
        var effect = await _calls.ActAsync(() => PatchAsync(externalId, request, cancellationToken), IoNetOrders.Judge, cancellationToken);
        return RentEnv.Scrub(effect, request);
    }

    /// <inheritdoc />
    public Task<Effect> ExtendAsync(string externalId, int hours, CancellationToken cancellationToken) => _orders.ExtendAsync(externalId, hours, cancellationToken);

    /// <inheritdoc />
    public Task<Effect> CloseAsync(string externalId, CancellationToken cancellationToken) => _orders.CloseAsync(externalId, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<LogLine>?> ReadLogTailAsync(string externalId, int lines, CancellationToken cancellationToken) =>
        _logs.ReadTailAsync(externalId, lines, cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<LogBatch> FollowLogAsync(string externalId, string? cursor, CancellationToken cancellationToken) => _logs.FollowAsync(externalId, cursor, cancellationToken);

    /// <inheritdoc />
    public Task<SupplierBalance> ReadBalanceAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new SupplierBalance(null, null, _clock.GetUtcNow(), NoBalance));

    private async Task<Effect> PatchAsync(string id, RentRequest request, CancellationToken cancellationToken)
    {
        if (await _inventory.ReadDetailsAsync(id, cancellationToken) is not { } details) { return IoNetOrders.Gone(id); }
        if (IoNetOrders.RefuseChange(details, request.Wish) is { } refused) { return refused; }
        var body = IoNetBodies.Change(request, _options.AgentCommand, details.ContainerConfig?.SecretEnvKeys ?? []);
        return IoNetOrders.Accepted(await _api.ChangeAsync(id, body, cancellationToken), id);
    }
}
