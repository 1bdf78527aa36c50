using System.Globalization;

namespace Nirmaan.Benchmarks;

/// <summary>CPU time of the processes that work for us, so that a figure says what the whole costs and not our part of it alone.</summary>
internal static class ProcessCpu
{
    private const double TicksPerSecond = 100; // USER_HZ, which Linux has fixed for programs

    /// <summary>Of the private cluster in a folder since it began, its processes that have ended included.</summary>
    public static double OfPostgres(string folder)
    {
        var server = File.ReadLines(Path.Combine(folder, "data", "postmaster.pid")).First();
        return All().Where(p => p.Id == server || p.Parent == server).Sum(p => p.Own + (p.Id == server ? p.Ended : 0));
    }

    /// <summary>Of the processes that this one started and whose command line names a program.</summary>
    public static double OfChild(string program) =>
        All().Where(p => p.Parent == Text(Environment.ProcessId) && Read(p.Id, "cmdline").Contains(program, StringComparison.Ordinal)).Sum(p => p.Own);

    private static IEnumerable<(string Id, string Parent, double Own, double Ended)> All()
    {
        foreach (var id in Directory.EnumerateDirectories("/proc").Select(p => Path.GetFileName(p)).Where(n => char.IsAsciiDigit(n[0])))
        {
            if (Read(id, "stat") is not { Length: > 0 } stat) { continue; }
            // After the name, which may hold anything: state, parent, ..., user and system time, and those of children that were waited for (proc(5)).
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            yield return (id, fields[1], Seconds(fields[11..13]), Seconds(fields[13..15]));
        }
    }

    // One that has ended since it was listed has nothing to read; its parent counts it.
    private static string Read(string process, string file)
    {
        try { return File.ReadAllText(Path.Combine("/proc", process, file)); }
        catch (IOException) { return ""; }
    }

    private static double Seconds(string[] ticks) => ticks.Sum(t => long.Parse(t, CultureInfo.InvariantCulture)) / TicksPerSecond;
    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);
}
