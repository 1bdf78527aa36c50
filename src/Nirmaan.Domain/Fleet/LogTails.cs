namespace Nirmaan.Domain.Fleet;

/// <summary>How a newly read tail of a log joins what is kept of it already.</summary>
public static class LogTails
{
    /// <summary>The lines of a tail that are newer than the last kept ones, so that reading often keeps nothing twice.</summary>
    /// <param name="kept">The newest kept lines, oldest first: at least as many as the tail has, or all.</param>
    /// <param name="tail">What was read, oldest first.</param>
    /// <param name="lines">How many were asked for: a tail that is full and does not reach back to what is kept has a gap before it, which is marked.</param>
    public static IReadOnlyList<LogLine> Newer(IReadOnlyList<LogLine> kept, IReadOnlyList<LogLine> tail, int lines)
    {
        // A tail never reaches back beyond a gap: what lies before it went by unread.
        var known = kept.Skip(kept.Select((line, i) => line.Source == LogLine.Gap ? i + 1 : 0).DefaultIfEmpty().Max()).ToList();
        List<LogLine> newer = [];
        var joins = false;
        // Suppliers give output and errors apart; how the two lay between each other is not known, so each joins its own kind.
        foreach (var isErrors in new[] { false, true })
        {
            var stream = tail.Where(l => l.Source == LogLine.SupplierErrors == isErrors).ToList();
            var old = OldIn(stream, [.. known.Where(l => l.Source == LogLine.SupplierErrors == isErrors)]);
            joins |= old > 0;
            newer.AddRange(stream.Skip(old));
        }
        return !joins && kept.Count > 0 && newer.Count > 0 && tail.Count >= lines
            ? [new LogLine(newer[0].At, LogLine.Gap, "lines went by unread here"), .. newer]
            : newer;
    }

    /// <summary>How many lines of a stream, from its beginning, are known: up to the last place at which the newest known lines stand in it, one after the other.</summary>
    private static int OldIn(List<LogLine> stream, List<LogLine> known)
    {
        if (known.Count == 0) { return 0; }
        for (var last = stream.Count - 1; last >= 0; last--)
        {
            var length = Math.Min(last + 1, known.Count);
            var same = 0;
            while (same < length && IsSame(known[^(same + 1)], stream[last - same])) { same++; }
            if (same == length) { return last + 1; }
        }
        return 0;
    }

    // The agent repeats every line on the container's output, so the same line may come from it, with its time, or from the supplier, without.
    private static bool IsSame(LogLine kept, LogLine read) => kept.IsTimed && read.IsTimed ? kept == read : kept.Printed == read.Printed;
}
