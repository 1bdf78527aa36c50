using System.Globalization;
using System.Text.RegularExpressions;

namespace Nirmaan.Agent.Gpu;

/// <summary>Whether the machine is what was rented and what the miner needs.</summary>
/// <param name="Mismatch">Why the miner must not be started; null when nothing speaks against it.</param>
/// <param name="Warnings">What could not be known, or is more than was asked for.</param>
public sealed partial record GpuCheck(string? Mismatch, IReadOnlyList<string> Warnings)
{
    private const double BytesPerMb = 1024 * 1024;

    // A name that bears one of these is another model than the same name without it.
    private static readonly string[] s_variants = ["ti", "super", "laptop", "d", "max", "ada", "mobile"];

    // H100 "SXM" calls itself "H100 80GB HBM3": a form is compared only where the name tells one.
    private static readonly string[] s_forms = ["sxm", "pcie", "nvl"];

    /// <summary>Compares a report with the needs and with the canonical GPU that was rented.</summary>
    public static GpuCheck Of(GpuReport report, Template.MachineNeeds? needs, string? expected)
    {
        if (needs?.Gpus is null or 0 && needs?.MinVramGb is null && expected is null) { return new GpuCheck(null, []); }
        if (report.IsBroken) { return new GpuCheck(report.Problem, []); }
        if (report.Gpus is not { } gpus) { return new GpuCheck(null, [report.Problem ?? "GPU, driver and CUDA are unknown"]); }

        var wanted = needs?.Gpus ?? 1;
        List<string> warnings = [];
        if (gpus.Count < wanted) { return Refuse($"{gpus.Count} GPUs, needs {wanted}"); }
        if (gpus.Count > wanted) { warnings.Add($"{gpus.Count} GPUs where {wanted} are used"); }
        if (expected is not null && gpus.FirstOrDefault(g => !Is(g.Name, expected)) is { } other)
        {
            return Refuse($"GPU {other.Index} is '{other.Name}', rented was {expected}");
        }
        if (needs?.MinVramGb is { } gb)
        {
            // Nominal sizes are met in GB of 10^9 bytes only: an A4000 "16 GB" shows 16376 MiB.
            if (gpus.FirstOrDefault(g => g.MemoryTotalMb * BytesPerMb / 1e9 < gb) is { } small)
            {
                return Refuse(string.Create(CultureInfo.InvariantCulture, $"GPU {small.Index} has {small.MemoryTotalMb} MiB of memory, needs {gb} GB"));
            }
            if (gpus.Any(g => g.MemoryTotalMb is null)) { warnings.Add("a GPU does not tell its memory"); }
        }
        if (needs?.CudaMin is { } least)
        {
            if (!TryVersion(least, out var min)) { return Refuse($"needs.cudaMin '{least}' is not a version"); }
            if (!TryVersion(report.CudaVersion, out var cuda)) { warnings.Add(report.Problem ?? "the CUDA version is unknown"); }
            else if (cuda < min) { return Refuse($"the driver supports CUDA {report.CudaVersion}, needs {least}"); }
        }
        return new GpuCheck(null, warnings);

        GpuCheck Refuse(string why) => new(why, warnings);
    }

    /// <summary>
    /// True when a name of nvidia-smi means the canonical GPU: "NVIDIA RTX A6000" is rtx-a6000, "NVIDIA GeForce RTX 3090 Ti" is not rtx-3090.
    /// </summary>
    internal static bool Is(string name, string canonical)
    {
        var (said, meant) = (Words(name), Words(canonical));
        return meant.Except(s_forms).All(said.Contains)
            && s_variants.All(v => said.Contains(v) == meant.Contains(v))
            && !(Form(said) is { } has && Form(meant) is { } wants && has != wants);
    }

    private static string? Form(HashSet<string> words) => s_forms.FirstOrDefault(words.Contains);

    // "SXM4" and "SXM5" are the form of their GPU; which number it is follows from the GPU.
    private static HashSet<string> Words(string text) =>
        [.. Word().Matches(text.ToLowerInvariant()).Select(m => m.Value.StartsWith("sxm", StringComparison.Ordinal) ? "sxm" : m.Value)];

    private static bool TryVersion(string? text, out Version version)
    {
        var whole = text is not null && !text.Contains('.', StringComparison.Ordinal) ? text + ".0" : text;
        return Version.TryParse(whole, out version!);
    }

    [GeneratedRegex("[a-z0-9]+")]
    private static partial Regex Word();
}
