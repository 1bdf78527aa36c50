using System.Runtime.CompilerServices;
using System.Text;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.Http;

/// <summary>Reads the newest events of a server-sent stream that never ends: what comes within a few seconds is what there is.</summary>
internal static class EventLines
{
    private const int LongestLine = 8 * 1024;

    /// <summary>The newest events' data, oldest first; null = the supplier itself says that there is no such log.</summary>
    /// <param name="readTime">Real seconds: the stream comes from a real machine, whatever clock the control plane runs on.</param>
    /// <exception cref="SupplierUnavailableException">Not readable.</exception>
    public static async Task<IReadOnlyCollection<string>?> ReadTailAsync(
        SupplierName supplier, string what, Func<CancellationToken, Task<HttpResponseMessage>> open, int lines, TimeSpan readTime, CancellationToken cancellationToken)
    {
        var tail = new Queue<string>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(readTime);
        try
        {
            using var answer = await open(limit.Token);
            if (!answer.IsSuccessStatusCode)
            {
                var problem = Problem.Read((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(limit.Token));
                return problem is { Status: 404, Spoken: true } ? null : throw new SupplierUnavailableException(supplier.Value, $"log of {what}: {problem}");
            }
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(limit.Token));
            while (await reader.ReadLineAsync(limit.Token) is { } line)
            {
                if (Text(line) is not { } text) { continue; }
                if (tail.Count == lines) { tail.Dequeue(); }
                tail.Enqueue(text);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested) { }
        catch (Exception e) when (e is HttpRequestException or IOException && tail.Count == 0)
        {
            throw new SupplierUnavailableException(supplier.Value, $"log of {what}: {e.Message}", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException) { }
        return tail;
    }

    /// <summary>The text of every event as it comes. An event counts once the blank line behind it came, so that one whose connection breaks off in the middle is none.</summary>
    public static async IAsyncEnumerable<string> FollowAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var waiting = new List<string>();
        await foreach (var line in WholeLinesAsync(stream, cancellationToken))
        {
            if (line.Length == 0)
            {
                foreach (var data in waiting) { yield return data; }
                waiting.Clear();
            }
            else if (Text(line) is { } text)
            {
                // A line without the form's prefix stands for itself: not every supplier keeps to the form.
                if (Is(line, "data:")) { waiting.Add(text); } else { yield return text; }
            }
        }
    }

    /// <summary>Lines that were ended; the rest of a text that breaks off is none.</summary>
    public static async IAsyncEnumerable<string> WholeLinesAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream);
        var (buffer, line) = (new char[4096], new StringBuilder());
        while (await reader.ReadAsync(buffer.AsMemory(), cancellationToken) is > 0 and var read)
        {
            for (var i = 0; i < read; i++)
            {
                if (buffer[i] == '\n')
                {
                    yield return line.ToString().TrimEnd('\r');
                    line.Clear();
                }
                else if (line.Length <= LongestLine) { line.Append(buffer[i]); }
            }
        }
    }

    /// <summary>Opens a stream that does not end, or says why not.</summary>
    /// <exception cref="Logs.NoLogException">The supplier itself says that there is no such log.</exception>
    /// <exception cref="SupplierUnavailableException">It was refused.</exception>
    public static async Task<HttpResponseMessage> OpenAsync(SupplierName supplier, string what, Func<CancellationToken, Task<HttpResponseMessage>> open, CancellationToken cancellationToken)
    {
        var answer = await open(cancellationToken);
        if (answer.IsSuccessStatusCode) { return answer; }
        using (answer)
        {
            var problem = Problem.Read((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
            throw problem is { Status: 404, Spoken: true } ? new Logs.NoLogException() : new SupplierUnavailableException(supplier.Value, $"log of {what}: {problem}");
        }
    }

    /// <summary>The text of a line of the stream; null = it is the stream's own (blank, a comment, an event's name or id).</summary>
    private static string? Text(string line)
    {
        if (line.Length == 0 || line[0] == ':' || Is(line, "event:") || Is(line, "id:") || Is(line, "retry:")) { return null; }
        var text = Is(line, "data:") ? line.AsSpan("data:".Length) : line;
        if (text is [' ', ..] && Is(line, "data:")) { text = text[1..]; }
        return text.Length > LongestLine ? text[..LongestLine].ToString() : text.ToString();
    }

    private static bool Is(string line, string prefix) => line.StartsWith(prefix, StringComparison.Ordinal);
}
