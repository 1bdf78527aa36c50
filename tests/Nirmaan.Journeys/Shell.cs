using System.Diagnostics;

namespace Nirmaan.Journeys;

/// <summary>A shell as a stranger has it who has built the command line: what a page shows is run as it stands.</summary>
internal static class Shell
{
    /// <summary>Runs one line in an empty folder, with <c>nirmaan</c> on the path.</summary>
    public static async Task<(int Code, string Text)> RunAsync(string command)
    {
        var folder = Directory.CreateTempSubdirectory("nirmaan-shell");
        try
        {
            var tools = folder.CreateSubdirectory("bin");
            var nirmaan = Path.Combine(tools.FullName, "nirmaan");
            await File.WriteAllTextAsync(nirmaan, $"#!/bin/sh\nexec dotnet '{HostProcess.Built("Nirmaan.Cli", "nirmaan")}' \"$@\"\n");
            var start = new ProcessStartInfo("/bin/sh", ["-c", $"chmod +x '{nirmaan}'; {{ {command}; }} 2>&1"]) { RedirectStandardOutput = true, WorkingDirectory = folder.FullName };
            start.Environment["PATH"] = $"{tools.FullName}:{Environment.GetEnvironmentVariable("PATH")}";
            using var shell = Process.Start(start)!;
            var text = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (shell.ExitCode, text);
        }
        finally { folder.Delete(recursive: true); }
    }
}
