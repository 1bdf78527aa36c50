using System.Diagnostics;

namespace Nirmaan.Providers.Tests;

/// <summary>The working copy that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Runs node with text on its standard input and answers what it prints. Skips the test when node or the packages of infra/ are absent.</summary>
    public static async Task<string> RunNodeAsync(string script, string input, params string[] packages)
    {
        var modules = Path.Combine(Root, "infra", "node_modules");
        if (packages.FirstOrDefault(p => !Directory.Exists(Path.Combine(modules, p))) is { } absent) { Assert.Skip($"infra/node_modules/{absent} is absent: run npm ci in infra/"); }
        using var node = new Process
        {
            StartInfo = new ProcessStartInfo("node", ["--input-type=commonjs", "-e", script, "--", Path.Combine(Root, "infra")])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            },
        };
        try { node.Start(); }
        catch (System.ComponentModel.Win32Exception) { Assert.Skip("node is absent"); }
        var token = TestContext.Current.CancellationToken;
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(token), node.StandardError.ReadToEndAsync(token));
        await node.StandardInput.WriteAsync(input.AsMemory(), token);
        node.StandardInput.Close();
        await node.WaitForExitAsync(token);
        return node.ExitCode == 0 ? await output : throw new InvalidOperationException(await errors);
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Nirmaan.sln"))) { folder = folder.Parent; }
        return folder?.FullName ?? throw new InvalidOperationException("Nirmaan.sln is in no folder above the tests.");
    }
}
