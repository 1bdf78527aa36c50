namespace Nirmaan.Benchmarks.Optimiser;

/// <summary>Forty GPU models with rounded public figures: memory, dense FP16 rate, memory bandwidth, and a typical market rent.</summary>
public sealed record GpuFigures(string Id, int VramGb, double Tflops, double BandwidthGbs, double UsdPerHour)
{
    /// <summary>The models the generated instances draw from.</summary>
    public static IReadOnlyList<GpuFigures> All { get; } =
    [
        new("gtx-1080-ti", 11, 22, 484, 0.07), new("rtx-2060", 12, 52, 336, 0.06), new("rtx-2080-ti", 11, 108, 616, 0.10), new("rtx-3060", 12, 51, 360, 0.08),
        new("rtx-3060-ti", 8, 65, 448, 0.08), new("rtx-3070", 8, 81, 448, 0.09), new("rtx-3080", 10, 119, 760, 0.14), new("rtx-3080-ti", 12, 136, 912, 0.16),
        new("rtx-3090", 24, 142, 936, 0.22), new("rtx-3090-ti", 24, 160, 1008, 0.26), new("rtx-4060-ti", 16, 88, 288, 0.12), new("rtx-4070", 12, 117, 504, 0.15),
        new("rtx-4070-ti", 12, 160, 504, 0.18), new("rtx-4080", 16, 195, 717, 0.25), new("rtx-4090", 24, 330, 1008, 0.38), new("rtx-5070-ti", 16, 176, 896, 0.22),
        new("rtx-5080", 16, 225, 960, 0.32), new("rtx-5090", 32, 419, 1792, 0.60), new("tesla-p40", 24, 12, 347, 0.10), new("tesla-t4", 16, 65, 320, 0.15),
        new("tesla-v100-16gb", 16, 125, 900, 0.20), new("tesla-v100-32gb", 32, 125, 900, 0.28), new("rtx-4000-ada", 20, 107, 360, 0.21), new("rtx-5000-ada", 32, 261, 576, 0.45),
        new("rtx-6000-ada", 48, 364, 960, 0.74), new("rtx-a2000", 12, 64, 288, 0.10), new("rtx-a4000", 16, 77, 448, 0.15), new("rtx-a4500", 20, 95, 640, 0.20),
        new("rtx-a5000", 24, 111, 768, 0.24), new("rtx-a6000", 48, 155, 768, 0.45), new("a10", 24, 125, 600, 0.35), new("a16", 16, 36, 200, 0.20),
        new("a30", 24, 165, 933, 0.30), new("a40", 48, 150, 696, 0.40), new("l4", 24, 121, 300, 0.42), new("l40", 48, 181, 864, 0.70),
        new("l40s", 48, 362, 864, 0.85), new("a100-40gb", 40, 312, 1555, 0.90), new("a100-80gb", 80, 312, 2039, 1.25), new("h100-sxm", 80, 990, 3350, 2.40),
    ];
}
