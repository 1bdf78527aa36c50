using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Http;
using Nirmaan.Providers.Logs;

namespace Nirmaan.Providers.Akash;

/// <summary>Akash through the Console API. An instance's id is its dseq, opaque text.</summary>
internal sealed class AkashComputeProvider : IComputeProvider
{
    // Nothing is settled within a block; a few of them are waited for.
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(30);

    private readonly IAkashApi _api;
    private readonly AkashOptions _options;
    private readonly SupplierCalls _calls;
    private readonly AkashInventory _inventory;
    private readonly AkashOffers _offers;
    private readonly AkashBids _bids;
    private readonly AkashPlacement _placement;
    private readonly AkashCredit _credit;
    private readonly AkashGateway _gateway;

    public AkashComputeProvider(IAkashApi api, IOptions<AkashOptions> options, TimeProvider clock, ILogger<AkashComputeProvider> logger)
    {
        (_api, _options, _calls) = (api, options.Value, new SupplierCalls(SupplierName.Akash, clock));
        var height = new AkashHeight(api, _calls, clock);
        _inventory = new AkashInventory(api, _calls, height);
        _offers = new AkashOffers(api, _calls, _options);
        _bids = new AkashBids(api, _calls, height, _options);
        _placement = new AkashPlacement(api, _calls, _options);
        _gateway = new AkashGateway(api, _calls, clock);
        _credit = new AkashCredit(api, _calls, _inventory, _options, clock, logger);
    }

    /// <inheritdoc />
    public SupplierName Supplier => SupplierName.Akash;

    /// <inheritdoc />
    public SupplierTraits Traits => new(
        HasBids: true,
        ListsNames: _options.Contract == AkashContract.Next || (_options.Contract == AkashContract.Auto && _inventory.ShowsNames),
        Prepaid: false,
        ChangesInPlace: true,
        new SupplierAbilities(OffersVms: false, OffersInboundPorts: true, _options.Sizes.Max(), _options.MiningPermission), StreamsLogs: true, HasShell: true);

    /// <inheritdoc />
    public Task<IReadOnlyList<OfferQuote>> ListOffersAsync(CancellationToken cancellationToken) => _offers.ListAsync(cancellationToken);

