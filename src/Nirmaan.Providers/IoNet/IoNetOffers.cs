using System.Globalization;
using System.Text.Json;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.IoNet;

/// <summary>What a deploy must name of an offer. Written as <c>{hardware}@{location}x{gpus}</c>, such as <c>203@1x8</c>.</summary>
internal sealed record IoNetOfferKey(OpaqueId Hardware, OpaqueId Location, int Gpus)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Hardware}@{Location}x{Gpus}");

    /// <summary>Reads one; null = it is none. Hardware ids may hold any character, so it is read from the end.</summary>
    public static IoNetOfferKey? Parse(string text)
    {
        var (times, at) = (text.LastIndexOf('x'), text.LastIndexOf('@'));
        return at > 0 && times > at + 1 && int.TryParse(text.AsSpan(times + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var gpus) && gpus > 0
            ? new IoNetOfferKey(new(text[..at]), new(text[(at + 1)..times]), gpus) : null;
    }
}

/// <summary>
/// What is for rent: the open catalogue gives models and prices, available-replicas where and how many. A row of the catalogue prices a whole
/// machine; rows without GPUs or without a price are no offers.
/// </summary>
internal sealed class IoNetOffers(IIoNetProduct product, SupplierCalls calls, IoNetProductOptions options)
{
    private sealed record Row(OpaqueId Hardware, IoNetCatalogueWire Wire, int Cards)
    {
        public decimal PerGpu => Wire.Price!.Value / Cards;
    }

    /// <summary>All offers.</summary>
    public async Task<IReadOnlyList<OfferQuote>> ListAsync(CancellationToken cancellationToken)
    {
        using var catalogue = await calls.ReadAsync("hardware", () => product.ReadCatalogueAsync(cancellationToken), cancellationToken);
        var limits = await calls.ReadAsync("max-gpus", () => product.ReadMaxGpusAsync(cancellationToken), cancellationToken);
        var most = (limits.Data?.Hardware ?? []).Where(h => h.HardwareId is not null).DistinctBy(h => h.HardwareId)
            .ToDictionary(h => h.HardwareId!.Value, h => h.Most);
        var quotes = new List<OfferQuote>();
        foreach (var hardware in Rows(catalogue.RootElement).GroupBy(r => r.Hardware))
        {
            List<Row> rows = [.. hardware];
            foreach (var gpus in Sizes(hardware.Key, rows, most)) { quotes.AddRange(await QuotesAsync(rows, gpus, cancellationToken)); }
        }
        return [.. quotes.DistinctBy(q => q.Key).OrderBy(q => q.Key, StringComparer.Ordinal)];
    }

    /// <summary>What a deployment would cost in all, USD; null = not said.</summary>
    public async Task<IoNetPriceWire?> PriceAsync(IoNetOfferKey offer, int gpus, int hours, int replicas, CancellationToken cancellationToken)
    {
        var (place, hardware) = (LocationText(offer.Location), offer.Hardware.Text);
        return (await calls.ReadAsync("price", () => product.ReadPriceAsync(place, hardware, hours, gpus, replicas, cancellationToken), cancellationToken)).Data;
    }

    private string LocationText(OpaqueId location) => 0 switch
    {
        _ when location.IsNumber => $"[{location}]",
        _ when options.LocationForm == IoNetLocationForm.Iso2Plain => location.Text,
        _ => $"[{JsonSerializer.Serialize(location, IoNetJson.Default.OpaqueId)}]",
    };

    /// <summary>A hardware id that is a number lets the GPUs be chosen; one that is a text names a whole machine.</summary>
    private IEnumerable<int> Sizes(OpaqueId hardware, List<Row> rows, Dictionary<OpaqueId, int?> most)
    {
        var limit = most.GetValueOrDefault(hardware) ?? rows.Max(r => r.Cards);
        return options.Sizes.Where(n => hardware.IsNumber ? n <= limit : rows.Exists(r => r.Cards == n));
    }

