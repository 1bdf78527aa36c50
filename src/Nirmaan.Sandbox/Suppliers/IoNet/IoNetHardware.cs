using System.Globalization;
using System.Text.RegularExpressions;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.IoNet;

/// <summary>A place where io.net has machines.</summary>
internal sealed record IoNetLocation(int Id, string Iso2, string Name);

/// <summary>A card at io.net: its id and where how many of it stand.</summary>
/// <param name="Id">The integer id.</param>
/// <param name="Gpu">The card.</param>
/// <param name="MaxPerContainer">Most cards in one machine.</param>
/// <param name="Stock">Cards by location's country.</param>
internal sealed record IoNetCard(int Id, Gpu Gpu, int MaxPerContainer, IReadOnlyDictionary<string, int> Stock)
{
    /// <summary>Id of the newer kind for so many cards, for example <c>gpu_8x_a4000</c>.</summary>
    public string TextId(int cards) =>
        $"gpu_{cards.ToString(CultureInfo.InvariantCulture)}x_{Gpu.Id.Replace("rtx-", "", StringComparison.Ordinal).Replace('-', '_')}";
}

/// <summary>What io.net has, what of it is free, and what it costs.</summary>
internal sealed partial class IoNetHardware(Seed seed, SandboxClock clock)
{
    private readonly Dictionary<(string Gpu, string Iso2), int> _taken = [];

    public static IReadOnlyList<IoNetLocation> Locations { get; } =
        [new(1, "US", "United States"), new(2, "DE", "Germany"), new(3, "FI", "Finland"), new(4, "SG", "Singapore"), new(5, "IN", "India")];

    public static IReadOnlyList<IoNetCard> Cards { get; } =
    [
        new(203, Gpu.Of("rtx-a4000"), 8, new Dictionary<string, int> { ["US"] = 64, ["DE"] = 24 }),
        new(204, Gpu.Of("rtx-a5000"), 8, new Dictionary<string, int> { ["US"] = 32, ["SG"] = 16 }),
        new(207, Gpu.Of("rtx-a6000"), 8, new Dictionary<string, int> { ["US"] = 48, ["FI"] = 24, ["IN"] = 16 }),
        new(211, Gpu.Of("rtx-3090"), 8, new Dictionary<string, int> { ["US"] = 40, ["DE"] = 32 }),
        new(212, Gpu.Of("rtx-4090"), 8, new Dictionary<string, int> { ["US"] = 56, ["SG"] = 24, ["IN"] = 24 }),
        new(220, Gpu.Of("l40s"), 4, new Dictionary<string, int> { ["FI"] = 16 }),
        new(230, Gpu.Of("a100-80gb"), 8, new Dictionary<string, int> { ["US"] = 32, ["FI"] = 16 }),
        new(240, Gpu.Of("h100-sxm"), 8, new Dictionary<string, int> { ["US"] = 32, ["FI"] = 32 }),
    ];

    /// <summary>The card of an id as sent, whole number or text, and the number of cards that a text id fixes.</summary>
    public static (IoNetCard? Card, int? Fixed) Find(string id)
    {
        if (int.TryParse(id, CultureInfo.InvariantCulture, out var number)) { return (Cards.FirstOrDefault(c => c.Id == number), null); }
        var match = TextId().Match(id);
        var count = match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
        return (Cards.FirstOrDefault(c => match.Success && c.TextId(count) == id), count);
    }

    /// <summary>The location of an id as sent: a whole number or a country.</summary>
    public static IoNetLocation? Place(string id) => Locations.FirstOrDefault(l => l.Iso2 == id || l.Id.ToString(CultureInfo.InvariantCulture) == id);

    /// <summary>Cards free at a location now: other tenants hold a share that changes by the hour.</summary>
    public int Free(IoNetCard card, string iso2)
    {
        var total = card.Stock.GetValueOrDefault(iso2);
        var others = (int)(total * 0.35 * seed.For($"ionet:others:{card.Id}:{iso2}:{clock.GetUtcNow().UtcDateTime:yyyyMMddHH}").NextDouble());
        return Math.Max(0, total - others - _taken.GetValueOrDefault((card.Gpu.Id, iso2)));
    }

    /// <summary>Containers of so many cards that fit at a location now.</summary>
    public int Replicas(IoNetCard card, string iso2, int perContainer) => perContainer > card.MaxPerContainer ? 0 : Free(card, iso2) / perContainer;

    /// <summary>Takes cards, or gives them back when the count is negative.</summary>
    public void Take(IoNetCard card, string iso2, int count) => _taken[(card.Gpu.Id, iso2)] = _taken.GetValueOrDefault((card.Gpu.Id, iso2)) + count;

    /// <summary>Price of one card, USD per hour, before fees.</summary>
    public decimal UsdPerHour(IoNetCard card, string iso2)
    {
        var day = seed.For($"ionet:price:{card.Id}:{iso2}:{clock.GetUtcNow().UtcDateTime:yyyyMMdd}");
        return Math.Round(card.Gpu.UsdPerHour * (decimal)(1.0 + 0.14 * day.NextDouble()), 4);
    }

    [GeneratedRegex("^gpu_([1-8])x_[a-z0-9_]+$")]
    private static partial Regex TextId();
}
