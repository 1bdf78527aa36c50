using System.Text.Json;
using Nirmaan.Sandbox.Containers;

namespace Nirmaan.Sandbox.Miners;

/// <summary>The workloads the sandbox can play.</summary>
public static class MinerWorkload
{
    /// <summary>Heurist's image miner.</summary>
    public const string HeuristSd = "heurist-sd";

    /// <summary>Heurist's text miner.</summary>
    public const string HeuristLlm = "heurist-llm";

    /// <summary>A model server behind a Morpheus provider.</summary>
    public const string MorpheusLlm = "morpheus-llm";

    /// <summary>Which of them a container runs: what its template says, else what its environment gives away; null = none.</summary>
    public static string? Of(ContainerSpec spec)
    {
        if (spec.Env.GetValueOrDefault("AGENT_TEMPLATE") is { Length: > 0 } template)
        {
            try
            {
                using var json = JsonDocument.Parse(template);
                return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("workload", out var workload) ? OfName(workload.GetString()) : null;
            }
            catch (JsonException) { return null; }
        }
        if (spec.Env.ContainsKey("MODEL_ID") && spec.Env.ContainsKey("MODEL_NAME")) { return MorpheusLlm; }
        if (!spec.Env.ContainsKey("MINER_ID_0")) { return null; }
        return spec.Command.Any(w => w.Contains("llm-miner", StringComparison.Ordinal)) ? HeuristLlm : HeuristSd;
    }

    /// <summary>The miner that plays a workload: a Heurist workload of one model (heurist-llm-..., heurist-sd-...) is played by its kind's; null = none.</summary>
    public static string? OfName(string? workload) =>
        new[] { HeuristSd, HeuristLlm, MorpheusLlm }.FirstOrDefault(w => workload == w || (w != MorpheusLlm && workload?.StartsWith($"{w}-", StringComparison.Ordinal) == true));
}
