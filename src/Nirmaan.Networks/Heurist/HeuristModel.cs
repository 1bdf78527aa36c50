namespace Nirmaan.Networks.Heurist;

/// <summary>What a miner can serve on Heurist, with what it needs and what it earned.</summary>
/// <param name="Slug">The end of its template's and workload's name.</param>
/// <param name="Id">Heurist's model id.</param>
/// <param name="MinVramGb">What a card must have: Heurist's page; where it has no figure, what the next larger cards have beyond the gate.</param>
/// <param name="Multipliers">What a job's work is multiplied with, from a day on; empty = never published.</param>
/// <param name="Licence">Of the model.</param>
internal abstract record HeuristModel(string Slug, string Id, int MinVramGb, IReadOnlyList<(DateOnly From, decimal Multiplier)> Multipliers, string Licence)
{
    /// <summary>
    /// Every model of 2024 but the two that <c>heurist-sd</c> and <c>heurist-llm</c> run. Repositories, branches and gates are those of
    /// models.json (heurist-network/heurist-models, 2024-04-15 and 2024-12-10), VRAM and multipliers those of Heurist's mining page and, for
    /// April 2024, of a community's set-up script (0.1, 0.2 and Yi's 1 for 12, 24 and 48 GB). The pages bear no dates: a multiplier is dated by
    /// the season's change or by the first copy that has it.
    /// </summary>
    public static IReadOnlyList<HeuristModel> All { get; } =
    [
        new TextModel("openhermes-2-5-mistral-7b", "openhermes-2.5-mistral-7b-gptq", 12, [(S1, 0.1m)], "Apache-2.0",
            "TheBloke/OpenHermes-2.5-Mistral-7B-GPTQ", "gptq-8bit-32g-actorder_True", TextModel.Gptq, 10, "0.90"),
        new TextModel("openhermes-2-pro-mistral-7b", "openhermes-2-pro-mistral-7b", 24, [(S1, 0.2m)], "Apache-2.0",
            "NousResearch/Hermes-2-Pro-Mistral-7B", null, null, 15, "0.70"),
        new TextModel("dolphin-2-9-llama3-8b", "dolphin-2.9-llama3-8b", 24, [(new(2024, 5, 11), 0.24m), (Late2024, 0.5m)], "Meta Llama 3 Community License",
            "cognitivecomputations/dolphin-2.9-llama3-8b", null, null, 18, "0.82"),
        new TextModel("hermes-3-llama3-1-8b", "hermes-3-llama3.1-8b", 24, [(Late2024, 0.5m)], "Llama 3.1 Community License",
            "NousResearch/Hermes-3-Llama-3.1-8B", null, null, 18, "0.82"),
        new TextModel("theia-llama-3-1-8b", "theia-llama-3.1-8b", 24, [(Late2024, 0.5m)], "Llama 3.1 Community License",
            "Chainbase-Labs/Theia-Llama-3.1-8B-v1", null, null, 18, "0.82"),
        new TextModel("openhermes-2-yi-34b", "openhermes-2-yi-34b-gptq", 48, [(S1, 1m), (new(2024, 5, 1), 0m)], "Yi Series Models Community License",
            "TheBloke/Nous-Hermes-2-Yi-34B-GPTQ", "gptq-8bit-128g-actorder_True", TextModel.Gptq, 37, "0.80"),
        new TextModel("mixtral-8x7b-instruct", "mistralai/mixtral-8x7b-instruct", 40, [], "Apache-2.0",
            "TheBloke/Mixtral-8x7B-Instruct-v0.1-GPTQ", null, TextModel.Gptq, 28, "0.85"),
        new TextModel("llama-2-70b-chat", "meta-llama/llama-2-70b-chat", 48, [], "Llama 2 Community License",
            "TheBloke/Llama-2-70B-Chat-GPTQ", null, TextModel.Gptq, 41, "0.90"),
        // The miner takes whichever model of Stable Diffusion 1.5 the server names.
        new ImageModel("sd15", "", 12, [(S1, 1m), (S2, 0.3m)], "CreativeML Open RAIL-M", 1),
        new ImageModel("sdxl", "AnimagineXL", 16, [(S1, 1m)], "RAIL++-M", 4),
        new ImageModel("flux", "FLUX.1-dev", 24, [(S2, 10m), (Late2024, 0m)], "FLUX.1 [dev] Non-Commercial License", 4),
    ];

    /// <summary>What <c>heurist-llm</c> runs: the model that a Llama Point is measured by.</summary>
    public static TextModel Mixtral { get; } = new("", "openhermes-mixtral-8x7b-gptq", 40, [(S1, 1m)], "Apache-2.0",
        "TheBloke/orangetin-OpenHermes-Mixtral-8x7B-GPTQ", "gptq-4bit-32g-actorder_True", TextModel.Gptq, 28, "0.85");

    private static DateOnly S1 => new(2024, 4, 1);
    private static DateOnly S2 => new(2024, 7, 19);
    private static DateOnly Late2024 => new(2024, 12, 10);

    /// <summary>The multiplier of a day; null = not published, or none yet.</summary>
    public decimal? MultiplierAt(DateTimeOffset at)
    {
        var day = DateOnly.FromDateTime(at.UtcDateTime);
        return Multipliers.LastOrDefault(m => m.From <= day) is { From.DayNumber: > 0 } row ? row.Multiplier : null;
    }
}

/// <summary>A language model.</summary>
/// <param name="Repository">On Hugging Face.</param>
/// <param name="Branch">Null = the main one.</param>
/// <param name="Quantization">Null = 16 bits.</param>
/// <param name="GateGb">Free VRAM below which the starter refuses.</param>
/// <param name="MemoryShare">Part of the card that vLLM gets: what the starter would give it on a card of just <see cref="HeuristModel.MinVramGb"/>.</param>
internal sealed record TextModel(
    string Slug, string Id, int MinVramGb, IReadOnlyList<(DateOnly From, decimal Multiplier)> Multipliers, string Licence,
    string Repository, string? Branch, string? Quantization, int GateGb, string MemoryShare) : HeuristModel(Slug, Id, MinVramGb, Multipliers, Licence)
{
    /// <summary>Quantized weights.</summary>
    public const string Gptq = "gptq";
}

/// <summary>Image models of one category.</summary>
/// <param name="Size">Pixels of its own size of image against 512 x 512.</param>
internal sealed record ImageModel(
    string Slug, string Id, int MinVramGb, IReadOnlyList<(DateOnly From, decimal Multiplier)> Multipliers, string Licence, int Size) : HeuristModel(Slug, Id, MinVramGb, Multipliers, Licence);
