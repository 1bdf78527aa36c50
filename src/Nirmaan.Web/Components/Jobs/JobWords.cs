using System.Globalization;
using Nirmaan.Control.Jobs;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Jobs;

/// <summary>Runs of jobs in words.</summary>
public static class JobWords
{
    /// <summary>How a state is to be taken.</summary>
    public static Tone ToneOf(JobRunState state) => state switch
    {
        JobRunState.Enqueued or JobRunState.Running => Tone.Busy,
        JobRunState.Succeeded => Tone.Good,
        _ => Tone.Bad,
    };

    /// <summary>What went wrong, without the trace.</summary>
    public static string FirstLine(string exception)
    {
        var line = exception.Split('\n', 2)[0].Trim();
        var type = line.IndexOf(": ", StringComparison.Ordinal);
        // "Namespace.SomeException: words" is for the log; the words are for people.
        return type > 0 && !line[..type].Contains(' ', StringComparison.Ordinal) ? line[(type + 2)..] : line;
    }

    /// <summary>Whether a run that went well found something broken: the invariant monitor says so.</summary>
    public static bool IsBroken(string? note) => note?.StartsWith("BROKEN", StringComparison.Ordinal) == true;

    /// <summary>How long a run took: short ones in milliseconds.</summary>
    public static string Took(TimeSpan took) => took.TotalSeconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{took.TotalMilliseconds:0} ms"),
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:0.#} s"),
        _ => Format.Span(took),
    };
}