    private async Task<IEnumerable<OfferQuote>> QuotesAsync(List<Row> rows, int gpus, CancellationToken cancellationToken)
    {
        // Sold out everywhere: one call saved.
        if (rows.TrueForAll(r => r.Wire.SoldOut == true)) { return []; }
        var hardware = rows[0].Hardware.Text;
        var answer = await calls.ReadAsync("available-replicas", () => product.ListReplicasAsync(hardware, gpus, cancellationToken), cancellationToken);
        return from place in answer.Data ?? []
               let location = Location(place)
               where location is not null
               select Quote(RowAt(rows, place, gpus), gpus, place, location.Value);
    }

    /// <summary>The row that prices a place: its own, else one for all places, else the dearest, so that no price is promised that is not there.</summary>
    private static Row RowAt(List<Row> rows, IoNetReplicasWire place, int gpus)
    {
        bool IsThere(Row row) => row.Wire.Location is { Length: > 0 } text
            && (text.Equals(place.Iso2, StringComparison.OrdinalIgnoreCase) || text.Equals(place.Name, StringComparison.OrdinalIgnoreCase));
        return rows.Where(IsThere).OrderBy(r => r.Cards == gpus ? 0 : 1).ThenBy(r => r.PerGpu).FirstOrDefault()
            ?? rows.Where(r => string.IsNullOrEmpty(r.Wire.Location)).MinBy(r => r.PerGpu) ?? rows.MaxBy(r => r.PerGpu)!;
    }

    private OpaqueId? Location(IoNetReplicasWire place) => options.LocationForm == IoNetLocationForm.Id
        ? place.Id is { Text.Length: > 0 } id ? id : null
        : string.IsNullOrEmpty(place.Iso2) ? null : new OpaqueId(place.Iso2);

    private OfferQuote Quote(Row row, int gpus, IoNetReplicasWire place, OpaqueId location)
    {
        var wire = row.Wire;
        var gpu = NvidiaNames.ModelOf(wire.Name, wire.VramPerCard, wire.Interconnect) ?? NvidiaNames.Unheard(wire.Name!);
        return new OfferQuote(
            new IoNetOfferKey(row.Hardware, location, gpus).ToString(), product.Supplier.Value, product.Label, gpu, gpus,
            wire.VramPerCard > 0 ? wire.VramPerCard : null, row.PerGpu, PriceKind.Quoted, string.IsNullOrEmpty(place.Iso2) ? place.Name : place.Iso2,
            Math.Max(0, place.AvailableReplicas ?? 0), Reliability: null, CudaMax: null, wire.Vcpu / row.Cards,
            wire.Memory is { } memory ? (int)(memory / row.Cards) : null);
    }

    /// <exception cref="SupplierUnavailableException">There is no list where one was ever seen, or not one row of it is readable.</exception>
    private List<Row> Rows(JsonElement root)
    {
        if (ListIn(root) is not { } list) { throw calls.Unavailable("hardware: no list in the answer"); }
        var rows = list.EnumerateArray().Select(Read).OfType<IoNetCatalogueWire>().ToList();
        if (rows.Count == 0 && list.GetArrayLength() > 0) { throw calls.Unavailable("hardware: no row in the agreed form"); }
        return [.. rows.Where(r => r is { DeployId.Text.Length: > 0, NumCards: > 0, Price: > 0, Name.Length: > 0 })
            .Select(r => new Row(r.DeployId!.Value, r, r.NumCards!.Value))];
    }

    /// <summary>The rows: the answer itself, its data, or a list within either.</summary>
    private static JsonElement? ListIn(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array) { return root; }
        if (root.ValueKind != JsonValueKind.Object) { return null; }
        foreach (var name in (ReadOnlySpan<string>)["data", "hardware"])
        {
            if (root.TryGetProperty(name, out var inner) && ListIn(inner) is { } list) { return list; }
        }
        return null;
    }

    private static IoNetCatalogueWire? Read(JsonElement row)
    {
        try { return row.ValueKind == JsonValueKind.Object ? row.Deserialize(IoNetJson.Default.IoNetCatalogueWire) : null; }
        catch (JsonException) { return null; }
    }
}
