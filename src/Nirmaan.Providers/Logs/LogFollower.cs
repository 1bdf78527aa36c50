using System.ComponentModel;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Polly.Timeout;
using Refit;

namespace Nirmaan.Providers.Logs;

/// <summary>
/// Follows a container's log over connections that break off: each is opened again, and what it repeats is left out. Waits go by the machine's clock: the
/// connections are real, whatever clock the control plane runs on.
/// </summary>
internal sealed class LogFollower(SupplierName supplier, string what, TimeSpan retryDelay)
{
    private const int MostWaiting = 2_000, MostAtOnce = 500, MostFailures = 4;

    // Behind a proxy a connection may be dead and say nothing. What is repeated after it was opened again is known.
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(2), s_longestDelay = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<(int Source, string Stream), ILogPlace> _places = [];

    private sealed record Item(int Source, WireLine? Line);

    /// <summary>All lines of all sources, each once.</summary>
    /// <exception cref="SupplierUnavailableException">A source failed several times in a row.</exception>
    public async IAsyncEnumerable<LogBatch> FollowAsync(IReadOnlyList<LogSource> sources, string? cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Restore(cursor);
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var channel = Channel.CreateBounded<Item>(MostWaiting);
        var reading = CompleteAsync(channel.Writer, [.. sources.Select((source, i) => ReadAsync(source, i, channel.Writer, left.Token))]);
        try
        {
            while (await channel.Reader.WaitToReadAsync(cancellationToken))
            {
                var lines = new List<LogLine>();
                while (lines.Count < MostAtOnce && channel.Reader.TryRead(out var item)) { lines.AddRange(Take(item, sources[item.Source])); }
                yield return new LogBatch(lines, Cursor());
            }
        }
        finally
        {
            await left.CancelAsync();
            await reading;
        }
    }

    private static async Task CompleteAsync(ChannelWriter<Item> writer, Task[] readings)
    {
        try
        {
            await Task.WhenAll(readings);
            writer.Complete();
        }
        catch (Exception e) { writer.Complete(e); }
    }

    private async Task ReadAsync(LogSource source, int index, ChannelWriter<Item> writer, CancellationToken cancellationToken)
    {
        for (var (failures, fruitless) = (0, 0); ;)
        {
            Exception? fault = null;
            var isFirst = true;
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            silence.CancelAfter(s_silence);
            try
            {
                await foreach (var line in source.Open(Ask(index), silence.Token))
                {
                    if (isFirst) { await writer.WriteAsync(new Item(index, null), cancellationToken); }
                    (isFirst, failures) = (false, 0);
                    silence.CancelAfter(s_silence);
                    await writer.WriteAsync(new Item(index, line), cancellationToken);
                }
            }
            catch (NoLogException) { return; }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { throw; }
            catch (OperationCanceledException) { }
            catch (Exception e) when (e is HttpRequestException or IOException or WebSocketException or SupplierUnavailableException or TimeoutException or TimeoutRejectedException or ApiException or Win32Exception)
            {
                fault = e;
            }
            if (fault is not null && ++failures > MostFailures)
            {
                throw fault as SupplierUnavailableException ?? new SupplierUnavailableException(supplier.Value, $"log of {what}: {fault.Message}", fault);
            }
            fruitless = isFirst ? Math.Min(fruitless + 1, 6) : 0;
            var delay = retryDelay * (1 << fruitless);
            await Task.Delay(delay < s_longestDelay ? delay : s_longestDelay, TimeProvider.System, cancellationToken);
        }
    }

    private LogAsk Ask(int source)
    {
        lock (_gate)
        {
            var places = _places.Where(p => p.Key.Source == source).Select(p => p.Value).ToList();
            return new LogAsk(
                places.OfType<ContentPlace>().Select(p => p.Tail).DefaultIfEmpty(ContentPlace.First).Max(), places.OfType<TimedPlace>().Min(p => p.At));
        }
    }

    private IReadOnlyList<LogLine> Take(Item item, LogSource source)
    {
        lock (_gate)
        {
            if (item.Line is not { } line)
            {
                foreach (var (key, known) in _places) { if (key.Source == item.Source) { known.Reconnect(); } }
                return [];
            }
            if (!_places.TryGetValue((item.Source, line.Stream), out var place))
            {
                _places[(item.Source, line.Stream)] = place = source.IsTimed ? new TimedPlace() : new ContentPlace(source.MostReplayed);
            }
            return place.Take(line.Line);
        }
    }

    /// <summary>Places of timed streams, as <c>source stream place</c> parted by semicolons.</summary>
    private string? Cursor()
    {
        lock (_gate)
        {
            var places = _places.Where(p => p.Value is TimedPlace { At: not null }).Select(p => $"{p.Key.Source.ToString(System.Globalization.CultureInfo.InvariantCulture)} {p.Key.Stream} {p.Value}").ToList();
            return places.Count > 0 ? string.Join(';', places) : null;
        }
    }

    private void Restore(string? cursor)
    {
        foreach (var part in (cursor ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split(' ') is [var source, var stream, var place] && int.TryParse(source, out var index) && TimedPlace.Parse(place) is { } at) { _places[(index, stream)] = at; }
        }
    }
}
