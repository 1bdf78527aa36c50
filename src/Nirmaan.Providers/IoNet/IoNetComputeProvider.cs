using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.IoNet;

/// <summary>io.net's containers as a service. One deployment is one container on one machine, paid for hours ahead.</summary>
internal sealed class IoNetComputeProvider : IComputeProvider
{
    private static readonly string[] s_noFunds = ["credit", "balance", "funds"];
    private static readonly string[] s_noCapacity = ["capacity", "not enough", "insufficient", "unavailable", "not available", "sold out"];

    private const string NoBalance = "io.net tells its credit to the console's own login only, never to the API key that Nirmaan holds. Look it up in the console.";

    private readonly IIoNetApi _api;
    private readonly IoNetOptions _options;
    private readonly SupplierCalls _calls;
    private readonly IoNetOffers _offers;
    private readonly IoNetInventory _inventory;
    private readonly IoNetLogs _logs;
    private readonly TimeProvider _clock;

    public IoNetComputeProvider(IIoNetApi api, IOptions<IoNetOptions> options, TimeProvider clock)
    {
        (_api, _options, _clock, _calls) = (api, options.Value, clock, new SupplierCalls(SupplierName.IoNet, clock));
        _offers = new IoNetOffers(api, _calls, _options);
        _inventory = new IoNetInventory(api, _calls, _options, clock);
        _logs = new IoNetLogs(api, _inventory, _options, clock);
    }

    /// <inheritdoc />
    public SupplierName Supplier => SupplierName.IoNet;

    /// <inheritdoc />
    public SupplierTraits Traits => new(
        HasBids: false, ListsNames: true, Prepaid: true, ChangesInPlace: true,
        new SupplierAbilities(OffersVms: false, OffersInboundPorts: false, Math.Max(8, _options.Sizes.Max()), _options.MiningPermission));

    /// <inheritdoc />
    public Task<IReadOnlyList<OfferQuote>> ListOffersAsync(CancellationToken cancellationToken) => _offers.ListAsync(cancellationToken);

