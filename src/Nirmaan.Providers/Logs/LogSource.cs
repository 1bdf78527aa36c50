using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.Logs;

/// <summary>A line as it came over a connection.</summary>
/// <param name="Stream">Which of the connection's streams it is of; lines have an order within one only.</param>
internal sealed record WireLine(string Stream, LogLine Line);

/// <summary>From where on a connection is to give lines.</summary>
/// <param name="Tail">So many of the newest.</param>
/// <param name="Since">All from this time on, where lines have times and some were read already.</param>
internal sealed record LogAsk(int Tail, DateTimeOffset? Since);

/// <summary>One connection's worth of a container's log, opened anew whenever it breaks off.</summary>
/// <param name="Open">Gives what it replays and then what is written; a line that was cut off is none. Throws <see cref="NoLogException"/> when there is no such log any more.</param>
/// <param name="IsTimed">Each line has the time at which it was written, so that a repeated one is known by it.</param>
/// <param name="MostReplayed">It cannot be asked where to begin, and may give so many lines from before those that are remembered.</param>
internal sealed record LogSource(Func<LogAsk, CancellationToken, IAsyncEnumerable<WireLine>> Open, bool IsTimed, int MostReplayed = 0);

/// <summary>The supplier itself says that there is no such log (any more).</summary>
internal sealed class NoLogException() : Exception("there is no such log");