    /// <inheritdoc />
    public async Task<Effect> CreateAsync(RentRequest request, CancellationToken cancellationToken)
    {
        if (Sdl(request, out var sdl) is { } refused) { return refused; }
        var body = new AkashData<AkashCreateBody>(new AkashCreateBody(sdl, _options.DepositUsd, request.Name));
        var effect = await _calls.ActAsync(
            async () => (await _api.CreateDeploymentAsync(body, cancellationToken))?.Data is { Dseq: { Length: > 0 } dseq } created
                ? new Effect.Done(dseq, created.Manifest)
                : new Effect.Uncertain("bad-answer", "the answer names no dseq"),
            // What cannot be found here is the account's wallet: no deployment is named yet.
            problem => problem is { Status: 404, Spoken: true } ? new Effect.Refused("forbidden", problem.ToString(), RetryElsewhere: true) : null,
            cancellationToken);
        if (effect is Effect.Done { ExternalId: { } id }) { _inventory.Remember(id, request.Wish.Gpu, request.Wish.GpuCount); }
        return RentEnv.Scrub(effect, request);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<SupplierInstance>> ListAsync(CancellationToken cancellationToken) => _inventory.ListAsync(cancellationToken);

    /// <inheritdoc />
    public Task<SupplierInstance?> FindAsync(string externalId, CancellationToken cancellationToken) => _inventory.FindAsync(externalId, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<Bid>> ListBidsAsync(string externalId, InstanceWish wish, CancellationToken cancellationToken)
    {
        _inventory.Remember(externalId, wish.Gpu, wish.GpuCount);
        return _bids.ListAsync(externalId, wish, cancellationToken);
    }

    /// <inheritdoc />
    public Task<Effect> AcceptBidAsync(string externalId, string bidRef, string? createAnswer, CancellationToken cancellationToken) =>
        _placement.AcceptAsync(externalId, bidRef, createAnswer, cancellationToken);

    /// <inheritdoc />
    public async Task<Effect> ChangeAsync(string externalId, RentRequest request, CancellationToken cancellationToken)
    {
        if (Sdl(request, out var sdl) is { } refused) { return refused; }
        var body = new AkashData<AkashUpdateBody>(new AkashUpdateBody(sdl, request.Name));
        var effect = await _calls.ActAsync(
            async () => (await _api.UpdateDeploymentAsync(externalId, body, cancellationToken))?.Data is null
                ? new Effect.Uncertain("bad-answer", "the answer shows no deployment")
                : new Effect.Done(externalId),
            problem => problem switch
            {
                { Code: "deployment_resources_changed" } => new Effect.Refused("resources-changed", problem.ToString(), RetryElsewhere: true),
                { Code: "manifest_not_delivered" } => new Effect.Uncertain("manifest-not-delivered", problem.ToString()),
                { Status: 400 } when problem.Says("Deployment closed") => new Effect.Refused("gone", problem.ToString(), RetryElsewhere: true),
                _ => null,
            },
            cancellationToken);
        return RentEnv.Scrub(effect, request);
    }

    /// <inheritdoc />
    public Task<Effect> ExtendAsync(string externalId, int hours, CancellationToken cancellationToken) =>
        Task.FromResult<Effect>(new Effect.Refused("unsupported", "Akash bills by the block; nothing is bought ahead", RetryElsewhere: false));

    /// <inheritdoc />
    public Task<Effect> CloseAsync(string externalId, CancellationToken cancellationToken) => _calls.ActAsync(
        async () => (await _api.CloseDeploymentAsync(externalId, cancellationToken))?.Data?.Success == true
            ? new Effect.Done(externalId)
            : new Effect.Uncertain("bad-answer", "the answer does not confirm the close"),
        problem => problem switch
        {
            { Status: 404, Spoken: true } => new Effect.Done(externalId),
            { Status: 400 } when problem.Says("Deployment closed") => new Effect.Done(externalId),
            { Status: 400 } when problem.Says("cannot be settled") => new Effect.NotSent(problem.ToString(), s_settling),
            // A 404 in nobody's words comes from something on the way: the deployment may stand and bill.
            { Status: 404 or 410 } => new Effect.Uncertain($"http-{problem.Status}", problem.ToString()),
            _ => null,
        },
        cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<LogLine>?> ReadLogTailAsync(string externalId, int lines, CancellationToken cancellationToken) =>
        // A provider gives its logs over a websocket only: they are followed there, or read from the agent.
        Task.FromResult<IReadOnlyList<LogLine>?>(null);

    /// <inheritdoc />
    public IAsyncEnumerable<LogBatch> FollowLogAsync(string externalId, string? cursor, CancellationToken cancellationToken) => new LogFollower(Supplier, externalId, _options.RetryDelay)
        .FollowAsync([new LogSource((ask, token) => _gateway.OpenLogAsync(externalId, ask, token), IsTimed: false)], cursor, cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<ShellPart> RunCommandAsync(string externalId, string command, CancellationToken cancellationToken) => _gateway.RunCommandAsync(externalId, command, cancellationToken);

    /// <inheritdoc />
    public Task<SupplierBalance> ReadBalanceAsync(CancellationToken cancellationToken) => _credit.ReadAsync(cancellationToken);

    private Effect.Refused? Sdl(RentRequest request, out string sdl)
    {
        sdl = "";
        try { sdl = AkashSdl.Write(request, _options.AgentCommand); }
        catch (AkashSdlException e) { return new Effect.Refused("bad-request", e.Message, RetryElsewhere: true); }
        return null;
    }
}
