using System.Globalization;

namespace Nirmaan.Domain.Fleet;

/// <summary>
/// What machines of one launch are asked to have instead of what their template says; null = as the template says. Akash rents exactly these and RunPod the disk;
/// the other suppliers' machines have what they have.
/// </summary>
/// <param name="Vcpu">Virtual cores of a machine.</param>
/// <param name="RamGb">Memory, GB.</param>
/// <param name="DiskGb">Disk, GB.</param>
public sealed record MachineResources(decimal? Vcpu = null, int? RamGb = null, int? DiskGb = null)
{
    /// <summary>Beyond these no supplier takes an order.</summary>
    public const int MostVcpu = 384, MostRamGb = 2_048, MostDiskGb = 32_768;

    /// <summary>The three that article 04 names: 16 cores, or 8 or 4, since the GPU does the work; 16 GB and 200 GB.</summary>
    public static IReadOnlyList<MachineResources> Presets { get; } = [new(16, 16, 200), new(8, 16, 200), new(4, 16, 200)];

    /// <summary>The needs of a template with these in their place; never less memory or disk than it needs, which may have grown since they were asked for.</summary>
    public TemplateNeeds Over(TemplateNeeds needs) => needs with { Vcpu = Vcpu ?? needs.Vcpu, RamGb = Math.Max(RamGb ?? 0, needs.RamGb), DiskGb = Math.Max(DiskGb ?? 0, needs.DiskGb) };

    /// <summary>The field that cannot be asked for, with its value and what was expected; null = all can. A miner's files and weights need the memory and the disk of its template, while fewer cores only make it slower.</summary>
    public (string Field, object Value, string Expected)? FaultFor(TemplateNeeds needs) =>
        Vcpu is < 1 or > MostVcpu || Vcpu is { } cores && decimal.Round(cores, 3) != cores ? ("vcpu", Vcpu.Value, $"1 to {MostVcpu} virtual cores, in thousandths")
        : RamGb < needs.RamGb || RamGb > MostRamGb ? ("ramGb", RamGb.Value, $"{needs.RamGb} GB, which the template needs, to {MostRamGb}")
        : DiskGb < needs.DiskGb || DiskGb > MostDiskGb ? ("diskGb", DiskGb.Value, $"{needs.DiskGb} GB, which the template needs, to {MostDiskGb}")
        : null;

    /// <summary>In words: 4 vCPU, 16 GB memory, 200 GB disk.</summary>
    public override string ToString() => string.Join(", ", new[]
    {
        Vcpu is { } cores ? string.Create(CultureInfo.InvariantCulture, $"{cores:0.###} vCPU") : null,
        RamGb is { } ram ? string.Create(CultureInfo.InvariantCulture, $"{ram} GB memory") : null,
        DiskGb is { } disk ? string.Create(CultureInfo.InvariantCulture, $"{disk} GB disk") : null,
    }.OfType<string>());
}
