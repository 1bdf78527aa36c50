namespace Nirmaan.Sandbox.World;

/// <summary>A GPU model as its maker and the suppliers name it.</summary>
/// <param name="Id">Canonical id, for example <c>rtx-a6000</c>.</param>
/// <param name="Name">Product name as <c>nvidia-smi</c> prints it.</param>
/// <param name="Label">Short name on supplier pages, for example <c>RTX A6000</c>.</param>
/// <param name="AkashModel">Model name in an Akash SDL.</param>
/// <param name="VramGb">Memory in GB as sold.</param>
/// <param name="MemoryMb">Memory in MiB as <c>nvidia-smi</c> prints it.</param>
/// <param name="Interface">Interface as Akash's price page prints it, for example <c>PCIe</c> or <c>SXM5</c>.</param>
/// <param name="Watts">Board power limit in watts.</param>
/// <param name="UsdPerHour">The sandbox market's middle price, USD per GPU and hour.</param>
public sealed record Gpu(string Id, string Name, string Label, string AkashModel, int VramGb, int MemoryMb, string Interface, int Watts, decimal UsdPerHour)
{
    /// <summary>Every model of the sandbox's markets.</summary>
    public static IReadOnlyList<Gpu> All { get; } =
    [
        new("rtx-3060", "NVIDIA GeForce RTX 3060", "GeForce RTX 3060", "rtx3060", 12, 12288, "PCIe", 170, 0.09m),
        new("t4", "Tesla T4", "T4", "t4", 16, 15360, "PCIe", 70, 0.12m),
        new("rtx-a4000", "NVIDIA RTX A4000", "RTX A4000", "rtxa4000", 16, 16376, "PCIe", 140, 0.18m),
        new("rtx-a5000", "NVIDIA RTX A5000", "RTX A5000", "rtxa5000", 24, 24564, "PCIe", 230, 0.27m),
        new("rtx-3090", "NVIDIA GeForce RTX 3090", "GeForce RTX 3090", "rtx3090", 24, 24576, "PCIe", 350, 0.24m),
        new("rtx-4090", "NVIDIA GeForce RTX 4090", "GeForce RTX 4090", "rtx4090", 24, 24564, "PCIe", 450, 0.41m),
        new("l40s", "NVIDIA L40S", "L40S", "l40s", 48, 46068, "PCIe", 350, 0.82m),
        new("rtx-a6000", "NVIDIA RTX A6000", "RTX A6000", "rtxa6000", 48, 49140, "PCIe", 300, 0.46m),
        new("a100-80gb", "NVIDIA A100-SXM4-80GB", "A100", "a100", 80, 81920, "SXM4", 400, 1.15m),
        new("h100-sxm", "NVIDIA H100 80GB HBM3", "H100", "h100", 80, 81559, "SXM5", 700, 1.95m),
    ];

    /// <summary>Interface as an SDL names it: <c>pcie</c> or <c>sxm</c>.</summary>
    public string SdlInterface => Interface.StartsWith("SXM", StringComparison.Ordinal) ? "sxm" : "pcie";

    /// <summary>The model of a canonical id.</summary>
    public static Gpu Of(string id) => All.Single(g => g.Id == id);

    /// <summary>The card that a machine holds instead of <paramref name="leased"/> when its supplier is wrong about it: the smallest other one.</summary>
    public static Gpu WrongFor(string leased) => All.First(g => g.Id != leased);
}
