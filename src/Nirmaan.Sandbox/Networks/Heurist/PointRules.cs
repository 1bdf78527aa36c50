namespace Nirmaan.Sandbox.Networks.Heurist;

/// <summary>
/// What a job is worth (Heurist docs, Season 1 and Mining pages): points = work x the model's multiplier. The multipliers changed over
/// 2024; the pages bear no dates, so each row is dated by the season's change or by the page's first copy with the new figure.
/// </summary>
public static class PointRules
{
    private static readonly (string Model, DateOnly From, decimal Multiplier)[] s_multipliers =
    [
        ("sd15", new(2024, 4, 1), 1m),
        ("sd15", new(2024, 7, 19), 0.3m),
        ("sdxl", new(2024, 4, 1), 1m),
        ("flux", new(2024, 7, 19), 10m),
        ("flux", new(2024, 12, 10), 0m),
        ("openhermes-mixtral-8x7b-gptq", new(2024, 4, 1), 1m),
        ("openhermes-2-yi-34b-gptq", new(2024, 4, 1), 1m),
        ("openhermes-2-yi-34b-gptq", new(2024, 5, 1), 0m),
        ("openhermes-2.5-mistral-7b-gptq", new(2024, 4, 1), 0.1m),
        ("openhermes-2-pro-mistral-7b", new(2024, 4, 1), 0.2m),
        ("dolphin-2.9-llama3-8b", new(2024, 5, 11), 0.24m),
        ("dolphin-2.9-llama3-8b", new(2024, 12, 10), 0.5m),
        ("hermes-3-llama3.1-8b", new(2024, 12, 10), 0.5m)
    ];

    /// <summary>The model's multiplier under the rules of a day; 0 before its first row.</summary>
    public static decimal Multiplier(HeuristModel model, DateOnly asOf) =>
        s_multipliers.LastOrDefault(m => m.From <= asOf && (m.Model == model.Id || m.Model == model.Base)).Multiplier;

    /// <summary>Llama Points of a text job: input and output tokens by the thousand.</summary>
    public static decimal Llama(int tokens, decimal multiplier) => tokens / 1000m * multiplier;

    /// <summary>Waifu Points of an image: pixels against 512 x 512, steps against 20.</summary>
    public static decimal Waifu(int width, int height, int steps, decimal multiplier) => (decimal)width * height / 262_144m * (steps / 20m) * multiplier;
}
