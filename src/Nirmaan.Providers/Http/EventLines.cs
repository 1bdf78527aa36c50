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
