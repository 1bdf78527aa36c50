namespace Nirmaan.Sandbox.Networks.Heurist;

/// <summary>Heurist's replayed season; section <c>Sandbox:Heurist</c>.</summary>
public sealed class HeuristOptions
{
    /// <summary>The day of 2024 whose point rules are in force; the season is replayed, its rules do not move with the sandbox's clock.</summary>
    public DateOnly RulesAsOf { get; set; } = new(2024, 8, 1);

    /// <summary>HEU a day for all Llama Points: season 1 paid 27.40 M in 109 days.</summary>
    public decimal LlamaHeuPerDay { get; set; } = 251_376m;

    /// <summary>HEU a day for all Waifu Points: season 1 paid 22.46 M in 109 days.</summary>
    public decimal WaifuHeuPerDay { get; set; } = 206_055m;

    /// <summary>Days the season has run when the world begins: other operators' totals start from there.</summary>
    public int DaysBefore { get; set; } = 45;

    /// <summary>Versions the sequencer takes without a warning.</summary>
    public IList<string> Versions { get; } = ["sd-v1.4.0", "llm-v1.2.0"];

    /// <summary>True when the stats body is a JSON string that holds JSON, as the real service sometimes sends it.</summary>
    public bool StatsAsText { get; set; }
}
