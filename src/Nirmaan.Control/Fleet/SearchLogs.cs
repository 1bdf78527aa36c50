using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>What is looked for in kept logs; null = anything.</summary>
/// <param name="Words">All of them stand in the line, anywhere, whatever their case. Each has at least three characters.</param>
/// <param name="Machine">The machine's id, its beginning or its end (four characters or more; pages show the end), or its id at the supplier.</param>
/// <param name="Workload">Of machines that run it or ran it.</param>
/// <param name="From">Written then or later.</param>
/// <param name="Until">Written then or earlier.</param>
public sealed record LogSearch(string? Words = null, string? Machine = null, WorkloadName? Workload = null, DateTimeOffset? From = null, DateTimeOffset? Until = null);

/// <summary>A line that was found, and whose it is.</summary>
public sealed record FoundLine(InstanceId InstanceId, WorkloadName Workload, SupplierName Supplier, LogLine Line);

/// <summary>Lines that were found, those read last first.</summary>
/// <param name="Next">What to pass as <c>after</c> for older ones; null = that was all.</param>
/// <param name="SearchedTo">Everything read since then was looked through; null = all that is kept.</param>
public sealed record FoundLines(IReadOnlyList<FoundLine> Lines, string? Next, DateTimeOffset? SearchedTo);

