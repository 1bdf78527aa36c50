using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.IoNet;

/// <summary>Buying from io.net and giving back, the same for containers and VMs. What the answers mean is told by <see cref="Judge"/>.</summary>
internal sealed class IoNetOrders(IIoNetProduct product, SupplierCalls calls, IoNetOffers offers, IoNetDeployments deployments, IoNetProductOptions options)
{
    private static readonly string[] s_noFunds = ["credit", "balance", "funds"];
    private static readonly string[] s_noCapacity = ["capacity", "not enough", "insufficient", "unavailable", "not available", "sold out"];

    /// <summary>Finds the offer and its whole price, and deploys where both suit the wish.</summary>
    /// <param name="deploy">Sends the order.</param>
    public Task<Effect> CreateAsync(InstanceWish wish, Func<IoNetOfferKey, Task<Effect>> deploy, CancellationToken cancellationToken) =>
        calls.ActAsync(() => PlaceAsync(wish, deploy, cancellationToken), Judge, cancellationToken);

    /// <summary>Buys more hours of a deployment.</summary>
    public Task<Effect> ExtendAsync(string id, int hours, CancellationToken cancellationToken) =>
        calls.ActAsync(() => BuyHoursAsync(id, hours, cancellationToken), Judge, cancellationToken);

    /// <summary>Gives a deployment back.</summary>
    public Task<Effect> CloseAsync(string id, CancellationToken cancellationToken) => calls.ActAsync(
        () => product.DestroyAsync(id, cancellationToken),
        problem => problem switch
        {
            { Status: 404 or 410, Spoken: true } => new Effect.Done(id),
            { Status: 404 or 410 } => new Effect.Uncertain($"http-{problem.Status}", problem.ToString()),
            { Status: 400 or 409 or 422 } when problem.Says("already") || problem.Says("terminat") || problem.Says("destroyed") => new Effect.Done(id),
            _ => null,
        },
        cancellationToken);

    /// <summary>What a good answer of deploy, change or destroy says.</summary>
    /// <param name="id">The deployment where it is known already; null = the answer must name it.</param>
    public static Effect Accepted(IoNetAcceptedWire? answer, string? id) => answer switch
    {
        null => new Effect.Uncertain("bad-answer", "the answer was empty"),
        { IsError: true } => new Effect.Uncertain("bad-answer", "a good status with an error in it"),
        _ => (answer.FoundId ?? id) is { } found
            ? new Effect.Done(found)
            : new Effect.Uncertain("bad-answer", $"status '{answer.Status}' without an id"),
    };

    /// <summary>Refusals in words, not about a field of the request, mean this offer: the next one may do.</summary>
    public static Effect? Judge(Problem problem) => problem switch
    {
        { Status: 400 or 403 or 409, Spoken: true } when Array.Exists(s_noFunds, problem.Says) =>
            new Effect.Refused(Effect.Refused.NoFunds, problem.ToString(), RetryElsewhere: true),
        { Status: 400 or 409 or 422, Spoken: true } when Array.Exists(s_noCapacity, problem.Says) =>
            new Effect.Refused("no-capacity", problem.ToString(), RetryElsewhere: true),
        _ => null,
    };

    public static Effect.Refused Gone(string id) => SupplierCalls.Refuse("gone", $"no deployment {id}", retryElsewhere: true);

    /// <summary>Null = the machines of a deployment have as many GPUs as the other work wants.</summary>
    public static Effect.Refused? RefuseChange(IoNetDetailsWire details, InstanceWish wish) => details.GpusEach is { } gpus && gpus != wish.GpuCount
        ? SupplierCalls.Refuse("resources-changed", $"gpus: {wish.GpuCount}; expected the {gpus} it was deployed with", retryElsewhere: true) : null;

    private async Task<Effect> PlaceAsync(InstanceWish wish, Func<IoNetOfferKey, Task<Effect>> deploy, CancellationToken cancellationToken)
    {
        if (wish.Hours < 1) { return SupplierCalls.Refuse("bad-request", $"hours: {wish.Hours}; expected at least 1", retryElsewhere: false); }
        if (await OfferOfAsync(wish, cancellationToken) is not { } offer) { return NoCapacity($"no offer fits the wish now"); }
        if (wish.GpuCount > offer.Gpus || (wish.GpuCount != offer.Gpus && !offer.Hardware.IsNumber))
        {
            return SupplierCalls.Refuse("bad-request", $"gpus: {wish.GpuCount}; expected what offer '{offer}' has", retryElsewhere: true);
        }
        var price = await offers.PriceAsync(offer, wish.GpuCount, wish.Hours, replicas: 1, cancellationToken);
        if (price?.TotalCostUsdc is not > 0) { return SupplierCalls.Refuse("price-unknown", $"the supplier names no total", retryElsewhere: true); }
        if (price.AvailableReplicaCount is { Count: > 0 } free && free.TrueForAll(n => n < 1)) { return NoCapacity($"no machine is free there"); }
        var perGpuHour = price.TotalCostUsdc.Value / wish.Hours / wish.GpuCount;
        if (perGpuHour > wish.MaxUsdPerGpuHour)
        {
            FormattableString why = $"{perGpuHour:0.####} USD per GPU-hour with fees is above the ceiling of {wish.MaxUsdPerGpuHour:0.####}";
            return SupplierCalls.Refuse("price", why, retryElsewhere: true);
        }
        var effect = await deploy(offer);
        return effect is Effect.Done done ? done with { UsdPaid = price.TotalCostUsdc } : effect;
    }

    private async Task<Effect> BuyHoursAsync(string id, int hours, CancellationToken cancellationToken)
    {
        if (hours < 1) { return SupplierCalls.Refuse("bad-request", $"hours: {hours}; expected at least 1", retryElsewhere: false); }
        if (await deployments.ReadDetailsAsync(id, cancellationToken) is not { } before) { return Gone(id); }
        var quoted = await QuoteExtensionAsync(before, hours, cancellationToken);
        var after = (await product.ExtendAsync(id, new IoNetExtendBody(hours), cancellationToken))?.Data;
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
        var best = (await offers.ListAsync(cancellationToken)).Where(Fits).MinBy(o => o.UsdPerGpuHour);
        return best is null ? null : IoNetOfferKey.Parse(best.Key);
    }

    /// <summary>What the further hours would cost now; null = not to be had, which is no reason to let a machine run out.</summary>
    private async Task<decimal?> QuoteExtensionAsync(IoNetDetailsWire details, int hours, CancellationToken cancellationToken)
    {
        var place = details.Locations?.FirstOrDefault();
        OpaqueId? location = options.LocationForm == IoNetLocationForm.Id ? place?.Id : place?.Iso2 is { } country ? new OpaqueId(country) : null;
        if (details is not { HardwareId: { } hardware, GpusEach: > 0 and var gpus } || location is null) { return null; }
        var (offer, replicas) = (new IoNetOfferKey(hardware, location.Value, gpus), Math.Max(1, details.Machines ?? 1));
        try { return (await offers.PriceAsync(offer, gpus, hours, replicas, cancellationToken))?.TotalCostUsdc; }
        catch (SupplierUnavailableException) { return null; }
    }

    private static Effect.Refused NoCapacity(FormattableString why) => SupplierCalls.Refuse("no-capacity", why, retryElsewhere: true);
}
