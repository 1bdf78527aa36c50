using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Nirmaan.Benchmarks.Optimiser;

/// <summary>HiGHS (npm package highs, WebAssembly) run by Node on an LP file.</summary>
public static class HighsPeer
{
    /// <inheritdoc cref="NodePeer.Missing"/>
    public static string? Missing() => NodePeer.Missing("highs");

    /// <summary>Solves an LP file's text, within so many seconds.</summary>
    public static async Task<HighsAnswer> SolveAsync(string lp, double seconds, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("nirmaan-highs-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "model.lp"), lp, cancellationToken);
            var script = Path.Combine(AppContext.BaseDirectory, "Optimiser", "highs.mjs");
            string[] arguments = [script, NodePeer.Infra, Path.Combine(folder, "model.lp"), Path.Combine(folder, "answer.json"), seconds.ToString(CultureInfo.InvariantCulture)];
            using var node = Process.Start(new ProcessStartInfo("node", arguments))!;
            await node.WaitForExitAsync(cancellationToken);
            return JsonSerializer.Deserialize<HighsAnswer>(await File.ReadAllTextAsync(Path.Combine(folder, "answer.json"), cancellationToken), JsonSerializerOptions.Web)!;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary>What HiGHS says.</summary>
/// <param name="Status">Its words, e.g. Optimal or Time limit reached.</param>
/// <param name="Objective">Of its best solution, in its own (tangent) model; null if it has none.</param>
/// <param name="Seconds">Time of the solve, without starting Node and reading the file.</param>
/// <param name="CpuSeconds">Processor time of the same.</param>
/// <param name="PeakMb">Peak memory of the process.</param>
/// <param name="Columns">Columns that are not 0.</param>
public sealed record HighsAnswer(string Status, double? Objective, double Seconds, double CpuSeconds, double PeakMb, Dictionary<string, double> Columns);
