using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Nirmaan.Sandbox.Containers;

/// <summary>Signals to real containers, and the note of them on disk by which a killed sandbox' successor finds and ends what it left running.</summary>
internal static class ProcessSignals
{
    private const int Term = 15;

    /// <summary>Asks a process to end.</summary>
    public static bool Terminate(int pid) => Kill(pid, Term) == 0;

    /// <summary>Notes a process of ours.</summary>
    public static void Remember(string workFolder, string id, int pid)
    {
        Directory.CreateDirectory(Folder(workFolder));
        File.WriteAllText(Note(workFolder, id), $"{pid} {StartTicks(pid)}");
    }

    /// <summary>Strikes the note.</summary>
    public static void Forget(string workFolder, string id) => File.Delete(Note(workFolder, id));

    /// <summary>Ends what an earlier sandbox with this work folder left running, and answers how many those were.</summary>
    public static int Sweep(string workFolder)
    {
        if (!Directory.Exists(Folder(workFolder))) { return 0; }
        var ended = 0;
        foreach (var note in Directory.EnumerateFiles(Folder(workFolder), "*.pid"))
        {
            var words = File.ReadAllText(note).Split(' ');
            // A pid alone may by now be somebody else's: the start time tells.
            if (words.Length == 2 && int.TryParse(words[0], CultureInfo.InvariantCulture, out var pid) && StartTicks(pid) is { Length: > 0 } ticks
                && ticks == words[1])
            {
                using var process = Process.GetProcessById(pid);
                process.Kill(entireProcessTree: true);
                ended++;
            }
            File.Delete(note);
        }
        return ended;
    }

    private static string Folder(string workFolder) => Path.Combine(workFolder, "processes");

    private static string Note(string workFolder, string id) => Path.Combine(Folder(workFolder), id.Replace('/', '_') + ".pid");

    private static string StartTicks(int pid)
    {
        try
        {
            // The program's name, field 2, stands in brackets and may hold spaces; the start time is field 22.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException) { return ""; }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
