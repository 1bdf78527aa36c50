using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.IoNet;

/// <summary>Reads the newest lines of a container's two streams. A stream never ends: what comes within a few seconds is what there is.</summary>
internal sealed class IoNetLogs(IIoNetApi api, IoNetInventory inventory, IoNetOptions options, TimeProvider clock)
{
    private const int LongestLine = 8 * 1024;

    /// <summary>At most so many lines, stdout before stderr; a line that both streams carry is given once. Null = no container yet.</summary>
    /// <exception cref="SupplierUnavailableException">Not readable.</exception>
    public async Task<IReadOnlyList<LogLine>?> ReadTailAsync(string id, int lines, CancellationToken cancellationToken)
    {
        if (await inventory.ReadWorkerAsync(id, cancellationToken) is not { ContainerId: { Length: > 0 } container }) { return null; }
        var streams = await Task.WhenAll(
            ReadStreamAsync(id, container, "stdout", lines, cancellationToken), ReadStreamAsync(id, container, "stderr", lines, cancellationToken));
        var output = streams[0].ToHashSet(StringComparer.Ordinal);
        // The stream promises no time with a line.
        var now = clock.GetUtcNow();
        return [.. streams[0].Select(text => new LogLine(now, LogLine.SupplierOutput, text))
            .Concat(streams[1].Where(text => !output.Contains(text)).Select(text => new LogLine(now, LogLine.SupplierErrors, text))).TakeLast(lines)];
    }

    private async Task<IReadOnlyCollection<string>> ReadStreamAsync(string id, string container, string stream, int lines, CancellationToken cancellationToken)
    {
        var tail = new Queue<string>();
        // Real seconds: the stream comes from a real machine, whatever clock the control plane runs on.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.LogReadTime);
        try
        {
            using var answer = await api.OpenLogAsync(id, container, stream, limit.Token);
            if (!answer.IsSuccessStatusCode)
            {
                var problem = Problem.Read((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(limit.Token));
                throw new SupplierUnavailableException(SupplierName.IoNet.Value, $"log of {id}: {problem}");
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
            throw new SupplierUnavailableException(SupplierName.IoNet.Value, $"log of {id}: {e.Message}", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException) { }
        return tail;
    }

    /// <summary>The log line of a line of the stream; null = it is the stream's own (blank, a comment, an event's name or id).</summary>
    private static string? Text(string line)
    {
        if (line.Length == 0 || line[0] == ':' || Is(line, "event:") || Is(line, "id:") || Is(line, "retry:")) { return null; }
        var text = Is(line, "data:") ? line.AsSpan("data:".Length) : line;
        if (text is [' ', ..] && Is(line, "data:")) { text = text[1..]; }
        return text.Length > LongestLine ? text[..LongestLine].ToString() : text.ToString();
    }

    private static bool Is(string line, string prefix) => line.StartsWith(prefix, StringComparison.Ordinal);
}
