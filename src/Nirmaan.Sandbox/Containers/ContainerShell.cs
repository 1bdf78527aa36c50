using System.Globalization;

namespace Nirmaan.Sandbox.Containers;

/// <summary>
/// A shell in a played container: a handful of commands, parted by semicolons, each with <c>>&amp;2</c> behind it where it is to go to errors. Nothing of it runs on
/// this machine; a command that it does not know is not found, as in any small image.
/// </summary>
internal static class ContainerShell
{
    private const int NotFound = 127, MostLines = 1_000_000;
    private const string ToErrors = ">&2";

    /// <summary>Runs a line and answers its exit code.</summary>
    /// <param name="say">Takes output: whether it is errors, and the text.</param>
    public static async Task<int> RunAsync(Container container, string line, Func<bool, string, Task> say, CancellationToken cancellationToken)
    {
        var exit = 0;
        foreach (var part in line.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var isErrors = part.EndsWith(ToErrors, StringComparison.Ordinal);
            var words = (isErrors ? part[..^ToErrors.Length] : part).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["exit", var code] && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var asked)) { return asked & 255; }
            exit = await RunOneAsync(container, words, text => say(isErrors, text), text => say(true, text), cancellationToken);
        }
        return exit;
    }

    private static async Task<int> RunOneAsync(Container container, string[] words, Func<string, Task> say, Func<string, Task> complain, CancellationToken cancellationToken)
    {
        switch (words)
        {
            case ["echo", .. var rest]: await say(string.Join(' ', rest) + "\n"); return 0;
            case ["true"]: return 0;
            case ["false"]: return 1;
            case ["hostname"]: await say(container.Id.Split('/')[^1] + "\n"); return 0;
            case ["env"]: await say(string.Concat(container.Spec.Env.Select(e => $"{e.Key}={e.Value}\n"))); return 0;
            case ["nvidia-smi", ..]:
                for (var i = 0; i < container.Spec.GpuCount; i++) { await say($"GPU {i}: {container.Gpu.Id} ({container.Spec.VramGb} GB), simulated\n"); }
                return 0;
            case ["seq", var last] when int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MostLines:
                for (var i = 1; i <= count; i++) { await say(i.ToString(CultureInfo.InvariantCulture) + "\n"); }
                return 0;
            case ["sleep", var seconds] when int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var wait):
                // Real seconds: whoever typed it waits for it.
                await Task.Delay(TimeSpan.FromSeconds(wait), TimeProvider.System, cancellationToken);
                return 0;
            case []: return 0;
            default: await complain($"sh: {words[0]}: not found\n"); return NotFound;
        }
    }
}
