using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Nirmaan.Sandbox.Miners;

/// <summary>Asks nvidia-smi which cards this machine has, with the query the agent uses.</summary>
internal static class GpuProbe
{
    private static readonly string[] s_query =
    [
        "--query-gpu=index,name,driver_version,memory.total,utilization.gpu,temperature.gpu,memory.used,power.draw",
        "--format=csv,noheader,nounits"
    ];

    /// <summary>The cards, or none when nvidia-smi is not there or fails.</summary>
    public static async Task<(string Name, int Count, double VramGb)> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("nvidia-smi", s_query) { RedirectStandardOutput = true, RedirectStandardError = true });
            if (process is null) { return ("", 0, 0); }
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? Parse(output) : ("", 0, 0);
        }
        catch (Win32Exception) { return ("", 0, 0); }
    }

    /// <summary>Name, number and memory (GB) of the cards, from the query's lines; all cards of a machine are alike.</summary>
    public static (string Name, int Count, double VramGb) Parse(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var cards = lines.Select(l => l.Split(',', StringSplitOptions.TrimEntries)).ToArray();
        if (cards.Length == 0 || cards[0].Length < 4) { return ("", 0, 0); }
        var known = double.TryParse(cards[0][3], NumberStyles.Float, CultureInfo.InvariantCulture, out var mebibytes);
        // A card sold as 24 GB reports a little less; the miners' gates are in GB as sold.
        return (cards[0][1], cards.Length, known ? Math.Ceiling(mebibytes / 1024) : 0);
    }
}
