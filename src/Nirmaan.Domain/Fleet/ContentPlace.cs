namespace Nirmaan.Domain.Fleet;

/// <summary>How far one stream of lines was read, so that what a new connection repeats is known.</summary>
public interface ILogPlace
{
    /// <summary>A new connection: known lines may come again.</summary>
    void Reconnect();

    /// <summary>The lines that are new now that this one came; a known one brings none, and one that decides a doubt may bring several.</summary>
    IReadOnlyList<LogLine> Take(LogLine line);
}

/// <summary>
/// The place in a stream whose lines have no time: what was read last, by its text. A new connection repeats the newest lines; it is taken to begin where
/// the most of them agree with what is remembered, and nothing is given on before it is past that, however slowly they come.
/// </summary>
public sealed class ContentPlace : ILogPlace
{
    /// <summary>So many lines are asked for at first.</summary>
    public const int First = 500;

    private const int Most = 5_000, Sure = 200;
    private readonly List<long> _known;
    private readonly int _mostReplayed;
    private readonly List<LogLine> _replay = [];
    private List<int> _begins = [];
    private bool _isCatchingUp, _isCut;

    /// <summary>A stream of which nothing was read.</summary>
    /// <param name="mostReplayed">It cannot be asked where to begin, and may give so many lines from before those that are remembered; 0 = it begins among them.</param>
    public ContentPlace(int mostReplayed) => (_known, _mostReplayed) = ([], mostReplayed);

    /// <summary>A stream of which these lines were read before, by whomever; older ones may come again before them.</summary>
    public ContentPlace(IEnumerable<LogLine> kept, int mostReplayed)
    {
        (_known, _mostReplayed, _isCut) = ([.. kept.Where(l => l.Source != LogLine.Gap).TakeLast(Most).Select(Key)], mostReplayed, true);
        Reconnect();
    }

    /// <summary>How many lines to ask for, so that a replay begins within what is remembered.</summary>
    public int Tail => Math.Max(First, _known.Count);

    /// <summary>True while lines are held back that may be known.</summary>
    public bool IsCatchingUp => _isCatchingUp;

    /// <summary>True while nothing that came agrees with what is remembered, and more is waited for.</summary>
    public bool IsLost => _isCatchingUp && _begins.Count == 0 && _replay.Count > 0;

    /// <inheritdoc />
    public void Reconnect()
    {
        _replay.Clear();
        _begins = [.. Enumerable.Range(0, _known.Count)];
        _isCatchingUp = _known.Count > 0;
    }

    /// <inheritdoc />
    public IReadOnlyList<LogLine> Take(LogLine line)
    {
        if (!_isCatchingUp) { return Keep([line]); }
        _replay.Add(line);
        var (last, key) = (_replay.Count - 1, Key(line));
        _begins.RemoveAll(begin => begin + last < _known.Count && _known[begin + last] != key);
        // The first that is left agrees over the most lines; while it is not past them, this may still be an old line.
        if (_begins.Count > 0) { return _begins[0] + last < _known.Count ? [] : Caught(_known.Count - _begins[0]); }
        if (_isCut && _replay.Count <= _mostReplayed) { return EndsAsKnown() ? Caught(_replay.Count) : []; }
        return GiveUp();
    }

    /// <summary>Everything that came since the connection is taken as new, behind a mark that lines may be missing.</summary>
    public IReadOnlyList<LogLine> GiveUp()
    {
        if (_replay.Count == 0) { return []; }
        var at = _replay[0].At;
        return [new LogLine(at, LogLine.Gap, "lines may have gone by unread here"), .. Caught(0)];
    }

    private List<LogLine> Caught(int old)
    {
        List<LogLine> newer = [.. _replay.Skip(old)];
        (_isCatchingUp, _begins) = (false, []);
        _replay.Clear();
        return Keep(newer);
    }

    private bool EndsAsKnown()
    {
        var length = Math.Min(Sure, _known.Count);
        return _replay.Count >= length && _replay.TakeLast(length).Select(Key).SequenceEqual(_known.TakeLast(length));
    }

    private List<LogLine> Keep(List<LogLine> newer)
    {
        _known.AddRange(newer.Select(Key));
        if (_known.Count > Most)
        {
            _known.RemoveRange(0, _known.Count - Most);
            _isCut = true;
        }
        return newer;
    }

    // As it is printed: the agent's line and the supplier's of it are one. Equal texts have equal keys; that two others should in thousands of lines is as good as out of the question.
    private static long Key(LogLine line) => ((long)string.GetHashCode(line.Printed, StringComparison.Ordinal) << 32) | (uint)line.Printed.Length;
}
