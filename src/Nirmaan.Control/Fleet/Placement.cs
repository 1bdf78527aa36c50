using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Market;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Fleet;

/// <summary>Which offers may be taken for a workload, and the wish that a chosen offer becomes. Used by launches, retries and replacements alike.</summary>
public sealed class Placement(SupplierShelf suppliers, NetworkShelf networks, ProviderBook providers, Standstills standstills, IOptions<FleetOptions> options, TimeProvider clock)
{
    /// <summary>All offers with the verdict over each.</summary>
    public async Task<OfferSearchResult> SearchAsync(NirmaanDbContext db, LaunchRequest request, CancellationToken cancellationToken)
    {
        var template = networks.TemplateOf(request.Workload);
        var offers = await db.Offers.AsNoTracking().Where(o => o.GoneAt == null).ToListAsync(cancellationToken);
        var still = await standstills.ReadAsync(db, cancellationToken);
        var full = await FullAsync(db, cancellationToken);
        return OfferSearch.Run(
            offers, FilterOf(request, template), suppliers.Abilities, await providers.ReadAsync(db, cancellationToken), options.Value.MinReliability, options.Value.RequirePermission)
            .Without(o => still.MaintenanceOf(o.Supplier) is not null, "maintenance")
            .Without(o => full.TryGetValue(o.Supplier, out var refusal) && IsBarred(o, template.Needs.Gpus, refusal.ReasonCode, refusal.UsdCommitted), "quota", string.Join("; ", full.Select(f => Remedy(f.Key, f.Value.ReasonCode, f.Value.EndedAt!.Value)).Order(StringComparer.Ordinal)));
    }

    /// <summary>Suppliers whose last word on a machine of ours was that the account is full or out of money, each with that refusal, while it is young.</summary>
    private async Task<Dictionary<SupplierName, Operation>> FullAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow() - options.Value.QuotaPause;
        var answers = await db.Operations.AsNoTracking().Where(o => o.Kind == OperationKind.Create && o.EndedAt > since && o.Supplier != null)
            .Where(o => o.State == OperationState.Succeeded || o.ReasonCode == Effect.Refused.NoFunds || o.ReasonCode == Effect.Refused.OverQuota).ToListAsync(cancellationToken);
        return answers.GroupBy(o => o.Supplier!.Value).Select(g => g.MaxBy(o => o.EndedAt)!).Where(o => o.State != OperationState.Succeeded).ToDictionary(o => o.Supplier!.Value);
    }

    /// <summary>An account that is full gives nothing; one that is out of money may still pay for less up front than it was refused for.</summary>
    private bool IsBarred(Offer offer, int gpus, string? code, decimal? refusedUsd) =>
        code != Effect.Refused.NoFunds || refusedUsd is null || offer.UsdPerGpuHour * gpus * options.Value.PrepaidHours >= refusedUsd;

    private string Remedy(SupplierName supplier, string? code, DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture,
        $"{(code == Effect.Refused.NoFunds ? $"add credit at {supplier}" : $"ask {supplier} for a larger quota")}; it is asked again at {(at + options.Value.QuotaPause).UtcDateTime:HH:mm:ss} UTC");

    /// <summary>The limits that a request and its template set together.</summary>
    public static OfferFilter FilterOf(LaunchRequest request, Template template) => new(
        request.Gpu, template.Needs.MinVramGb, request.MaxUsdPerGpuHour, request.Provider, request.Region, request.OfferId, template.Needs.CudaMin,
        template.Needs.Gpus, template.Needs.Vm, template.Needs.InboundPorts.Count > 0 && template.Needs.Vm);

    /// <summary>What to ask of a supplier for one machine of an offer. On a market a provider is named only when a person named the offer.</summary>
    public InstanceWish WishFor(Offer offer, LaunchRequest request, int gpus) => new(
        offer.Supplier, offer.Gpu, gpus, offer.Key, suppliers.Get(offer.Supplier).Traits.HasBids && request.OfferId is null ? null : offer.Provider,
        request.Region, request.MaxUsdPerGpuHour, options.Value.PrepaidHours, request.AcceptBidsByHand, request.Resources);

    /// <summary>The next cheapest offer for an instance whose earlier ones were refused; null = none is left, and the instance knows why.</summary>
    public async Task<Offer?> NextAsync(NirmaanDbContext db, Instance instance, IReadOnlySet<string> refusedKeys, Effect.Refused refused, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var request = new LaunchRequest(instance.Workload, 1, instance.Wish.MaxUsdPerGpuHour, instance.Gpu, null, instance.Wish.Region, Resources: instance.Wish.Resources);
        // The refusal that is being entered now is not in the books yet. What is left there is no cheaper: the cheapest is asked for first.
        var search = (await SearchAsync(db, request, cancellationToken))
            .Without(o => refused.IsOfAccount && o.Supplier == instance.Supplier, "quota", Remedy(instance.Supplier, refused.Code, now))
            .Without(o => refusedKeys.Contains(KeyOf(o.Supplier, o.Key)), "refused us");
        var next = search.Eligible.FirstOrDefault();
        instance.MarkNotHad(next is null ? search.NotHad(now) : null);
        return next;
    }

    /// <summary>Keys of the offers that were asked for on an instance's behalf.</summary>
    public static async Task<HashSet<string>> TriedAsync(NirmaanDbContext db, InstanceId instance, CancellationToken cancellationToken) =>
        [.. (await db.Operations.AsNoTracking().Where(o => o.InstanceId == instance && o.Kind == OperationKind.Create && o.Input != null)
            .Select(o => o.Input!).ToListAsync(cancellationToken)).Select(input => JsonSerializer.Deserialize<string>(input)!)];

    /// <summary>An offer's key over all suppliers.</summary>
    public static string KeyOf(SupplierName supplier, string? offerKey) => $"{supplier}/{offerKey}";

    /// <summary>The operation that asks for an instance's machine.</summary>
    public static Operation CreateFor(Instance instance, Template template, DateTimeOffset now, decimal? usdUpFront) => new Operation(
        OperationId.New(now), OperationKind.Create, instance.Supplier, null, instance.Id, null, $"create:{instance.Id}:{instance.Attempts + 1}",
        Hashes.OfJson(new { template.Name, template.Version, instance.Wish }), instance.Wish.MaxUsdPerGpuHour * instance.GpuCount, usdUpFront, now, TimeSpan.FromMinutes(20))
        .With(JsonSerializer.Serialize(KeyOf(instance.Supplier, instance.Wish.OfferKey)));
}
