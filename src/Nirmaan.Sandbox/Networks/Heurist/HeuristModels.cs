namespace Nirmaan.Sandbox.Networks.Heurist;

/// <summary>The two kinds of points: Llama for text, Waifu for images.</summary>
public enum PointKind
{
    /// <summary>1 point = 1,000 tokens by Mixtral 8x7b.</summary>
    Llama,

    /// <summary>1 point = one 512 x 512 image by SD 1.5 in 20 steps.</summary>
    Waifu
}

/// <summary>A model of the network and the sandbox's picture of its market.</summary>
/// <param name="Id">Heurist's model id.</param>
/// <param name="Kind">The points it earns.</param>
/// <param name="Base">sd15, sdxl or flux; for text the model's type in models.json.</param>
/// <param name="VramGb">VRAM the miner's start script asks for.</param>
/// <param name="FileGb">Size of its files.</param>
/// <param name="Miners">Other operators' miners that serve it.</param>
/// <param name="JobsPerSecond">What users of the whole network ask for, on a mean day.</param>
/// <param name="SecondsPerJob">Time a job takes on other operators' cards.</param>
/// <param name="JobsAtOnce">Jobs one miner works on at a time.</param>
public sealed record HeuristModel(string Id, PointKind Kind, string Base, double VramGb, double FileGb, int Miners, double JobsPerSecond, double SecondsPerJob, int JobsAtOnce)
{
    /// <summary>The base part of points of a mean job, before the multiplier; it follows from the sizes that <see cref="JobMaker"/> draws.</summary>
    public decimal MeanBasePoints => Kind == PointKind.Llama ? 1.0m : Base == "sd15" ? 1.40625m : 5m;
}

/// <summary>
/// The models. Sizes and VRAM are Heurist's (heurist-models, models.json of 2024-04 and 2024-12); miners and demand are the sandbox's own
/// figures, scaled so that the network earns what season 1 did on a mean day: about 2.44 M Llama and 7.09 M Waifu Points.
/// </summary>
public static class HeuristModels
{
    /// <summary>Every model, text first.</summary>
    public static IReadOnlyList<HeuristModel> All { get; } =
    [
        new("openhermes-mixtral-8x7b-gptq", PointKind.Llama, "llm8x7b4b", 28, 24, 260, 15.5, 13, 4),
        new("openhermes-2-yi-34b-gptq", PointKind.Llama, "llm34b8b", 37, 36, 60, 2, 25, 4),
        new("dolphin-2.9-llama3-8b", PointKind.Llama, "llm8b16b", 18, 16, 250, 33, 11, 4),
        new("hermes-3-llama3.1-8b", PointKind.Llama, "llm8b16b", 18, 16, 150, 12, 11, 4),
        new("openhermes-2-pro-mistral-7b", PointKind.Llama, "llm7b16b", 15, 15, 120, 12, 12, 4),
        new("openhermes-2.5-mistral-7b-gptq", PointKind.Llama, "llm7b8b", 10, 7.6, 300, 28, 9, 4),
        new("AnimagineXL", PointKind.Waifu, "sdxl", 10, 6.95, 200, 14, 8, 1),
        new("BluePencilRealistic", PointKind.Waifu, "sd15", 8, 2.15, 180, 40, 2.5, 1),
        new("FLUX.1-dev", PointKind.Waifu, "flux", 16, 18, 40, 0.12, 15, 1)
    ];

    /// <summary>The model with the id, null when the network does not know it.</summary>
    public static HeuristModel? Find(string id) => All.FirstOrDefault(m => m.Id == id);
}
