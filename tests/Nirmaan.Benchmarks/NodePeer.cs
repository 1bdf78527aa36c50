using System.Diagnostics;

namespace Nirmaan.Benchmarks;

/// <summary>A peer that Node runs from a package of infra/node_modules.</summary>
public static class NodePeer
{
    /// <summary>The folder infra.</summary>
    public static string Infra { get; } = Path.Combine(Root(), "infra");

    /// <summary>Null if Node and the package are there, else what is missing and how to get it.</summary>
    public static string? Missing(string package)
    {
        if (!Directory.Exists(Path.Combine(Infra, "node_modules", package))) { return $"the npm package {package} is not installed (npm ci in infra)"; }
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true });
            node!.WaitForExit();
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "node is not on the PATH";
        }
    }

    /// <summary>Runs a script to its end and answers what it printed.</summary>
    public static async Task<string> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var node = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true })!;
        var output = await node.StandardOutput.ReadToEndAsync(cancellationToken);
        await node.WaitForExitAsync(cancellationToken);
        return node.ExitCode == 0 ? output : throw new InvalidOperationException($"node ended with {node.ExitCode}: {output}");
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Nirmaan.sln"))) { folder = folder.Parent; }
        return folder?.FullName ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Nirmaan.sln.");
    }
}
