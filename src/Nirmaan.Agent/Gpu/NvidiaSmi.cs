using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Nirmaan.Agent.Gpu;

/// <summary>One GPU as nvidia-smi sees it. A value that the driver does not give is null, never 0.</summary>
/// <param name="MemoryTotalMb">MiB.</param>
/// <param name="Utilisation">Percent of the last sample period in which a kernel ran, 0 to 100.</param>
/// <param name="MemoryUsedMb">MiB.</param>
/// <param name="PowerW">Watts.</param>
public sealed record GpuReading(
    int Index, string Name, string? DriverVersion, double? MemoryTotalMb, double? Utilisation, double? TemperatureC, double? MemoryUsedMb, double? PowerW);

/// <summary>What could be learnt of the machine's GPUs.</summary>
/// <param name="Gpus">Null when unknown.</param>
/// <param name="CudaVersion">The newest CUDA that the driver supports; null when unknown.</param>
/// <param name="Problem">Why something is unknown.</param>
/// <param name="IsBroken">True when the tool is there and fails: the machine is not usable, which is more than not known.</param>
public sealed record GpuReport(IReadOnlyList<GpuReading>? Gpus, string? CudaVersion, string? Problem, bool IsBroken);

/// <summary>Reads the GPUs through NVIDIA's own tool.</summary>
public sealed partial class NvidiaSmi(string program = "nvidia-smi")
{
    private const string Query = "--query-gpu=index,name,driver_version,memory.total,utilization.gpu,temperature.gpu,memory.used,power.draw";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>The GPUs now.</summary>
    public async Task<GpuReport> ReadAsync(CancellationToken cancellationToken)
    {
        var (code, said) = await RunAsync([Query, "--format=csv,noheader,nounits"], cancellationToken);
        if (code is null) { return new GpuReport(null, null, said, IsBroken: false); }
        if (code != 0) { return new GpuReport(null, null, $"nvidia-smi failed with exit code {code}: {FirstLine(said)}", IsBroken: true); }
        var gpus = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse).ToList();
        return gpus.Contains(null)
            ? new GpuReport(null, null, $"nvidia-smi said something else: {FirstLine(said)}", IsBroken: true)
            : new GpuReport([.. gpus.OfType<GpuReading>()], null, null, IsBroken: false);
    }

    /// <summary>The GPUs and the CUDA version, which only the tool's header tells.</summary>
    public async Task<GpuReport> ReadWithCudaAsync(CancellationToken cancellationToken)
    {
        var report = await ReadAsync(cancellationToken);
        if (report.Gpus is null) { return report; }
        var (_, header) = await RunAsync([], cancellationToken);
        return CudaLine().Match(header) is { Success: true } match
            ? report with { CudaVersion = match.Groups[1].Value }
            : report with { Problem = "nvidia-smi tells no CUDA version" };
    }

    /// <summary>One line of the query's answer; null when it is none.</summary>
    internal static GpuReading? Parse(string line)
    {
        var fields = line.Split(',', StringSplitOptions.TrimEntries);
        return fields.Length == 8 && int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new GpuReading(index, fields[1], Known(fields[2]), Number(fields[3]), Number(fields[4]), Number(fields[5]), Number(fields[6]), Number(fields[7]))
            : null;
    }

    private async Task<(int? Code, string Said)> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(patience.Token);
                var errors = process.StandardError.ReadToEndAsync(patience.Token);
                await process.WaitForExitAsync(patience.Token);
                return (process.ExitCode, await output is { Length: > 0 } said ? said : await errors);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // A hung driver hangs its tool too.
                process.Kill();
                return (-1, $"no answer within {s_patience.TotalSeconds} seconds");
            }
        }
        catch (Win32Exception) { return (null, "nvidia-smi is not there, so GPU, driver and CUDA are unknown"); }
    }

    private static string FirstLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "nothing";

    // What a GPU does not tell reads "[N/A]", "[Not Supported]", "[Unknown Error]".
    private static string? Known(string field) => field.Length == 0 || field.StartsWith('[') || field == "N/A" ? null : field;

    private static double? Number(string field) => double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) ? n : null;

    [GeneratedRegex(@"CUDA Version:\s*([0-9]+\.[0-9]+)")]
    private static partial Regex CudaLine();
}