    /// <inheritdoc />
    public async Task<Effect> CreateAsync(RentRequest request, CancellationToken cancellationToken)
    {
        var effect = await _calls.ActAsync(() => DeployAsync(request, cancellationToken), Judge, cancellationToken);
        return RentEnv.Scrub(effect, request);
    }

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
        var effect = await _calls.ActAsync(() => PatchAsync(externalId, request, cancellationToken), Judge, cancellationToken);
        return RentEnv.Scrub(effect, request);
    }

    /// <inheritdoc />
    public Task<Effect> ExtendAsync(string externalId, int hours, CancellationToken cancellationToken) =>
        _calls.ActAsync(() => BuyHoursAsync(externalId, hours, cancellationToken), Judge, cancellationToken);

    /// <inheritdoc />
    public Task<Effect> CloseAsync(string externalId, CancellationToken cancellationToken) => _calls.ActAsync(
        async () => Accepted(await _api.DestroyAsync(externalId, cancellationToken), externalId),
        problem => problem switch
        {
            { Status: 404 or 410, Spoken: true } => new Effect.Done(externalId),
            { Status: 404 or 410 } => new Effect.Uncertain($"http-{problem.Status}", problem.ToString()),
            { Status: 400 or 409 or 422 } when problem.Says("already") || problem.Says("terminat") || problem.Says("destroyed") => new Effect.Done(externalId),
            _ => null,
        },
        cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<LogLine>?> ReadLogTailAsync(string externalId, int lines, CancellationToken cancellationToken) =>
        _logs.ReadTailAsync(externalId, lines, cancellationToken);

    /// <inheritdoc />
    public Task<SupplierBalance> ReadBalanceAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new SupplierBalance(null, null, _clock.GetUtcNow(), NoBalance));

    private async Task<Effect> DeployAsync(RentRequest request, CancellationToken cancellationToken)
    {
        var wish = request.Wish;
        if (wish.Hours < 1) { return SupplierCalls.Refuse("bad-request", $"hours: {wish.Hours}; expected at least 1", retryElsewhere: false); }
        if (await OfferOfAsync(wish, cancellationToken) is not { } offer) { return NoCapacity($"no offer fits the wish now"); }
        if (wish.GpuCount > offer.Gpus || (wish.GpuCount != offer.Gpus && !offer.Hardware.IsNumber))
        {
            return SupplierCalls.Refuse("bad-request", $"gpus: {wish.GpuCount}; expected what offer '{offer}' has", retryElsewhere: true);
        }
        var price = await _offers.PriceAsync(offer, wish.GpuCount, wish.Hours, replicas: 1, cancellationToken);
        if (price?.TotalCostUsdc is not > 0) { return SupplierCalls.Refuse("price-unknown", $"the supplier names no total", retryElsewhere: true); }
        if (price.AvailableReplicaCount is { Count: > 0 } free && free.TrueForAll(n => n < 1)) { return NoCapacity($"no machine is free there"); }
        var perGpuHour = price.TotalCostUsdc.Value / wish.Hours / wish.GpuCount;
        if (perGpuHour > wish.MaxUsdPerGpuHour)
        {
            FormattableString why = $"{perGpuHour:0.####} USD per GPU-hour with fees is above the ceiling of {wish.MaxUsdPerGpuHour:0.####}";
            return SupplierCalls.Refuse("price", why, retryElsewhere: true);
        }
        var effect = Accepted(await _api.DeployAsync(IoNetBodies.Deploy(request, offer, _options.AgentCommand), cancellationToken), null);
        return effect is Effect.Done done ? done with { UsdPaid = price.TotalCostUsdc } : effect;
    }

    private async Task<Effect> PatchAsync(string id, RentRequest request, CancellationToken cancellationToken)
    {
        if (await _inventory.ReadDetailsAsync(id, cancellationToken) is not { } details) { return Gone(id); }
        if (details.GpusPerContainer is { } gpus && gpus != request.Wish.GpuCount)
        {
            return SupplierCalls.Refuse("resources-changed", $"gpus: {request.Wish.GpuCount}; expected the {gpus} it was deployed with", retryElsewhere: true);
        }
        var body = IoNetBodies.Change(request, _options.AgentCommand, details.ContainerConfig?.SecretEnvKeys ?? []);
        return Accepted(await _api.ChangeAsync(id, body, cancellationToken), id);
    }

    private async Task<Effect> BuyHoursAsync(string id, int hours, CancellationToken cancellationToken)
    {
        if (hours < 1) { return SupplierCalls.Refuse("bad-request", $"hours: {hours}; expected at least 1", retryElsewhere: false); }
        if (await _inventory.ReadDetailsAsync(id, cancellationToken) is not { } before) { return Gone(id); }
        var quoted = await QuoteExtensionAsync(before, hours, cancellationToken);
        var after = (await _api.ExtendAsync(id, new IoNetExtendBody(hours), cancellationToken))?.Data;
        if (after is null) { return new Effect.Uncertain("bad-answer", "the answer shows no deployment"); }
        var paid = after.AmountPaid - before.AmountPaid;
        return new Effect.Done(id, UsdPaid: paid > 0 ? paid : quoted);
    }

    /// <summary>The offer that was named, or the cheapest one that fits; null = none.</summary>
    private async Task<IoNetOfferKey?> OfferOfAsync(InstanceWish wish, CancellationToken cancellationToken)
    {
        if (wish.OfferKey is { } key)
        {
            return IoNetOfferKey.Parse(key) ?? throw new RentRefusedException($"offer '{key}'; expected hardware@locationxgpus, for example 203@1x8");
        }
        bool Fits(OfferQuote offer) => offer.Gpu == wish.Gpu && offer.GpuCount == wish.GpuCount && offer.Available > 0
            && offer.UsdPerGpuHour <= wish.MaxUsdPerGpuHour
            && (string.IsNullOrEmpty(wish.Region) || wish.Region.Equals(offer.Region, StringComparison.OrdinalIgnoreCase));
        var best = (await _offers.ListAsync(cancellationToken)).Where(Fits).MinBy(o => o.UsdPerGpuHour);
        return best is null ? null : IoNetOfferKey.Parse(best.Key);
    }

    /// <summary>What the further hours would cost now; null = not to be had, which is no reason to let a machine run out.</summary>
    private async Task<decimal?> QuoteExtensionAsync(IoNetDetailsWire details, int hours, CancellationToken cancellationToken)
    {
        var place = details.Locations?.FirstOrDefault();
        OpaqueId? location = _options.LocationForm == IoNetLocationForm.Id ? place?.Id : place?.Iso2 is { } country ? new OpaqueId(country) : null;
        if (details is not { HardwareId: { } hardware, GpusPerContainer: > 0 and var gpus } || location is null) { return null; }
        var (offer, replicas) = (new IoNetOfferKey(hardware, location.Value, gpus), Math.Max(1, details.TotalContainers ?? 1));
        try { return (await _offers.PriceAsync(offer, gpus, hours, replicas, cancellationToken))?.TotalCostUsdc; }
        catch (SupplierUnavailableException) { return null; }
    }

    private static Effect.Refused Gone(string id) => SupplierCalls.Refuse("gone", $"no deployment {id}", retryElsewhere: true);

    private static Effect.Refused NoCapacity(FormattableString why) => SupplierCalls.Refuse("no-capacity", why, retryElsewhere: true);

    private static Effect Accepted(IoNetAcceptedWire? answer, string? id) => answer switch
    {
        null => new Effect.Uncertain("bad-answer", "the answer was empty"),
        { IsError: true } => new Effect.Uncertain("bad-answer", "a good status with an error in it"),
        _ => (answer.FoundId ?? id) is { } found
            ? new Effect.Done(found)
            : new Effect.Uncertain("bad-answer", $"status '{answer.Status}' without an id"),
    };

    /// <summary>Refusals in words, not about a field of the request, mean this offer: the next one may do.</summary>
    private static Effect? Judge(Problem problem) => problem switch
    {
        { Status: 400 or 403 or 409, Spoken: true } when Array.Exists(s_noFunds, problem.Says) =>
            new Effect.Refused("no-funds", problem.ToString(), RetryElsewhere: true),
        { Status: 400 or 409 or 422, Spoken: true } when Array.Exists(s_noCapacity, problem.Says) =>
            new Effect.Refused("no-capacity", problem.ToString(), RetryElsewhere: true),
        _ => null,
    };
}
