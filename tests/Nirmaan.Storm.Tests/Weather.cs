using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Nirmaan.Storm.Tests;

/// <summary>What befalls one call to the outside.</summary>
internal enum Stroke
{
    None,
    /// <summary>The worker dies before the call leaves.</summary>
    DieBefore,
    /// <summary>The outside acts, and the worker dies before it hears of it.</summary>
    DieAfter,
    /// <summary>It is lost on the way there.</summary>
    Lost,
    /// <summary>It is lost to us, and the outside acts on it minutes later.</summary>
    Late,
    /// <summary>The outside acts, and the answer is lost.</summary>
    ActThenTimeOut,
    /// <summary>An error of theirs; nothing happened.</summary>
    Error,
    /// <summary>The outside acts, and answers with an error of theirs.</summary>
    ActThenError,
    /// <summary>429.</summary>
    TooMany,
    /// <summary>A refusal; nothing happened.</summary>
    Refuse,
    /// <summary>The outside acts, and half of the answer arrives.</summary>
    Cut,
    /// <summary>A list as it was a while ago.</summary>
    Stale,
    /// <summary>The worker sleeps through its lease before the call leaves; another worker works meanwhile.</summary>
    SleepBefore,
    /// <summary>It sleeps through its lease while the outside acts.</summary>
    SleepAfter,
}

/// <summary>What a call does.</summary>
internal enum CallKind { Read, List, Write }

/// <summary>Draws from the seed what befalls each call, and keeps the history that two runs of one seed must share.</summary>
internal sealed partial class Weather(int seed, TimeProvider clock) : IDisposable
{
    private static readonly Stroke[] s_reads = [Stroke.Lost, Stroke.Error, Stroke.TooMany, Stroke.Refuse, Stroke.Cut, Stroke.DieBefore, Stroke.DieAfter];
    private static readonly Stroke[] s_lists = [Stroke.Lost, Stroke.Error, Stroke.TooMany, Stroke.Cut, Stroke.DieBefore, Stroke.DieAfter, Stroke.Stale, Stroke.Stale, Stroke.Stale];
    private static readonly Stroke[] s_writes =
    [
        Stroke.DieBefore, Stroke.DieAfter, Stroke.DieAfter, Stroke.Lost, Stroke.Late, Stroke.Late, Stroke.ActThenTimeOut, Stroke.Error, Stroke.ActThenError, Stroke.TooMany, Stroke.Refuse, Stroke.Cut,
        Stroke.SleepBefore, Stroke.SleepAfter,
    ];
    private readonly Dictionary<string, string> _seen = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly StreamWriter? _file = Environment.GetEnvironmentVariable("NIRMAAN_STORM_LOG") is { Length: > 0 } folder
        ? new StreamWriter(Path.Combine(folder, $"storm-{seed.ToString(CultureInfo.InvariantCulture)}.log")) { AutoFlush = true } : null;

    public Random Draw { get; } = new(seed);

    /// <summary>False = every call is let through.</summary>
    public bool Rages { get; set; }

    /// <summary>Strokes that fell.</summary>
    public Dictionary<Stroke, int> Fell { get; } = [];

    public int Calls { get; private set; }

    /// <summary>The history so far in one figure.</summary>
    public string Hash => Convert.ToHexStringLower(_hash.GetCurrentHash())[..16];

    /// <summary>
    /// What befalls a call, and a number to choose the details by. That of a read hangs on what is read and when, and not on how many calls there were
    /// before it: one more look at a price changes nothing of the day.
    /// </summary>
    public (Stroke Stroke, int Pick) Next(CallKind kind, string call)
    {
        var draw = kind == CallKind.Write ? Draw : new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}|{clock.GetUtcNow().Ticks}|{call}"))));
        var (strokes, share) = kind switch { CallKind.Write => (s_writes, 0.25), CallKind.List => (s_lists, 0.12), _ => (s_reads, 0.02) };
        var (falls, which, pick) = (draw.NextDouble() < share, draw.Next(strokes.Length), draw.Next(1000));
        var stroke = Rages && falls ? strokes[which] : Stroke.None;
        lock (Fell)
        {
            Calls++;
            if (stroke != Stroke.None) { Fell[stroke] = Fell.GetValueOrDefault(stroke) + 1; }
        }
        Note($"{call} {stroke}");
        return (stroke, pick);
    }

    /// <summary>Adds a line to the history. Ids that no seed decides are written as the order in which they came up.</summary>
    public void Note(string what)
    {
        var line = $"{clock.GetUtcNow().ToString("dd HH:mm:ss.fff", CultureInfo.InvariantCulture)} {RandomId().Replace(what, m => _seen.TryGetValue(m.Value, out var known) ? known : _seen[m.Value] = $"#{_seen.Count}")}\n";
        _hash.AppendData(Encoding.UTF8.GetBytes(line));
        _file?.Write(line);
    }

    public void Dispose()
    {
        _hash.Dispose();
        _file?.Dispose();
    }

    [GeneratedRegex("(?<![0-9a-fx])[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}(?![0-9a-f])")]
    private static partial Regex RandomId();
}
