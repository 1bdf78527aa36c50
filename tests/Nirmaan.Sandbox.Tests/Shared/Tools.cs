using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Nirmaan.Sandbox.Tests.Shared;

/// <summary>Outside tools that some tests need; absent ones skip the test visibly.</summary>
internal static class Tools
{
    /// <summary>Folder of the pinned npm tools.</summary>
    public static string Infra([CallerFilePath] string here = "")
    {
        var folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../infra"));
        if (!Directory.Exists(Path.Combine(folder, "node_modules"))) { Assert.Skip("infra/node_modules is absent: run npm ci in infra."); }
        return folder;
    }

    /// <summary>Shared contracts and facts of the project's workplace.</summary>
    public static string SharedFolder()
    {
        var folder = Environment.GetEnvironmentVariable("NIRMAAN_SHARED");
        if (string.IsNullOrEmpty(folder)) { Assert.Skip("NIRMAAN_SHARED names no folder with the suppliers' contracts."); }
        return folder!;
    }

    /// <summary>Runs a program to its end and answers what it printed.</summary>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string input, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return output;
    }
}
