using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Nirmaan.Agent;

/// <summary>The few calls of POSIX and Linux that .NET does not offer.</summary>
internal static partial class Posix
{
    internal const int SigKill = 9;
    internal const int SigTerm = 15;

    /// <summary>The .NET runtime's own variable; the miner does not get to see it.</summary>
    internal const string NoDiagnostics = "DOTNET_EnableDiagnostics";

    private const int SigPipe = 13;
    private const int PrSetPdeathsig = 1;

    /// <summary>Sends a signal to a process, or to a whole group when the id is negative. False when there is none.</summary>
    internal static bool Signal(int id, int signal) => kill(id, signal) == 0;

    /// <summary>True while any process of the group lives.</summary>
    internal static bool GroupLives(int group) => kill(-group, 0) == 0;

    /// <summary>
    /// Becomes the given program in a session and process group of its own, so that a kill of the group takes all it started and nothing else.
    /// It dies when the agent dies, however that happens. Returns only if the program cannot be executed, with the exit code for that.
    /// </summary>
    /// <param name="agent">The process id of the agent.</param>
    internal static int Become(string agent, string[] command)
    {
        _ = setsid();
        _ = prctl(PrSetPdeathsig, SigKill, 0, 0, 0);
        // The agent may have died before its death could be told.
        if (getppid().ToString(CultureInfo.InvariantCulture) != agent) { return 128 + SigKill; }
        // .NET ignores SIGPIPE and an ignored signal stays ignored across exec: the miner's pipes would behave unlike in a shell.
        _ = signal(SigPipe, 0);
        _ = unsetenv(NoDiagnostics);
        _ = execvp(command[0], [.. command, null]);
        var problem = Marshal.GetLastPInvokeErrorMessage();
        Console.Error.WriteLine($"{command[0]}: {problem}");
        return 127;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int sig);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getppid();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unsetenv(string name);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint signal(int signum, nint handler);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int execvp(string file, string?[] argv);
}

/// <summary>A thread that lives as long as the agent. "Dies with its parent" means the parent's thread, and pool threads end when they please.</summary>
internal static class LastingThread
{
    private static readonly BlockingCollection<Action> s_work = Begin();

    internal static Task<T> RunAsync<T>(Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        s_work.Add(() =>
        {
            try { result.SetResult(work()); }
            catch (Exception e) { result.SetException(e); }
        });
        return result.Task;
    }

    private static BlockingCollection<Action> Begin()
    {
        var work = new BlockingCollection<Action>();
        new Thread(() => { foreach (var action in work.GetConsumingEnumerable()) { action(); } }) { IsBackground = true, Name = "starter" }.Start();
        return work;
    }
}
