using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>What the fleet table shows, as the page's address holds it. Null = any.</summary>
/// <param name="Text">Looked for in everything a row says.</param>
/// <param name="State">The machine's state.</param>
/// <param name="Miner">The miner's state.</param>
public sealed record FleetAsk(string? Text, string? Network, string? Workload, string? Supplier, string? Gpu, string? State, string? Miner)
{
    /// <summary>By what rows can be grouped, with the name on screen.</summary>
    public static readonly IReadOnlyList<(string Value, string Text)> Groups =
        [("network", "Network"), ("workload", "Workload"), ("supplier", "Supplier"), ("gpu", "GPU"), ("state", "Machine's state"), ("miner", "Miner's state")];

    /// <summary>True when anything is narrowed.</summary>
    public bool IsNarrowed => this != new FleetAsk(null, null, null, null, null, null, null);

    /// <summary>Whether a row is shown.</summary>
    public bool Fits(InstanceRow row) =>
        Is("network", Network, row) && Is("workload", Workload, row) && Is("supplier", Supplier, row) && Is("gpu", Gpu, row) && Is("state", State, row) && Is("miner", Miner, row)
        && (string.IsNullOrWhiteSpace(Text) || TextOf(row).Contains(Text.Trim(), StringComparison.OrdinalIgnoreCase));

    /// <summary>A row's value in a group.</summary>
    public static string ValueOf(string group, InstanceRow row) => group switch
    {
        "network" => row.Miner?.Network.Value ?? "none",
        "workload" => row.Workload.Value,
        "supplier" => row.Supplier.Value,
        "gpu" => row.Gpu.Id,
        "state" => row.State.ToString(),
        _ => row.Miner?.State.ToString() ?? "none",
    };

    /// <summary>How a group's value is written.</summary>
    public static string TextOf(string group, string value) => (group, value) switch
    {
        (_, "none") => "no miner",
        ("network", _) => Names.Of(new Nirmaan.Domain.Amounts.NetworkName(value)),
        ("supplier", _) => Names.Of(new Nirmaan.Domain.Amounts.SupplierName(value)),
        ("gpu", _) => Names.Of(new GpuModel(value)),
        ("state" or "miner", _) => Tones.Words(value),
        _ => value,
    };

    private static bool Is(string group, string? wanted, InstanceRow row) => wanted is null || string.Equals(ValueOf(group, row), wanted, StringComparison.OrdinalIgnoreCase);

    private static string TextOf(InstanceRow row) =>
        $"{row.Id} {row.Gpu} {Names.Of(row.Gpu)} {row.Supplier} {row.Workload} {row.Provider} {row.Region} {row.ExternalId} {row.State} {row.Reason} {row.Miner?.State} {row.Miner?.Reason} {row.Miner?.Network} {row.Miner?.NetworkKey}";
}

/// <summary>Sums of one group of machines.</summary>
/// <param name="UsdPerHour">Null = the price of one of them is unknown.</param>
public sealed record FleetGroup(string Value, string Text, int Machines, int Gpus, int GpusUp, int GpusEarning, decimal? UsdPerHour, decimal CostUsd)
{
    /// <summary>Groups rows, the largest first.</summary>
    public static IReadOnlyList<FleetGroup> Of(string group, IEnumerable<InstanceRow> rows) =>
        [.. rows.GroupBy(r => FleetAsk.ValueOf(group, r)).Select(g => Sum(g.Key, FleetAsk.TextOf(group, g.Key), [.. g])).OrderByDescending(g => g.Gpus).ThenBy(g => g.Text, StringComparer.OrdinalIgnoreCase)];

    /// <summary>The sums of some rows. Only what is billed has a price per hour.</summary>
    public static FleetGroup Sum(string value, string text, IReadOnlyCollection<InstanceRow> rows)
    {
        var billed = rows.Where(r => r.BilledFrom is not null && r.ClosedAt is null).ToList();
        return new FleetGroup(
            value, text, rows.Count, rows.Sum(r => r.GpuCount), rows.Where(r => FleetSignals.Of(r).Up == Signal.Yes).Sum(r => r.GpuCount), rows.Where(r => FleetSignals.Of(r).Earning == Signal.Yes).Sum(r => r.GpuCount),
            billed.Exists(r => r.UsdPerHour is null) ? null : billed.Sum(r => r.UsdPerHour!.Value), rows.Sum(r => r.CostUsd));
    }
}
