namespace Nirmaan.Sandbox.Miners;

/// <summary>
/// How fast each card works, relative to an RTX A6000: images by its compute, texts by its memory bandwidth. One table for every miner of
/// the sandbox; the figures are its own, close to what people report of these cards.
/// </summary>
public static class GpuSpeeds
{
    private static readonly (string Id, string Name, double Images, double Texts)[] s_cards =
    [
        ("rtx-3060", "RTX 3060", 0.32, 0.47),
        ("t4", "Tesla T4", 0.20, 0.42),
        ("rtx-a4000", "RTX A4000", 0.48, 0.58),
        ("rtx-a5000", "RTX A5000", 0.85, 1.00),
        ("rtx-3090", "RTX 3090", 0.95, 1.22),
        ("rtx-4090", "RTX 4090", 1.90, 1.31),
        ("rtx-a6000", "RTX A6000", 1.00, 1.00),
        ("l40s", "L40S", 1.75, 1.13),
        ("a100-40gb", "A100-SXM4-40GB", 1.45, 2.02),
        ("a100-80gb", "A100", 1.50, 2.66),
        ("h100-sxm", "H100", 2.40, 4.36)
    ];

    /// <summary>Seconds one image takes on the card: steps at the base model's pace, more for more pixels.</summary>
    /// <param name="gpu">Canonical id; an unknown card is half as fast as an RTX A6000.</param>
    /// <param name="modelBase">sd15, sdxl or flux.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="steps">Iterations.</param>
    public static double ImageSeconds(string gpu, string modelBase, int width, int height, int steps)
    {
        var (stepsPerSecond, pixels) = modelBase switch { "sd15" => (17.0, 512 * 512), "flux" => (1.1, 1024 * 1024), _ => (3.9, 1024 * 1024) };
        return steps / (stepsPerSecond * Of(gpu).Images) * ((double)width * height / pixels);
    }

    /// <summary>Seconds a text takes on the cards together: reading the input fast, writing the output at the model's pace.</summary>
    /// <param name="gpu">Canonical id.</param>
    /// <param name="gpus">Cards the model is spread over; each further one helps with four fifths.</param>
    /// <param name="modelType">The model's type in Heurist's models.json, for example llm8b16b.</param>
    /// <param name="inputTokens">Tokens read.</param>
    /// <param name="outputTokens">Tokens written.</param>
    public static double TextSeconds(string gpu, int gpus, string modelType, int inputTokens, int outputTokens)
    {
        var speed = Of(gpu).Texts * (1 + 0.8 * (gpus - 1));
        return 0.2 + inputTokens / (2000 * speed) + outputTokens / (TokensPerSecond(modelType) * speed);
    }

    /// <summary>The canonical id of a card as nvidia-smi names it, null when it is none of the table's.</summary>
    public static string? Recognise(string name) => s_cards.FirstOrDefault(c => name.Contains(c.Name, StringComparison.OrdinalIgnoreCase)).Id;

    /// <summary>A card's name as nvidia-smi prints it, without the maker.</summary>
    public static string NameOf(string gpu) => Of(gpu).Name;

    // One text's pace on an RTX A6000.
    private static double TokensPerSecond(string modelType) => modelType switch
    {
        "llm8x7b4b" => 40,
        "llm34b8b" => 20,
        "llm70b4b" => 16,
        "llm7b8b" => 70,
        "llm7b16b" => 46,
        _ => 42
    };

    private static (string Id, string Name, double Images, double Texts) Of(string gpu) =>
        s_cards.FirstOrDefault(c => c.Id == gpu) is { Id: not null } card ? card : (gpu, gpu, 0.5, 0.5);
}
