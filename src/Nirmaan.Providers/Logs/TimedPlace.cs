using System.Globalization;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.Logs;

/// <summary>The place in a stream whose lines have times: the last one's, and how many lines of that same time there were.</summary>
internal sealed class TimedPlace : ILogPlace
{
    private int _count, _again;
    private bool _isCatchingUp;

    /// <summary>When the last line was written; null = none was read.</summary>
    public DateTimeOffset? At { get; private set; }

    /// <summary>Reads a place from text; null = it is none.</summary>
    public static TimedPlace? Parse(string text) =>
        text.Split(':') is [var at, var times] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTimeOffset.MaxValue.Ticks
        && int.TryParse(times, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? new TimedPlace { At = new DateTimeOffset(ticks, TimeSpan.Zero), _count = count, _isCatchingUp = true } : null;

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At?.UtcTicks ?? 0}:{_count}");

    /// <inheritdoc />
    public void Reconnect() => (_isCatchingUp, _again) = (At is not null, 0);

    /// <inheritdoc />
    public IReadOnlyList<LogLine> Take(LogLine line)
    {
        // Only what a connection begins with can be a repetition: later a machine's clock may go back, and its lines are new all the same.
        if (_isCatchingUp && line.At < At) { return []; }
        if (_isCatchingUp && line.At == At && ++_again <= _count) { return []; }
        _isCatchingUp = false;
        (_count, At) = line.At == At ? (_count + 1, At) : (1, line.At);
        return [line];
    }
}
