using System.Globalization;

namespace Nirmaan.UiBench;

/// <summary>A row of the measured tables.</summary>
public sealed class Machine
{
    public required string Name { get; init; }

    public required string State { get; init; }

    public required string Gpu { get; init; }

    public required decimal Price { get; init; }

    public int Jobs { get; set; }

    public static List<Machine> Fifty() =>
    [
        .. Enumerable.Range(1, 50).Select(i => new Machine
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"miner-{i}"), State = i % 7 == 0 ? "Degraded" : "Earning", Gpu = "rtx-a6000", Price = 0.3m + (i / 100m), Jobs = i * 17,
        }),
    ];
}
