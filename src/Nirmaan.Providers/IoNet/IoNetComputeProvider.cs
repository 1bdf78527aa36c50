using System.Globalization;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.IoNet;

/// <summary>io.net's containers as a service. One deployment is one container on one machine, paid for hours ahead.</summary>
internal sealed class IoNetComputeProvider : IComputeProvider
{
    private static readonly string[] s_noCapacity = ["capacity", "not enough", "insufficient", "unavailable", "not available", "sold out"];

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
        _logs = new IoNetLogs(api, _inventory, _options);
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
    public Task<IReadOnlyList<Bid>> ListBidsAsync(string externalId, InstanceWish wish, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Bid>>([]);

    /// <inheritdoc />
    public Task<Effect> AcceptBidAsync(string externalId, string bidRef, string? createAnswer, CancellationToken cancellationToken) =>
        Task.FromResult<Effect>(new Effect.Refused("unsupported", "io.net has no bids", RetryElsewhere: false));

    /// <inheritdoc />
    public async Task<Effect> ChangeAsync(string externalId, RentRequest request, CancellationToken cancellationToken)
    {
        var effect = await _calls.ActAsync(
            async () =>
            {
                if (await _inventory.ReadDetailsAsync(externalId, cancellationToken) is not { } details) { return new Effect.Refused("gone", $"no deployment {externalId}", RetryElsewhere: true); }
                if (details.GpusPerContainer is { } gpus && gpus != request.Wish.GpuCount)
                {
                    return new Effect.Refused("resources-changed", string.Create(CultureInfo.InvariantCulture, $"gpus: {request.Wish.GpuCount}; expected the {gpus} it was deployed with"), RetryElsewhere: true);
                }
                var body = IoNetBodies.Change(request, _options.AgentCommand, details.ContainerConfig?.SecretEnvKeys ?? []);
                return Accepted(await _api.ChangeAsync(externalId, body, cancellationToken), externalId);
            },
            Judge, cancellationToken);
        return RentEnv.Scrub(effect, request);
    }

    /// <inheritdoc />
    public Task<Effect> ExtendAsync(string externalId, int hours, CancellationToken cancellationToken) => _calls.ActAsync(
        async () =>
        {
            if (hours < 1) { return new Effect.Refused("bad-request", string.Create(CultureInfo.InvariantCulture, $"hours: {hours}; expected at least 1"), RetryElsewhere: false); }
            if (await _inventory.ReadDetailsAsync(externalId, cancellationToken) is not { } before) { return new Effect.Refused("gone", $"no deployment {externalId}", RetryElsewhere: true); }
            var quoted = await QuoteExtensionAsync(before, hours, cancellationToken);
            var after = (await _api.ExtendAsync(externalId, new IoNetExtendBody(hours), cancellationToken))?.Data;
            if (after is null) { return new Effect.Uncertain("bad-answer", "the answer shows no deployment"); }
            var paid = after.AmountPaid - before.AmountPaid;
            return new Effect.Done(externalId, UsdPaid: paid > 0 ? paid : quoted);
        },
        Judge, cancellationToken);

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
    public Task<IReadOnlyList<string>?> ReadLogTailAsync(string externalId, int lines, CancellationToken cancellationToken) => _logs.ReadTailAsync(externalId, lines, cancellationToken);

    /// <inheritdoc />
    public Task<SupplierBalance> ReadBalanceAsync(CancellationToken cancellationToken) =>
        // A key reads no balance; only the console's session token does.
        Task.FromResult(new SupplierBalance(null, null, _clock.GetUtcNow()));

    private async Task<Effect> DeployAsync(RentRequest request, CancellationToken cancellationToken)
    {
        var wish = request.Wish;
        if (wish.Hours < 1) { return new Effect.Refused("bad-request", string.Create(CultureInfo.InvariantCulture, $"hours: {wish.Hours}; expected at least 1"), RetryElsewhere: false); }
        if (await OfferOfAsync(wish, cancellationToken) is not { } offer) { return new Effect.Refused("no-capacity", "no offer fits the wish now", RetryElsewhere: true); }
        if (wish.GpuCount > offer.Gpus || (wish.GpuCount != offer.Gpus && !offer.Hardware.IsNumber))
        {
            return new Effect.Refused("bad-request", string.Create(CultureInfo.InvariantCulture, $"gpus: {wish.GpuCount}; expected what offer '{offer}' has"), RetryElsewhere: true);
        }
        var price = await _offers.PriceAsync(offer, wish.GpuCount, wish.Hours, replicas: 1, cancellationToken);
        if (price?.TotalCostUsdc is not > 0) { return new Effect.Refused("price-unknown", "the supplier names no total", RetryElsewhere: true); }
        var total = price.TotalCostUsdc.Value;
        if (price.AvailableReplicaCount is { Count: > 0 } free && free.TrueForAll(n => n < 1)) { return new Effect.Refused("no-capacity", "no machine is free there", RetryElsewhere: true); }
        var perGpuHour = total / wish.Hours / wish.GpuCount;
        if (perGpuHour > wish.MaxUsdPerGpuHour)
        {
            return new Effect.Refused("price", string.Create(CultureInfo.InvariantCulture, $"{perGpuHour:0.####} USD per GPU-hour with fees is above the ceiling of {wish.MaxUsdPerGpuHour:0.####}"), RetryElsewhere: true);
        }
        var answer = await _api.DeployAsync(IoNetBodies.Deploy(request, offer, _options.AgentCommand), cancellationToken);
        return Accepted(answer, null) is Effect.Done done ? done with { UsdPaid = total } : Accepted(answer, null);
    }

    /// <summary>The offer that was named, or the cheapest one that fits; null = none.</summary>
    private async Task<IoNetOfferKey?> OfferOfAsync(InstanceWish wish, CancellationToken cancellationToken)
    {
        if (wish.OfferKey is { } key) { return IoNetOfferKey.Parse(key) ?? throw new RentRefusedException($"offer '{key}'; expected hardware@locationxgpus, for example 203@1x8"); }
        var fitting = (await _offers.ListAsync(cancellationToken)).Where(o => o.Gpu == wish.Gpu && o.GpuCount == wish.GpuCount && o.Available > 0 && o.UsdPerGpuHour <= wish.MaxUsdPerGpuHour
            && (string.IsNullOrEmpty(wish.Region) || wish.Region.Equals(o.Region, StringComparison.OrdinalIgnoreCase)));
        return fitting.MinBy(o => o.UsdPerGpuHour) is { } best ? IoNetOfferKey.Parse(best.Key) : null;
    }

    /// <summary>What the further hours would cost now; null = not to be had, which is no reason to let a machine run out.</summary>
    private async Task<decimal?> QuoteExtensionAsync(IoNetDetailsWire details, int hours, CancellationToken cancellationToken)
    {
        if (details is not { HardwareId: { } hardware, GpusPerContainer: > 0 and var gpus } || details.Locations?.FirstOrDefault() is not { } place) { return null; }
        var location = _options.LocationForm == IoNetLocationForm.Id ? place.Id : place.Iso2 is null ? null : new OpaqueId(place.Iso2);
        if (location is null) { return null; }
        try { return (await _offers.PriceAsync(new(hardware, location.Value, gpus), gpus, hours, Math.Max(1, details.TotalContainers ?? 1), cancellationToken))?.TotalCostUsdc; }
        catch (SupplierUnavailableException) { return null; }
    }

    private static Effect Accepted(IoNetAcceptedWire? answer, string? id) => answer switch
    {
        null => new Effect.Uncertain("bad-answer", "the answer was empty"),
        { IsError: true } => new Effect.Uncertain("bad-answer", "a good status with an error in it"),
        _ => (answer.FoundId ?? id) is { } found ? new Effect.Done(found) : new Effect.Uncertain("bad-answer", $"status '{answer.Status}' without an id"),
    };

    /// <summary>Refusals in words, not about a field of the request, mean this offer: the next one may do.</summary>
    private static Effect? Judge(Problem problem) => problem switch
    {
        { Status: 400 or 409 or 422, Spoken: true } when Array.Exists(s_noCapacity, problem.Says) => new Effect.Refused("no-capacity", problem.ToString(), RetryElsewhere: true),
        _ => null,
    };
}
