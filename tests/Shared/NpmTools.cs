using System.Diagnostics;

namespace Nirmaan.Testing;

/// <summary>
/// The tools of infra/node_modules, as independent oracles and as the local chain. A test that needs one which is not installed
/// skips, and says how to install it.
/// </summary>
public static class NpmTools
{
    private const string HowToInstall = "run: npm ci --prefix infra (needs Node 20 or newer)";

    /// <summary>The folder of Nirmaan.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>infra/node_modules, there or not.</summary>
    public static string Modules => Path.Combine(Root, "infra", "node_modules");

    /// <summary>Path of the <c>cast</c> executable; skips when it is absent.</summary>
    public static string Cast => Require(BinaryOf("cast"));

    /// <summary>Path of the <c>anvil</c> executable, or null.</summary>
    public static string? AnvilOrNull => File.Exists(BinaryOf("anvil")) ? BinaryOf("anvil") : null;

    /// <summary>Path of <c>node</c>, or null.</summary>
    public static string? NodeOrNull { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "node")).FirstOrDefault(File.Exists);

    /// <summary>Runs a script with node in infra/, where it finds the npm packages; skips when node or the packages are absent.</summary>
    public static async Task<string> RunNodeAsync(IEnumerable<string> arguments, string input, CancellationToken cancellationToken)
    {
        Assert.SkipWhen(NodeOrNull is null, $"node is not on the PATH; {HowToInstall}");
        Assert.SkipUnless(Directory.Exists(Modules), $"{Modules} is absent; {HowToInstall}");
        return await RunAsync(NodeOrNull!, arguments, input, cancellationToken);
    }

    /// <summary>Runs a program to its end and answers its output; any other exit code than 0 throws with what it said.</summary>
    public static async Task<string> RunAsync(string file, IEnumerable<string> arguments, string input, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = Path.Combine(Root, "infra"),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? await output
                : throw new InvalidOperationException($"{Path.GetFileName(file)} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}");
        }
        finally
        {
            if (!process.HasExited) { process.Kill(entireProcessTree: true); }
        }
    }

    /// <summary>What is missing for a local chain, or null.</summary>
    public static string? MissingForChain() =>
        AnvilOrNull is null ? $"anvil is absent ({BinaryOf("anvil")}); {HowToInstall}"
        : NodeOrNull is null ? $"node is not on the PATH; {HowToInstall}"
        : Directory.Exists(Path.Combine(Modules, "solc")) ? null : $"solc is absent; {HowToInstall}";

    private static string Require(string path)
    {
        Assert.SkipUnless(File.Exists(path), $"{path} is absent; {HowToInstall}");
        return path;
    }

    private static string BinaryOf(string tool) => Path.Combine(Modules, "@foundry-rs", $"{tool}-linux-amd64", "bin", tool);

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Nirmaan.sln"))) { folder = Path.GetDirectoryName(folder); }
        return folder ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Nirmaan.sln.");
    }
}