/// <summary>Searches the logs that are kept, of living machines and of those long gone.</summary>
public sealed class SearchLogs(IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>Fewest characters of a word: fewer are in nearly every line, and no index tells in which.</summary>
    public const int ShortestWord = 3;

    private const int MostWords = 10, NewestReadings = 300, MostReadings = 2_000, MostMachines = 100, ShortestId = 4;

    // Readings bear the time at which they began; a followed one goes on for a while, and a machine's first one brings lines from before.
    private static readonly TimeSpan s_goesOn = TimeSpan.FromHours(1), s_goesBack = TimeSpan.FromDays(2);

    /// <summary>Where a page ended: the lines of a reading before this one come next.</summary>
    private sealed record Place(DateTimeOffset At, Guid Instance, int Line)
    {
        public string Text() => string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks}.{Instance:N}.{Line}");
    }

    /// <summary>One page of what is found.</summary>
    /// <param name="after">Next of the page before; null = the newest.</param>
    /// <exception cref="InvalidInputException">Something that cannot be looked for, or no such page.</exception>
    public async Task<FoundLines> RunAsync(LogSearch search, int? limit, string? after, CancellationToken cancellationToken)
    {
        var (most, words, place) = (Paging.Limit(limit), Words(search.Words), after is null ? null : Parse(after));
        if (search is { From: { } begin, Until: { } end } && end < begin) { throw new InvalidInputException("until", end, "not before from"); }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var page = new Pages(search, words, most, place);
        // Words that are in nearly every line fill a page out of the newest readings alone; only what is rarer is looked up in the index.
        var newest = words.Count > 0 ? NewestReadings : MostReadings;
        if (await page.ReadAsync(await RowsAsync(db, search, [], place, newest, cancellationToken), newest, cancellationToken) is { } found) { return found; }
        if (words.Count > 0 && await page.ReadAsync(await RowsAsync(db, search, words, page.Place, MostReadings, cancellationToken), MostReadings, cancellationToken) is { } older) { return older; }
        // So much was looked through: what was found is shown, and older readings are asked for when somebody wants them.
        return new FoundLines(page.Found, page.Place!.Text(), page.Place.At);
    }

    private static async Task<IAsyncEnumerable<Reading>> RowsAsync(NirmaanDbContext db, LogSearch search, List<string> words, Place? place, int most, CancellationToken cancellationToken)
    {
        var logs = db.InstanceLogs.AsNoTracking().AsQueryable();
        foreach (var word in words)
        {
            var pattern = $"%{word.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
            logs = logs.Where(l => EF.Functions.ILike(l.Lines, pattern, @"\"));
        }
        if (search.Machine is { } machine)
        {
            var ids = await MachinesAsync(db, machine.Trim(), cancellationToken);
            logs = logs.Where(l => ids.Contains(l.InstanceId));
        }
        if (search.Workload is { } workload) { logs = logs.Where(l => db.Miners.Any(m => m.InstanceId == l.InstanceId && m.Workload == workload)); }
        if (search.From is { } from)
        {
            var earliest = Shift(from, -s_goesOn);
            logs = logs.Where(l => l.At >= earliest);
        }
        var until = search.Until is { } end ? Shift(end, s_goesBack) : (DateTimeOffset?)null;
        if (new[] { until, place?.At }.Min() is { } latest) { logs = logs.Where(l => l.At <= latest); }
        return logs.OrderByDescending(l => l.At).ThenByDescending(l => l.InstanceId).Take(most)
            .Join(db.Instances, l => l.InstanceId, i => i.Id, (l, i) => new { Log = l, i.Workload, i.Supplier }).OrderByDescending(r => r.Log.At).ThenByDescending(r => r.Log.InstanceId)
            .Select(r => new Reading(r.Log, r.Workload, r.Supplier)).AsAsyncEnumerable();
    }

    /// <summary>A time some way off; where there is none, the first or last there is.</summary>
    private static DateTimeOffset Shift(DateTimeOffset at, TimeSpan by) =>
        by < TimeSpan.Zero ? at - DateTimeOffset.MinValue > -by ? at + by : DateTimeOffset.MinValue : DateTimeOffset.MaxValue - at > by ? at + by : DateTimeOffset.MaxValue;

    private sealed record Reading(InstanceLog Log, WorkloadName Workload, SupplierName Supplier);

    /// <summary>Makes a page of readings, the newest first, from a place on.</summary>
    private sealed class Pages(LogSearch search, List<string> words, int most, Place? place)
    {
        public List<FoundLine> Found { get; } = [];

        /// <summary>How far it came.</summary>
        public Place? Place { get; private set; } = place;

        /// <summary>The page, when it is full or there is no older reading; null = these readings were too few.</summary>
        public async Task<FoundLines?> ReadAsync(IAsyncEnumerable<Reading> readings, int asked, CancellationToken cancellationToken)
        {
            var read = 0;
            await foreach (var (log, workload, supplier) in readings.WithCancellation(cancellationToken))
            {
                read++;
                var lines = log.Lines.Split('\n');
                var upTo = lines.Length;
                if (Place is { } came && came.At == log.At)
                {
                    // Readings of one time stand in the order of their machines.
                    if (log.InstanceId.Value.CompareTo(came.Instance) > 0) { continue; }
                    if (log.InstanceId.Value == came.Instance) { upTo = Math.Min(upTo, came.Line); }
                }
                for (var i = upTo - 1; i >= 0; i--)
                {
                    if (LogLine.Parse(lines[i]) is not { } line || line.Source == LogLine.Gap || !Fits(line, words, search)) { continue; }
                    if (Found.Count == most) { return new FoundLines(Found, new Place(log.At, log.InstanceId.Value, i + 1).Text(), log.At); }
                    Found.Add(new FoundLine(log.InstanceId, workload, supplier, line));
                }
                Place = new Place(log.At, log.InstanceId.Value, 0);
            }
            return read < asked ? new FoundLines(Found, null, null) : null;
        }
    }

    private static bool Fits(LogLine line, List<string> words, LogSearch search) =>
        !(line.At < search.From) && !(line.At > search.Until) && words.TrueForAll(w => line.Text.Contains(w, StringComparison.OrdinalIgnoreCase));

    private static List<string> Words(string? text)
    {
        List<string> words = [.. (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.OrdinalIgnoreCase)];
        if (words.Find(w => w.Length < ShortestWord) is { } brief) { throw new InvalidInputException("words", brief, $"words of at least {ShortestWord} characters"); }
        return words.Count <= MostWords ? words : throw new InvalidInputException("words", $"{words.Count} words", $"at most {MostWords}");
    }

    private static async Task<List<InstanceId>> MachinesAsync(NirmaanDbContext db, string text, CancellationToken cancellationToken)
    {
        if (text.Length < ShortestId) { throw new InvalidInputException("machine", text, $"at least {ShortestId} characters of a machine's id, or its id at the supplier"); }
        var part = text.ToLowerInvariant().Replace(@"\", "", StringComparison.Ordinal).Replace("%", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
        var (begin, end) = ($"{part}%", $"%{part}");
        var ids = await db.Database.SqlQuery<Guid>($"""SELECT id AS "Value" FROM instances WHERE id::text LIKE {begin} OR id::text LIKE {end} OR external_id = {text} LIMIT {MostMachines + 1}""").ToListAsync(cancellationToken);
        return ids.Count <= MostMachines ? [.. ids.Select(id => new InstanceId(id))] : throw new InvalidInputException("machine", text, $"a part of an id that at most {MostMachines} machines share");
    }

    private static Place Parse(string after) =>
        after.Split('.') is [var at, var instance, var line] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks
        && Guid.TryParseExact(instance, "N", out var id) && int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new Place(new DateTimeOffset(ticks, TimeSpan.Zero), id, index) : throw Paging.NoSuchPage(after);
}
