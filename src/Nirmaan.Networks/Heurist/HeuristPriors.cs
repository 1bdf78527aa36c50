using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Networks.Heurist;

/// <summary>
/// What a card is expected to earn before we measured it. An RTX A6000 is taken at half load, waiting as long as it works; another card
/// waits as long and works as much faster or slower as its maker's figures say, so its rate is 2f/(1+f) of the A6000's.
/// </summary>
internal static class HeuristPriors
{
    /// <summary>Half an hour's worth: two hours of our own measurement outweigh it four to one.</summary>
    private const double EvidenceHours = 0.5;

    /// <summary>
    /// Llama Points per hour of an RTX A6000: four processes (the miner's num_child_process) at about 40 output tokens per second each with
    /// Mixtral 8x7b at 4 bits, one point per 1,000 tokens, half of the time.
    /// </summary>
    private const double Llama = 4 * 40 * 3600 / 1000.0 / 2;

    /// <summary>
    /// Waifu Points per hour of an RTX A6000: an SDXL image of 1024 x 1024 in 30 steps takes about 8 s with its upload and counts
    /// 4 (pixels) x 1.5 (steps) points, half of the time.
    /// </summary>
    private const double Waifu = 3600 / 8.0 * 4 * 1.5 / 2;

    /// <summary>
    /// Speed against an RTX A6000. Images by arithmetic (FP32 of graphics cards against 38.7 TFLOPS; FP16 tensor of data-centre cards against
    /// 155), texts by memory bandwidth (against 768 GB/s), from the makers' data sheets.
    /// </summary>
    private static readonly (string Gpu, double Images, double Texts)[] s_speeds =
    [
        ("rtx-3060", 0.33, 0.47), ("rtx-3090", 0.92, 1.22), ("rtx-4060-ti", 0.57, 0.38), ("rtx-4070", 0.75, 0.66), ("rtx-4080", 1.26, 0.93),
        ("rtx-4090", 2.13, 1.31), ("rtx-5090", 2.71, 2.33), ("rtx-a4000", 0.50, 0.58), ("rtx-a4500", 0.61, 0.83), ("rtx-a5000", 0.72, 1.00),
        ("rtx-a6000", 1.00, 1.00), ("rtx-6000-ada", 2.35, 1.25), ("t4", 0.21, 0.42), ("l4", 0.78, 0.39), ("l40", 2.34, 1.13), ("l40s", 2.37, 1.13),
        ("a10", 0.81, 0.78), ("a40", 0.97, 0.91), ("v100-16gb", 0.81, 1.17), ("v100-32gb", 0.81, 1.17), ("a30", 1.06, 1.21), ("a100-40gb", 2.01, 2.02),
        ("a100-80gb", 2.01, 2.65), ("h100-pcie", 4.88, 2.60), ("h100-sxm", 6.38, 4.36), ("h200-sxm", 6.38, 6.25),
    ];

    /// <summary>Priors of the image workload on every card that holds it.</summary>
    public static IReadOnlyList<WorkPrior> Images(Template template) => Of(template, Waifu, s => s.Images, "SDXL at half load of an RTX A6000, other cards by data-sheet arithmetic");

    /// <summary>Priors of the text workload on every card that holds it.</summary>
    public static IReadOnlyList<WorkPrior> Texts(Template template) => Of(template, Llama, s => s.Texts, "Mixtral 8x7b at half load of an RTX A6000, other cards by data-sheet memory bandwidth");

    /// <summary>
    /// Priors of one text model: its multiplier of the day, and Mixtral's speed by the size of their weights, since several streams at once read
    /// nearly all of them for each token.
    /// </summary>
    public static IReadOnlyList<WorkPrior> Texts(TextModel model, Template template, DateTimeOffset at) => Of(
        template, Llama * HeuristModel.Mixtral.GateGb / model.GateGb * (double)(model.MultiplierAt(at) ?? 0), s => s.Texts,
        $"{model.Id}: Mixtral's figure by size of weights ({HeuristModel.Mixtral.GateGb} against {model.GateGb} GB), times the multiplier");

    /// <summary>Priors of one category of images: SDXL's time for as many pixels and steps, times the multiplier of the day.</summary>
    public static IReadOnlyList<WorkPrior> Images(ImageModel model, Template template, DateTimeOffset at) => Of(
        template, Waifu * (double)(model.MultiplierAt(at) ?? 0), s => s.Images, "SDXL's time for as many pixels and steps, times the multiplier");

    private static List<WorkPrior> Of(Template template, double perHour, Func<(string Gpu, double Images, double Texts), double> speed, string source) =>
        [.. s_speeds.Where(s => GpuCatalogue.Find(new GpuModel(s.Gpu))?.VramGb >= template.Needs.MinVramGb)
            .Select(s => new WorkPrior(template.WorkloadName, s.Gpu, Math.Round(perHour * 2 * speed(s) / (1 + speed(s)), 1), EvidenceHours, source))];
}
