using System.Globalization;
using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Live;
using Nirmaan.Control.Market;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Market;

/// <summary>The search in the address, its rows and its funnel.</summary>
public sealed partial class OffersPage
{
    private OfferAsk? _ask;
    private string? _vramFault, _maxFault;
    private MarketChoices? _choices;
    private OfferList? _list;
    private IReadOnlyList<OfferRow> _rows = [];
    private IReadOnlyDictionary<GpuModel, CloudReference> _references = new Dictionary<GpuModel, CloudReference>();
    private int _seen;

    [Inject] public required OfferQueries Offers { get; init; }

    [Inject] public required MarketQueries Market { get; init; }

    [SupplyParameterFromQuery(Name = "workload")] public string? Workload { get; set; }

    [SupplyParameterFromQuery(Name = "gpu")] public string? Gpu { get; set; }

    [SupplyParameterFromQuery(Name = "vram")] public string? Vram { get; set; }

    [SupplyParameterFromQuery(Name = "max")] public string? Max { get; set; }

    [SupplyParameterFromQuery(Name = "supplier")] public string? Supplier { get; set; }

    [SupplyParameterFromQuery(Name = "region")] public string? Region { get; set; }

    [SupplyParameterFromQuery(Name = "fits")] public string? Fits { get; set; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Market];

    protected override object? Asked => (Workload, Gpu, Vram, Max, Supplier, Region, Fits);

    // Of what cannot be read nothing is asked.
    private bool IsAsked => _ask is not null && _ask != new OfferAsk(null, null, null, null, null, null);

    private bool IsNarrowed => (Workload, Gpu, Vram, Max, Supplier, Region, Fits) != default;

    private string? AgeNote => _list?.OldestSeenAt is { } oldest ? $"The oldest price was read {Format.Age(oldest, Now)}." : null;

    private string? NeedsText => _choices?.Workloads.FirstOrDefault(w => w.Workload.Value == Workload)?.Needs is { } needs
        ? string.Create(CultureInfo.InvariantCulture, $"Needs {needs.Gpus} GPU with {needs.MinVramGb} GB{(needs.CudaMin is { } cuda ? $", CUDA {cuda}" : "")}.")
        : null;

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        (_ask, _vramFault, _maxFault) = OfferAsk.Of(Workload, Gpu, Vram, Max, Supplier, Region);
        var choices = await Market.ChoicesAsync(cancellationToken);
        // An address from elsewhere may name a workload that is no more: then nothing is narrowed by it.
        var workload = choices.Workloads.Any(w => w.Workload == _ask.Workload) ? _ask.Workload : null;
        var list = await Offers.SearchAsync(_ask.Gpu, _ask.MinVramGb, _ask.MaxUsd, _ask.Supplier, workload, _ask.Region, cancellationToken);
        (_choices, _list, _references) = (choices, list, Market.References());
        _seen = list.Items.Sum(o => Math.Max(1, o.Available));
        _rows = [.. list.Items.Where(o => Fits is null || o.Why is null).OrderBy(o => o.Why is null ? 0 : 1)];
    }

    private void Relax(OfferFilter relaxed) => Ask([.. _ask!.ChangesTo(relaxed)]);

    private string LaunchHref(OfferRow? offer)
    {
        var workload = Workload ?? offer?.EligibleFor.Select(w => w.Value).FirstOrDefault();
        return Navigation.GetUriWithQueryParameters("/ops/launch", new Dictionary<string, object?>
        {
            ["workload"] = workload, ["offer"] = offer?.Id.Value, ["max"] = offer is null ? Max : Ceiling(offer), ["gpu"] = offer is null ? Gpu : null,
            ["supplier"] = offer is null ? Supplier : null, ["region"] = offer is null ? Region : null,
        });
    }

    // A named offer is asked for at its own price; an estimate may turn out higher, so it gets a tenth more.
    private string? Ceiling(OfferRow offer) => Max ?? (offer.UsdPerGpuHour * (offer.PriceKind == PriceKind.Estimated ? 1.1m : 1))?.ToString("0.####", CultureInfo.InvariantCulture);

    private static string? Text(ChangeEventArgs e) => e.Value as string is { Length: > 0 } text ? text.Trim() : null;
}
